// What is looked for, and where: plain ASCII, so that offsets are the same in Python.
const TEXT =
  'Angela Merkel met Tim Cook in Berlin on Tuesday, where the German chancellor and the head of Apple spoke about a new ' +
  'research centre that the company plans to open near the Technical University of Munich next spring. ' +
  'The Norwegian Red Cross said two of its doctors, Ingrid Solberg and Nilsen, had reached the camp outside Goma. ' +
  'Real Madrid beat Ajax 3-1 at the Santiago Bernabeu after goals by Bellingham and Vinicius Junior. '

/** @param words  between spaces */
export function makeTask(words) {
  const text = TEXT.repeat(Math.ceil(words / 60))
    .split(' ')
    .slice(0, words)
    .join(' ')
  return { text, types: ['person', 'organisation', 'place', 'date'], threshold: 0.3 }
}
