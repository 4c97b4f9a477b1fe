/**
 * Passages of a text: sentences that stand together, as many as a model of names reads best. Of one sentence it knows too
 * little, and in a whole document, which is not what most models were taught, it misses more (README has the figures).
 */
import { isLineBreak, isSpace } from './letters.ts'
import { endsSentence, splitBlocks } from './sentences.ts'

/** UTF-16 units that a passage of several sentences has at most: about a hundred pieces of English. */
const LONGEST = 400

/**
 * Splits a text into passages, in time linear in its length: sentences (see `splitSentences`) that stand one behind the other,
 * together as long as they have 400 units at most. None goes across a blank line. None goes across a line break either where the line did
 * not end with the end of a sentence and was not merely wrapped, or where the next one begins as those of lists, logs and chats do: what stands
 * in lines, a record in each, is read line by line. A sentence that is longer is a passage of its own.
 *
 * @returns [start, end) of each passage in UTF-16 units, in order, without the white space around it; none for a text of white
 *   space, and a text of one passage as it stands
 *
 * @example
 * splitPassages('Ann left. She ran.\n\nBye.') // [[0, 18], [20, 24]]
 * splitPassages('10:02 Ann left.\n10:03 Bob came.') // [[0, 15], [16, 31]]
 */
export function splitPassages(text: string): [start: number, end: number][] {
  const whole: [number, number] = [0, text.length]
  if (text.length <= LONGEST && isOneLine(text)) return [whole]
  const passages: [number, number][] = []
  let open = false
  for (const { sentences, apart } of splitBlocks(text)) {
    if (apart) open = false
    for (const [start, end] of sentences) {
      const last = passages.at(-1)
      if (open && end - last![0] <= LONGEST) last![1] = end
      else passages.push([start, end])
      open = true
    }
    open = endsSentence(text, passages.at(-1)![1])
  }
  return passages.length === 1 ? [whole] : passages
}

/** Whether something stands in the text and no line break between. Most texts are so: their sentences need not be told. */
function isOneLine(text: string): boolean {
  let start = 0
  let end = text.length
  while (start < end && isSpace(text.charCodeAt(start))) start++
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--
  for (let at = start; at < end; at++) if (isLineBreak(text.charCodeAt(at))) return false
  return start < end
}
