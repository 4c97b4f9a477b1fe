/**
 * The vectors of types that a bi-encoder's second encoder makes. They do not depend on the text, so each is computed
 * once and kept.
 */
import { requireFinite } from '../../model/forward-output.ts'
import type { EngineClient } from '../../runtime/client.ts'
import { READ_TOKENS } from '../../runtime/engine-setup.ts'
import { encodeBeginning, truncateText } from '../../text/sections.ts'
import type { Tokenizer } from '../../text/tokenizer.ts'

/** Bytes of the vectors that are kept: those of 65,536 types of 512 numbers. */
const MOST_BYTES = 2 ** 27

export class TypeVectors {
  readonly #engine: EngineClient
  readonly #tokenizer: Tokenizer
  readonly #maxLength: number
  /** [D] for each type; those used last are at the end. */
  readonly #kept = new Map<string, Float32Array>()

  /**
   * @param tokenizer  of the encoder of types
   * @param maxLength  pieces that it reads of a type
   */
  constructor(engine: EngineClient, tokenizer: Tokenizer, maxLength: number) {
    this.#engine = engine
    this.#tokenizer = tokenizer
    this.#maxLength = maxLength
  }

  /** The vectors of types, [C, D]. */
  async of(types: readonly string[], signal: AbortSignal): Promise<Float32Array> {
    const found = new Map<string, Float32Array>()
    const missing: string[] = []
    for (const type of types) {
      const vector = this.#kept.get(type)
      if (vector === undefined) missing.push(type)
      else found.set(type, vector)
    }
    for (const batch of this.#batchesOf(missing)) {
      const ids = batch.map(([, pieces]) => pieces)
      const { logits } = await this.#engine.forward(ids, { encoder: 'types' }, signal)
      for (const [index, [type]] of batch.entries()) {
        requireFinite(logits[index]!, `The vector of type ${index}`)
        found.set(type, logits[index]!)
      }
    }
    const size = found.get(types[0]!)!.length
    const vectors = new Float32Array(types.length * size)
    for (const [index, type] of types.entries()) {
      const vector = found.get(type)!
      vectors.set(vector, index * size)
      this.#keep(type, vector)
    }
    return vectors
  }

  /** Keeps the vector as the one used last, and forgets the one not used for longest if there are too many. */
  #keep(type: string, vector: Float32Array): void {
    this.#kept.delete(type)
    this.#kept.set(type, vector)
    if (this.#kept.size * vector.byteLength > MOST_BYTES) this.#kept.delete(this.#kept.keys().next().value!)
  }

  /** Types with their pieces, so many together that other calls have their turn in between. */
  *#batchesOf(types: readonly string[]): Generator<(readonly [type: string, pieces: readonly number[]])[]> {
    let batch: (readonly [string, readonly number[]])[] = []
    let tokens = 0
    for (const type of types) {
      const encoding = encodeBeginning(this.#tokenizer, type, this.#maxLength)
      const ids = truncateText(encoding.ids, this.#maxLength)
      if (tokens + ids.length > READ_TOKENS && batch.length > 0) {
        yield batch
        batch = []
        tokens = 0
      }
      batch.push([type, ids])
      tokens += ids.length
    }
    if (batch.length > 0) yield batch
  }
}
