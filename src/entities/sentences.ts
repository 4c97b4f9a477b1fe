/** Abbreviations that a name or number usually follows, without their point. */
const abbreviations: ReadonlySet<string> = new Set(
  (
    'mr mrs ms dr prof sr jr st rev hon gen col maj capt lt sgt cpl gov sen rep pres adm cmdr supt insp messrs ' +
    'vs no nos vol pp fig figs art sec ch approx dept est univ inc ltd co corp bros ' +
    'jan feb mar apr jun jul aug sep sept oct nov dec e.g i.e cf al ca'
  ).split(' '),
)

/** Where a sentence may end. */
const FINAL = /(?<![.!?…])[.!?…]+["'”’»)\]]*(?=\s)|[。！？]+["'”’」』）]*|\n[^\S\n]*\n\s*/gu

/**
 * Splits a text into sentences by rule, in the spirit of Spark NLP's SentenceDetector: after `.`, `!`, `?` or `…` (with
 * closing quotes and brackets) before whitespace, after `。`, `！`, `？`, and at blank lines. A point does not end a
 * sentence after a known abbreviation (`Dr.`), a single letter (`J.`), or before a small letter (`U.S. and`).
 *
 * @returns [start, end) of each sentence without the whitespace around it; none for a text of whitespace
 *
 * @example
 * splitSentences('Dr. Who left. He came back.') // [[0, 13], [14, 27]]
 */
export function splitSentences(text: string): [start: number, end: number][] {
  const sentences: [number, number][] = []
  let start = 0
  const close = (end: number): void => {
    const part = text.slice(start, end)
    const trimmed = part.trim()
    const first = start + part.length - part.trimStart().length
    if (trimmed !== '') sentences.push([first, first + trimmed.length])
    start = end
  }
  for (const match of text.matchAll(FINAL)) {
    const end = match.index + match[0].length
    if (match[0].startsWith('.') && !match[0].startsWith('..') && !endsAt(text, match.index, end)) continue
    close(end)
  }
  close(text.length)
  return sentences
}

/** Whether the single point at `point` ends a sentence; `end` is behind the quotes and brackets that follow it. */
function endsAt(text: string, point: number, end: number): boolean {
  const next = /\S/u.exec(text.slice(end, end + 64))?.[0]
  if (next !== undefined && /\p{Ll}/u.test(next)) return false
  if (end > point + 1) return true
  const word = /[\p{L}\p{N}.]*$/u.exec(text.slice(Math.max(0, point - 32), point))?.[0] ?? ''
  if (/^\p{L}$/u.test(word)) return false
  return !abbreviations.has(word.toLowerCase())
}
