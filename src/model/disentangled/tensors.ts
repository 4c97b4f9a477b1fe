/** Takes the tensors that a model with disentangled attention has beside those of other models. */
import type { Checkpoint } from '../../format/checkpoint.ts'
import type { BertConfig } from '../bert-config.ts'
import type { LinearTensors, ModelCheckpoint, RelativeTensors, TakeTensors } from '../tensors.ts'
import { joinAttention, separateAttention } from './fused.ts'

/** A checkpoint whose tensors have the names of the second version, and what takes those of relative positions. */
export function disentangledCheckpoint(checkpoint: Checkpoint, config: BertConfig): ModelCheckpoint {
  const more: ModelCheckpoint['more'] = (take) => ({ relative: relativeTensors(take, config) })
  const close = (): Promise<void> => checkpoint.close()
  if (!config.family.fusedAttention) return { tensors: checkpoint.tensors, close, more }
  const { tensors } = separateAttention(checkpoint, config.numHeads)
  return { tensors, close, more, own: (named) => joinAttention(named, checkpoint) }
}

function relativeTensors(
  take: TakeTensors,
  { disentangled, family, hiddenSize, numLayers }: BertConfig,
): RelativeTensors {
  const names = family.disentangled!
  const { span, normalized, shared, keys, queries, convolution } = disentangled!
  const own = (module: string, index: number): LinearTensors =>
    take.linear(module.replace('{i}', String(index)), hiddenSize, hiddenSize)
  return {
    embeddings: take.float(`${names.embeddings}.weight`, [2 * span, hiddenSize]),
    ...(normalized ? { norm: take.layerNorm(names.norm) } : {}),
    layers: Array.from({ length: numLayers }, (_, index) => ({
      ...(keys && !shared ? { key: own(names.key, index) } : {}),
      ...(queries && !shared ? { query: own(names.query, index) } : {}),
    })),
    ...(convolution
      ? {
          convolution: {
            kernel: {
              weight: take.float(`${names.convolution}.weight`, [hiddenSize, hiddenSize, convolution.size]),
              bias: take.float(`${names.convolution}.bias`, [hiddenSize]),
            },
            norm: take.layerNorm(names.convolutionNorm),
          },
        }
      : {}),
  }
}
