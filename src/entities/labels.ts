/** Parses labels such as `B-PER`, and finds out by which scheme they are written. */
import type { TransitionBiases } from '../format/calibration.ts'
import { ModelFormatError, quoted } from '../format/errors.ts'

/**
 * How entities are written into labels. IOB1 and IOB2 have the same labels (`B-X`, `I-X`, `O`): in IOB2 every entity
 * begins with B, in IOB1 only one that touches another of its type. IO has no begin; BIOES adds E (end) and S (single),
 * which BILOU calls L (last) and U (unit).
 */
export type LabelScheme = 'IOB1' | 'IOB2' | 'IO' | 'BIOES' | 'BILOU'

/**
 * Position of a token in its entity: begin, inside, end (also L), single (also U), outside; '' for a label
 * without a prefix, which groups like I.
 */
export type LabelPosition = 'B' | 'I' | 'E' | 'S' | 'O' | ''

/** A parsed label. */
export interface ParsedLabel {
  position: LabelPosition
  /** The type of the entity, `PER`; the whole label if it has no prefix. */
  type: string
}

/**
 * What a linear-chain conditional random field (Lafferty, McCallum and Pereira 2001) adds to the logits of a
 * sequence of labels, with C labels.
 */
export interface Crf {
  /** The score of each label at the beginning, [C]. */
  readonly start: ArrayLike<number>
  /** The score of each label at the end, [C]. */
  readonly end: ArrayLike<number>
  /** The score of label `to` right after label `from`, [C, C], at from · C + to. */
  readonly transitions: ArrayLike<number>
}

/** The labels of a model, parsed once. */
export interface LabelSet {
  /** The label strings in the order of the model's outputs, [C]. */
  labels: readonly string[]
  /** The parsed labels, [C]. */
  parsed: readonly ParsedLabel[]
  /** The scheme stated or recognized by the prefixes; 'IOB' if the labels are the same for IOB1 and IOB2. */
  scheme: LabelScheme | 'IOB'
  /** Index of `O`, or -1. */
  outside: number
  /**
   * The entity type to report for an entity that begins with each label, if that is not the label's type,
   * [C].
   */
  names?: readonly string[]
  /** The conditional random field that the model was trained with, if any. */
  crf?: Crf
  /** Biases on transitions that the model states, if any. */
  biases?: TransitionBiases
}

export const labelSchemes: readonly LabelScheme[] = ['IOB1', 'IOB2', 'IO', 'BIOES', 'BILOU']

/**
 * The scheme that a model's config.json states, if any.
 *
 * @throws {ModelFormatError} InvalidConfig where no scheme has that name
 */
export function statedScheme(name: string | undefined): LabelScheme | undefined {
  const scheme = labelSchemes.find((known) => known === name)
  if (name === undefined || scheme !== undefined) return scheme
  throw new ModelFormatError(
    'InvalidConfig',
    `config.json has label_scheme ${quoted(name)}, expected one of ${labelSchemes.join(', ')}`,
  )
}

/** One way to write position and type into a string. */
interface Notation {
  pattern: RegExp
  position: number
  type: number
  separator: '-' | '_'
}

const notations: readonly Notation[] = [
  { pattern: /^([BIESLU])-(.+)$/su, position: 1, type: 2, separator: '-' },
  { pattern: /^([BIESLU])_(.+)$/su, position: 1, type: 2, separator: '_' },
  { pattern: /^(.+)-([BIESLU])$/su, position: 2, type: 1, separator: '-' },
  { pattern: /^(.+)_([BIESLU])$/su, position: 2, type: 1, separator: '_' },
]

const positions: Readonly<Record<string, LabelPosition>> = { B: 'B', I: 'I', E: 'E', L: 'E', S: 'S', U: 'S' }

/**
 * Parses the labels of a model: `B-PER`, `B_PER`, `PER-B`, `PER_B` or bare `PER`, in any scheme. The notation
 * is the one that most labels share, so that `E-MAIL` among bare labels stays a type; labels that do not
 * follow it (`[CLS]`, `X`) are bare.
 *
 * The prefixes distinguish all schemes except IOB1 and IOB2. Those are left as 'IOB', which groups as the
 * Hugging Face pipeline does and is right for both. Labels with underscores that have only B and no prefix to
 * continue (`B_PERS`) are read as IO, as that pipeline reads them.
 *
 * @param labels label strings in the order of the model's outputs, [C]
 * @param scheme the scheme, if it is not to be detected
 * @throws RangeError when no labels are given
 *
 * @example
 * parseLabels(['O', 'B-PER', 'I-PER']).scheme          // 'IOB'
 * parseLabels(['O', 'S-PER', 'B-PER', 'E-PER']).scheme // 'BIOES'
 */
export function parseLabels(labels: readonly string[], scheme?: LabelScheme): LabelSet {
  if (labels.length === 0) throw new RangeError('labels are empty, expected at least one label')
  const notation = findNotation(labels)
  const split = labels.map((label) => splitLabel(label, notation))
  const longPrefixes =
    scheme === undefined ? hasLongPrefixes(split) : scheme === 'BIOES' || scheme === 'BILOU'
  const parsed = split.map(({ letter, type }, id): ParsedLabel => {
    if (letter === 'O') return { position: 'O', type }
    if (letter === 'B' || letter === 'I' || (letter !== '' && longPrefixes)) {
      return { position: positions[letter]!, type }
    }
    return { position: '', type: labels[id]! }
  })
  const letters = new Set(
    split.filter((_, id) => !['', 'O'].includes(parsed[id]!.position)).map((s) => s.letter),
  )
  return {
    labels: [...labels],
    parsed,
    scheme: scheme ?? detectScheme(letters, notation),
    outside: labels.indexOf('O'),
  }
}

/** The notation that at least half of the labels other than O share, if one of them is a B or an I. */
function findNotation(labels: readonly string[]): Notation | undefined {
  const inside = labels.filter((label) => label !== 'O')
  let best: Notation | undefined
  let most = 0
  for (const notation of notations) {
    const matches = inside.map((label) => notation.pattern.exec(label)).filter((match) => match !== null)
    if (matches.length <= most || matches.length * 2 < inside.length) continue
    if (!matches.some((match) => 'BI'.includes(match[notation.position]!))) continue
    best = notation
    most = matches.length
  }
  return best
}

interface SplitLabel {
  letter: string
  type: string
}

function splitLabel(label: string, notation: Notation | undefined): SplitLabel {
  if (label === 'O') return { letter: 'O', type: 'O' }
  const match = notation?.pattern.exec(label)
  if (!match || notation === undefined) return { letter: '', type: label }
  return { letter: match[notation.position]!, type: match[notation.type]! }
}

/** Whether E, S, L and U are prefixes: some type must have one of them in addition to a B or an I. */
function hasLongPrefixes(split: readonly SplitLabel[]): boolean {
  const begun = new Set(
    split.filter(({ letter }) => letter === 'B' || letter === 'I').map(({ type }) => type),
  )
  return split.some(({ letter, type }) => 'ESLU'.includes(letter) && letter !== '' && begun.has(type))
}

function detectScheme(letters: ReadonlySet<string>, notation: Notation | undefined): LabelScheme | 'IOB' {
  if (letters.has('E') || letters.has('S')) return 'BIOES'
  if (letters.has('L') || letters.has('U')) return 'BILOU'
  if (!letters.has('B')) return 'IO'
  if (!letters.has('I') && notation?.separator === '_') return 'IO'
  return 'IOB'
}
