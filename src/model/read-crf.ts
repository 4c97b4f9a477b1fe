/** Finds a conditional random field (crf.ts) among the tensors of a model, and reads it. */
import type { CheckpointTensor } from '../format/checkpoint.ts'
import { elementCount } from '../format/dtypes.ts'
import { ModelFormatError, quoted } from '../format/errors.ts'
import { checkFinite, readFloats } from '../format/read-floats.ts'
import type { CrfScores } from './bert-config.ts'
import { CRF_MASK, CRF_PARTS, type CrfPart, crfScores, shapeOf } from './crf.ts'

/** A module of that kind somewhere in a tensor's name: `crf.`, `crf_layer.`, `model.crf.`. */
const CRF_MODULE = /(?:^|\.)crf\w*\./i

/** The tensors of a conditional random field in a model's files. */
export type CrfTensors = ReadonlyMap<
  CrfPart,
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
  const found = new Map<CrfPart, { tensor: CheckpointTensor; shape: readonly number[] }>()
  for (const tensor of all) {
    const part = CRF_PARTS.find((each) => tensor.name.endsWith(`.${each}`))
    if (part !== undefined) found.set(part, { tensor, shape: shapeOf(part, classes) })
  }
  const lacks = CRF_PARTS.some((part) => part !== CRF_MASK && !found.has(part))
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
  const numbers = new Map<CrfPart, Float32Array>()
  for (const [part, { tensor }] of found) {
    const values = new Float32Array(elementCount(tensor.shape))
    await readFloats(tensor, 0, values)
    checkFinite(tensor, values)
    numbers.set(part, values)
  }
  return crfScores(numbers)
}
