/** Finds the phrases that tags mark, by the rule of the CoNLL script conlleval. */
import { parseLabels } from '../entities/labels.ts'

/** A phrase by its words' indices in the sentence, end exclusive. */
export interface Chunk {
  type: string
  start: number
  end: number
}

/** A tag parsed as in conlleval.pl: B, I, E, S, O, or the brackets and points of the oldest formats. */
interface Tag {
  letter: string
  type: string
}

const outside: Tag = { letter: 'O', type: '' }
const sameLetters: Readonly<Record<string, string>> = { L: 'E', U: 'S' }

/**
 * Parses the tags of a file. If all are a letter, or a letter, a hyphen and a type, that is their form;
 * otherwise they are read like a model's labels (`B_PER`, `PER-B`, `PER`), and tags without a letter count as
 * I.
 */
export function parseTags(tags: Iterable<string>): Map<string, Tag> {
  const distinct = [...new Set(tags)]
  const parsed = new Map<string, Tag>()
  const split = distinct.map((tag) => /^([BIESLU.[\]])(?:-(.*))?$/su.exec(tag))
  if (distinct.every((tag, i) => tag === 'O' || split[i] !== null)) {
    distinct.forEach((tag, i) => {
      const [, letter = tag, type = ''] = split[i] ?? []
      parsed.set(tag, { letter: sameLetters[letter] ?? letter, type })
    })
    return parsed
  }
  const labels = parseLabels(distinct, 'BIOES')
  distinct.forEach((tag, i) => {
    const { position, type } = labels.parsed[i]!
    parsed.set(tag, position === 'O' ? outside : { letter: position === '' ? 'I' : position, type })
  })
  return parsed
}

/**
 * The phrases of a sentence by conlleval.pl's rules for where one ends and another starts (Tjong Kim Sang and Veenstra
 * 1999), which read IOB1, IOB2 and IO alike. conlleval.pl knows no S and loses the phrase that follows an E; here E and
 * S close and S opens, as in its later Python versions, so that BIOES and BILOU are read right. With B, I and O alone
 * there is no difference.
 */
export function findChunks(tags: readonly string[], parsed: ReadonlyMap<string, Tag>): Chunk[] {
  const chunks: Chunk[] = []
  let open: Chunk | undefined
  let before = outside
  for (let i = 0; i <= tags.length; i++) {
    const tag = i === tags.length ? outside : parsed.get(tags[i]!)!
    if (open !== undefined && ends(before, tag)) {
      open.end = i
      open = undefined
    }
    if (starts(before, tag)) {
      open = { type: tag.type, start: i, end: i + 1 }
      chunks.push(open)
    }
    before = tag
  }
  return chunks
}

function ends(before: Tag, tag: Tag): boolean {
  if ('ES[]'.includes(before.letter)) return true
  if ('BI'.includes(before.letter) && 'BSO'.includes(tag.letter)) return true
  return before.letter !== 'O' && before.letter !== '.' && before.type !== tag.type
}

function starts(before: Tag, tag: Tag): boolean {
  if ('BS[]'.includes(tag.letter)) return true
  if ('ESO'.includes(before.letter) && 'EI'.includes(tag.letter)) return true
  return tag.letter !== 'O' && tag.letter !== '.' && before.type !== tag.type
}
