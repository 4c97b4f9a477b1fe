/** Which stand-in a name has, by its type and its form, and which of its parts are replaced. */
import { isPerson } from '../aliases.ts'
import { bareType } from '../marked-text.ts'
import { isDate } from './number-forms.ts'
import { foldWord } from './text-words.ts'

/** What a stand-in is made as. The first four are replaced word by word. */
export type Kind =
  | 'person'
  | 'organisation'
  | 'place'
  | 'other'
  | 'email'
  | 'url'
  | 'address'
  | 'date'
  | 'number'

const ORGANISATION = /^(?:ORG|ORGANI[SZ]ATION|COMPANY|FIRM|INSTITUTION|CORPORATION)$/iu
const PLACE = /^(?:LOC|LOCATION|GPE|PLACE|CITY|COUNTRY|REGION|STATE|FAC)$/iu
/** Names that may have a number in them. */
const WORDY = /^(?:MISC|NORP|PRODUCT|EVENT|WORK_OF_ART|LAW|LANGUAGE)$/iu
const DATED = /DATE|BIRTH|DOB/iu

/** The kind of a name of a type, as it is written. */
export function kindOf(type: string, text: string): Kind {
  const bare = bareType(type)
  if (isPerson(bare)) return 'person'
  if (ORGANISATION.test(bare)) return 'organisation'
  if (PLACE.test(bare)) return 'place'
  if (WORDY.test(bare)) return 'other'
  const [, core] = coreOf(text)
  if (/^[^\s@]+@[^\s@]+$/u.test(core)) return 'email'
  if (/^(?:url|uri|link|domain)$/iu.test(bare) || /^[a-z][a-z\d+.-]*:\/\/\S+$/iu.test(core)) return 'url'
  if (/address|street/iu.test(bare)) return 'address'
  if (DATED.test(bare) && isDate(core)) return 'date'
  return /\p{N}/u.test(core) ? 'number' : 'other'
}

/** Whether a name is replaced word by word, so that each of its words has the same stand-in in all names. */
export function isWordly(kind: Kind): kind is 'person' | 'organisation' | 'place' | 'other' {
  return kind === 'person' || kind === 'organisation' || kind === 'place' || kind === 'other'
}

/** Words that stay in a name that has others, where they are written small: they only join. */
const PARTICLES: ReadonlySet<string> = new Set(
  'von vom van zu zum zur de der den del della di da do dos das du des la le las los el al bin ibn y e i of the and und et für for'.split(
    ' ',
  ),
)

/** Words that stay in the name of an organisation that has others: they say of what kind it is. */
const FORMS: ReadonlySet<string> = new Set(
  `inc ltd llc llp plc gmbh mbh kg ag sa sas sarl srl spa bv nv ab oy oyj corp corporation co company group holding holdings
  bank university institute foundation association`.split(/\s+/u),
)

function isKept(kind: Kind, word: string): boolean {
  return PARTICLES.has(word) || (kind === 'organisation' && FORMS.has(foldWord(word)))
}

/** What an address of the web may begin with and keeps; what only looks like a scheme may be a name. */
const SCHEME = /^(?:(?:https?|wss?|ftps?|sftp|ssh|file):\/\/)?(?:www\.)?/iu

/** A stretch of a name: one that is replaced, or one that stays. */
export interface Part {
  readonly text: string
  readonly isReplaced: boolean
}

/** The parts of a name in their order; at least one is replaced. */
export function partsOf(kind: Kind, text: string): Part[] {
  if (!isWordly(kind)) {
    const scheme = kind === 'url' ? SCHEME.exec(text)![0].length : 0
    const [before, core, after] = coreOf(text.slice(scheme))
    return orWhole(text, [
      { text: text.slice(0, scheme) + before, isReplaced: false },
      { text: core, isReplaced: core !== '' },
      { text: after, isReplaced: false },
    ])
  }
  const parts = text.split(/([\s\u2010\u2011-]+)/u).flatMap((chunk, index): Part[] => {
    if (index % 2 === 1) return [{ text: chunk, isReplaced: false }]
    if (/^(?:\p{L}\p{M}*\.)+$/u.test(chunk)) return [{ text: chunk, isReplaced: true }]
    const [before, core, after] = coreOf(chunk)
    return [
      { text: before, isReplaced: false },
      { text: core, isReplaced: core !== '' && !isKept(kind, core) },
      { text: after, isReplaced: false },
    ]
  })
  return orWhole(text, parts)
}

function orWhole(text: string, parts: Part[]): Part[] {
  return parts.some(({ isReplaced }) => isReplaced) ? parts : [{ text, isReplaced: true }]
}

/** A text from its first letter or digit to its last, with what stands before and after. */
function coreOf(text: string): [before: string, core: string, after: string] {
  let start = text.length
  let end = text.length
  for (const match of text.matchAll(/[\p{L}\p{M}\p{N}_]+/gu)) {
    start = Math.min(start, match.index)
    end = match.index + match[0].length
  }
  return [text.slice(0, start), text.slice(start, end), text.slice(end)]
}
