// Checks that engines agree with the package gliner in pieces, logits of spans, and chosen spans.
//
// gliner.js chooses by another rule. It compares offsets in the text, whose ends are exclusive, as if they
// were inclusive (hasOverlapping in its src/lib/decoder.ts), so of two adjacent spans ("Tuesday" and ",") it
// keeps one; the package compares numbers of words, and keeps both. That this is the only difference is
// checked, not assumed: the logits of either, under the rule of the other, must give the spans of the other.

/** How far a logit may be from the package's in float32. */
export const TOLERANCE = 1e-3
/** And a score. */
const SCORE_TOLERANCE = 1e-4

/** Of all spans of words that end in the text, the places in logits [W, K, C]; an engine may have anything in the others. */
function* spansOf({ words, width, types }) {
  for (let first = 0; first < words.length; first++)
    for (let last = first; last < Math.min(first + width, words.length); last++)
      for (let type = 0; type < types.length; type++)
        yield { first, last, type, at: (first * width + last - first) * types.length + type }
}

/** How far logits of the same spans are apart: at most, and the root of the mean square; NaN where one is. */
export function difference(logits, expected, task) {
  const count = task.words.length * task.width * task.types.length
  for (const { length } of [logits, expected])
    if (length !== count) throw new Error(`There are ${length} logits, expected ${count}`)
  let [most, squares, spans] = [0, 0, 0]
  for (const { at } of spansOf(task)) {
    const distance = Math.abs(logits[at] - expected[at])
    // Math.max keeps NaN.
    most = Math.max(most, distance)
    squares += distance ** 2
    spans++
  }
  return { most, mean: Math.sqrt(squares / spans) }
}

/**
 * The spans that greedy search keeps, [start, end, type, score] with offsets in the text: the surest first, then each that
 * overlaps with none that was kept.
 *
 * @param by 'words', as the package gliner, or 'characters', as gliner.js: spans that touch overlap too
 */
export function chooseSpans(logits, task, by) {
  const { words, types, threshold } = task
  const kept = []
  const overlap = {
    words: (a, b) => a.first <= b.last && b.first <= a.last,
    characters: (a, b) => a.start <= b.end && b.start <= a.end,
  }[by]
  const scored = Array.from(spansOf(task), ({ at, ...span }) => ({
    ...span,
    start: words[span.first][0],
    end: words[span.last][1],
    score: 1 / (1 + Math.exp(-logits[at])),
  }))
  for (const span of scored.filter(({ score }) => score > threshold).sort((a, b) => b.score - a.score))
    if (!kept.some((other) => overlap(span, other))) kept.push(span)
  return kept
    .sort((a, b) => a.start - b.start)
    .map(({ start, end, type, score }) => [start, end, types[type], score])
}

/** How many spans only one of the two has, or with a score that is farther from the other's. */
export function otherSpans(found, expected, tolerance = SCORE_TOLERANCE) {
  const key = ([start, end, type]) => `${start} ${end} ${type}`
  const wanted = new Map(expected.map((span) => [key(span), span[3]]))
  const same = found.filter((span) => Math.abs(span[3] - wanted.get(key(span))) <= tolerance).length
  return found.length + expected.length - 2 * same
}

/**
 * What speaks against comparing times on one text; empty where all that differs is explained.
 *
 * @param task  { words, width, types, threshold }: places of the words in the text, words of the longest span
 * @param reference  the package gliner's { ids, logits, found }
 * @param exact  iobert's, in float32
 * @param theirs  gliner.js's, in float32
 */
export function disagreements(task, reference, exact, theirs) {
  const wrong = []
  for (const [name, engine] of Object.entries({ iobert: exact, 'gliner.js': theirs })) {
    if (`${engine.ids}` !== `${reference.ids}`)
      wrong.push(`${name} reads other pieces than the package gliner`)
    const { most } = difference(engine.logits, reference.logits, task)
    if (!(most <= TOLERANCE)) wrong.push(`${name}'s logits are up to ${most} from the package's`)
  }
  const pairs = [
    ["iobert's spans", exact.found, "the package's", reference.found],
    [
      "The package's logits by words",
      chooseSpans(reference.logits, task, 'words'),
      'what it finds',
      reference.found,
    ],
    [
      "gliner.js's logits by words",
      chooseSpans(theirs.logits, task, 'words'),
      "the package's spans",
      reference.found,
    ],
    [
      "The package's logits by characters",
      chooseSpans(reference.logits, task, 'characters'),
      "gliner.js's spans",
      theirs.found,
    ],
  ]
  for (const [one, found, other, wanted] of pairs) {
    const others = otherSpans(found, wanted)
    if (others > 0) wrong.push(`${one} and ${other}: ${others} spans only in one`)
  }
  return wrong
}
