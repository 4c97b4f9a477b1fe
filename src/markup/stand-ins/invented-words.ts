/** Words that nobody has: a beginning, syllables and an ending. There is no end of them, and whether a word is one can be seen. */

const BEGINNINGS =
  'bal bren cal dor el fal gar hal jor kel lor mar nor ost per quin ros sel tor ul ven wil yar zan'.split(' ')
const SYLLABLES = 'da le mi no ru sa ti vo'.split(' ')

/** What an invented word stands for. */
export type InventedKind = 'person' | 'organisation' | 'place' | 'other'

/** Five each: with 24 beginnings, which have no divisor with five in common, 120 words come before any has a syllable. */
const ENDINGS: Readonly<Record<InventedKind, readonly string[]>> = {
  person: ['berin', 'dahl', 'lund', 'kvist', 'mere'],
  organisation: ['dex', 'tron', 'via', 'nix', 'gen'],
  place: ['holm', 'wick', 'burg', 'stad', 'minster'],
  other: ['um', 'ith', 'orn', 'ank', 'esk'],
}

const INVENTED = new RegExp(
  `^(?:${BEGINNINGS.join('|')})(?:${SYLLABLES.join('|')})*(?:${Object.values(ENDINGS).flat().join('|')})$`,
  'u',
)

/** The word of a kind with a number from 0; others have other numbers. */
export function inventedWord(kind: InventedKind, number: number): string {
  const endings = ENDINGS[kind]
  const words = BEGINNINGS.length * endings.length
  let middle = ''
  for (let rest = Math.floor(number / words); rest > 0; rest = Math.floor((rest - 1) / SYLLABLES.length)) {
    middle += SYLLABLES[(rest - 1) % SYLLABLES.length]!
  }
  const word = BEGINNINGS[number % BEGINNINGS.length]! + middle + endings[number % endings.length]!
  return word[0]!.toUpperCase() + word.slice(1)
}

/** Whether a word in small letters may be one of these. */
export function mayBeInvented(word: string): boolean {
  return INVENTED.test(word)
}
