/**
 * The conditional random field that some token classifiers were trained with: finds it in the weights or in
 * config.json, and reads it. It is no part of a pass; entities/crf.ts decodes by it.
 */
import type { CheckpointTensor } from '../format/checkpoint.ts'
import { elementCount } from '../format/dtypes.ts'
import { ModelFormatError, quoted } from '../format/errors.ts'
import { isObject, type JsonRecord, kind, shown } from '../format/json-file.ts'
import { checkFinite, readFloats } from '../format/read-floats.ts'
import type { CrfScores } from './bert-config.ts'
import { invalid } from './config-values.ts'

/** Its tensors, as pytorch-crf and AllenNLP name them. */
const PARTS = ['start_transitions', 'end_transitions', 'transitions', '_constraint_mask'] as const
type Part = (typeof PARTS)[number]
const MASK: Part = '_constraint_mask'

/** The key of config.json under which T-NER has them. */
const CONFIG_KEY = 'crf_state_dict'

/** AllenNLP's score for what its mask forbids. */
const FORBIDDEN = -10_000

/** A module of that kind somewhere in a tensor's name: `crf.`, `crf_layer.`, `model.crf.`. */
const CRF_MODULE = /(?:^|\.)crf\w*\./i

/** AllenNLP's mask has two more labels, before the beginning and after the end. */
function shapeOf(part: Part, classes: number): readonly number[] {
  if (part === MASK) return [classes + 2, classes + 2]
  return part === 'transitions' ? [classes, classes] : [classes]
}

/** The tensors of a conditional random field in a model's files. */
export type CrfTensors = ReadonlyMap<
  Part,
  { readonly tensor: CheckpointTensor; readonly shape: readonly number[] }
>

/**
 * Finds its tensors among all tensors.
 *
 * @throws {ModelFormatError} UnsupportedConfig if there are tensors of one in another form
 */
export function findCrf(
  tensors: ReadonlyMap<string, CheckpointTensor>,
  classes: number,
): CrfTensors | undefined {
  const all = [...tensors.values()].filter(({ name }) => CRF_MODULE.test(name))
  if (all.length === 0) return undefined
  const found = new Map<Part, { tensor: CheckpointTensor; shape: readonly number[] }>()
  for (const tensor of all) {
    const part = PARTS.find((each) => tensor.name.endsWith(`.${each}`))
    if (part !== undefined) found.set(part, { tensor, shape: shapeOf(part, classes) })
  }
  const lacks = PARTS.some((part) => part !== MASK && !found.has(part))
  if (lacks || found.size < all.length) {
    const names = all.slice(0, 4).map(({ name }) => quoted(name))
    throw new ModelFormatError(
      'UnsupportedConfig',
      `The weights have ${names.join(', ')}${all.length > names.length ? ' and others' : ''}, a conditional random field of a form that is not understood: expected crf.start_transitions [C], crf.end_transitions [C] and crf.transitions [C, C] for C labels, as pytorch-crf and AllenNLP write them. Save it in that form; or remove its tensors, if the classifier's labels alone will do`,
    )
  }
  return found
}

/** Reads its tensors. @throws {ModelFormatError} NonFiniteWeights, naming the tensor */
export async function readCrf(found: CrfTensors): Promise<CrfScores> {
  const numbers = new Map<Part, Float32Array>()
  for (const [part, { tensor }] of found) {
    const values = new Float32Array(elementCount(tensor.shape))
    await readFloats(tensor, 0, values)
    checkFinite(tensor, values)
    numbers.set(part, values)
  }
  return crfScores(numbers)
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
  const other = Object.keys(written).find((key) => !PARTS.some((part) => part === key))
  if (other !== undefined)
    throw invalid(`${CONFIG_KEY} has ${quoted(other)}: only ${PARTS.join(', ')} are known`)
  const parts = PARTS.filter((part) => part !== MASK || part in written)
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
export function crfScores(numbers: ReadonlyMap<Part, Float32Array>): CrfScores {
  const start = numbers.get('start_transitions')!
  const end = numbers.get('end_transitions')!
  const transitions = numbers.get('transitions')!
  const mask = numbers.get(MASK)
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
