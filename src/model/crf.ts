/**
 * The conditional random field that some token classifiers were trained with: its parts, and those that
 * config.json has. It is no part of a pass; entities/crf.ts decodes by it, read-crf.ts finds it in weights.
 */
import { quoted } from '../format/errors.ts'
import { isObject, type JsonRecord, kind, shown } from '../format/json-file.ts'
import type { CrfScores } from './bert-config.ts'
import { invalid } from './config-values.ts'

/** Its tensors, as pytorch-crf and AllenNLP name them. */
export const CRF_PARTS = ['start_transitions', 'end_transitions', 'transitions', '_constraint_mask'] as const
export type CrfPart = (typeof CRF_PARTS)[number]
export const CRF_MASK: CrfPart = '_constraint_mask'

/** The key of config.json under which T-NER has them. */
const CONFIG_KEY = 'crf_state_dict'

/** AllenNLP's score for what its mask forbids. */
const FORBIDDEN = -10_000

/** AllenNLP's mask has two more labels, before the beginning and after the end. */
export function shapeOf(part: CrfPart, classes: number): readonly number[] {
  if (part === CRF_MASK) return [classes + 2, classes + 2]
  return part === 'transitions' ? [classes, classes] : [classes]
}

/**
 * Reads it from config.json, where T-NER writes it (`crf_state_dict`, Ushio and Camacho-Collados 2021).
 *
 * @throws {ModelFormatError} InvalidConfig
 */
export function crfOfConfig(json: JsonRecord, classes: number): CrfScores | undefined {
  const written = json[CONFIG_KEY] ?? undefined
  if (written === undefined) return undefined
  if (!isObject(written)) throw invalid(`${CONFIG_KEY} must be an object, not ${kind(written)}`)
  const other = Object.keys(written).find((key) => !CRF_PARTS.some((part) => part === key))
  if (other !== undefined)
    throw invalid(`${CONFIG_KEY} has ${quoted(other)}: only ${CRF_PARTS.join(', ')} are known`)
  const parts = CRF_PARTS.filter((part) => part !== CRF_MASK || part in written)
  return crfScores(
    new Map(
      parts.map((part) => {
        const shape = shapeOf(part, classes)
        return [part, numbersOf(written[part], shape, `${CONFIG_KEY}.${part}`)]
      }),
    ),
  )
}

/** The numbers of nested arrays of a shape. */
function numbersOf(value: unknown, [size, ...inner]: readonly number[], name: string): Float32Array {
  if (!Array.isArray(value)) throw invalid(`${name} must be an array, not ${kind(value)}`)
  if (value.length !== size)
    throw invalid(`${name} has ${value.length} entries, and the labels ask for ${size}`)
  if (inner.length > 0) {
    const rows = value.map((row, index) => numbersOf(row, inner, `${name}[${index}]`))
    return Float32Array.from(rows.flatMap((row) => [...row]))
  }
  const wrong: unknown = value.find((each) => typeof each !== 'number' || !Number.isFinite(Math.fround(each)))
  if (wrong !== undefined) throw invalid(`${name} must hold numbers, not ${shown(wrong)}`)
  return Float32Array.from(value as number[])
}

/** The scores with AllenNLP's mask, if there is one: what it forbids has a score that no text makes up for. */
export function crfScores(numbers: ReadonlyMap<CrfPart, Float32Array>): CrfScores {
  const start = numbers.get('start_transitions')!
  const end = numbers.get('end_transitions')!
  const transitions = numbers.get('transitions')!
  const mask = numbers.get(CRF_MASK)
  if (mask === undefined) return { start, end, transitions }
  const classes = start.length
  const masked = (score: number, from: number, to: number): number => {
    const allowed = mask[from * (classes + 2) + to]!
    return score * allowed + FORBIDDEN * (1 - allowed)
  }
  return {
    start: start.map((score, to) => masked(score, classes, to)),
    end: end.map((score, from) => masked(score, from, classes + 1)),
    transitions: transitions.map((score, at) => masked(score, Math.floor(at / classes), at % classes)),
  }
}
