/**
 * Biases of relative positions at load: to the score of query i and key j comes a number that a head has for the bucket of
 * their distance, the same in all layers.
 *
 *     scores[i, j] = Q[i]·K[j] / √D + E[bucket(i - j)]            E: [32, A]
 *
 * Raffel et al. 2020 (arXiv 1910.10683), section 2.1; Song et al. 2020 (arXiv 2004.09297). Attention reads a number for each
 * distance: placed once for all layers.
 */
import type { Checkpoint } from '../../format/checkpoint.ts'
import { placeBiases, writeBiases } from '../../kernels/relative/biases.ts'
import type { BertConfig } from '../bert-config.ts'
import type { ModelShelf } from '../shelf.ts'
import type { ModelCheckpoint } from '../tensors.ts'
import { BUCKETS, bucketOf } from './buckets.ts'

/** A checkpoint with what takes the table of biases. */
function biasedCheckpoint(checkpoint: Checkpoint, { family, numHeads }: BertConfig): ModelCheckpoint {
  return {
    tensors: checkpoint.tensors,
    close: () => checkpoint.close(),
    more: (take) => ({
      relative: { embeddings: take.float(family.relativeBias!, [BUCKETS, numHeads]), layers: [] },
    }),
  }
}

export const shelf = (): ModelShelf => ({
  usualTensors: biasedCheckpoint,

  addWeights(layout, { numHeads, maxPositions }, _precision, weights) {
    const relative = placeBiases(layout, numHeads, maxPositions - 1)
    return { ...weights, layers: weights.layers.map((layer) => ({ ...layer, relative })) }
  },

  placeSources(layout, { numHeads, hiddenSize }, precision, { layers }) {
    const table = layout.table('float32', BUCKETS, numHeads)
    return {
      tasks: (reader, { relative }) => [reader.table(relative!.embeddings, table)],
      fill({ memory }) {
        const rows = Array.from({ length: BUCKETS }, (_, row) => memory.row(table, row))
        const biasOf = (head: number, distance: number): number => rows[bucketOf(distance)]![head]!
        writeBiases(memory, layers[0]!.relative!, precision, numHeads, hiddenSize / numHeads, biasOf)
      },
    }
  },
})
