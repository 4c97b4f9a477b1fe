// The types and the text of the comparison: plain ASCII, so that offsets are the same in Python.
const TEXT =
  'Angela Merkel met Tim Cook in Berlin on Tuesday, where the German chancellor and the head of Apple spoke about a new ' +
  'research centre that the company plans to open near the Technical University of Munich next spring. ' +
  'The Norwegian Red Cross said two of its doctors, Ingrid Solberg and Nilsen, had reached the camp outside Goma. ' +
  'Real Madrid beat Ajax 3-1 at the Santiago Bernabeu after goals by Bellingham and Vinicius Junior. '

/** Words with nothing between them, where gliner.js and the package gliner choose differently. */
const TOUCHING =
  '"Red Cross" (Geneva): "Goma\'s camp, U.N.-run, isn\'t safe." Reuters/AP, e-mail: info@redcross.org; "Real" 3-1 "Ajax" (a.e.t.), ' +
  '"Merkel"/"Cook" (Berlin), Bellingham\'s goals (2), "Bernabeu", Tuesday.'

/** The first is measured, all are compared. @param words  of the first, between spaces */
export function makeTasks(words) {
  const measured = TEXT.repeat(Math.ceil(words / 60))
    .split(' ')
    .slice(0, words)
    .join(' ')
  const types = ['person', 'organisation', 'place', 'date']
  return [
    { text: measured, types, threshold: 0.3 },
    { text: measured, types, threshold: 0.001 },
    { text: TOUCHING, types, threshold: 0.3 },
    { text: TOUCHING, types, threshold: 0.001 },
  ]
}
