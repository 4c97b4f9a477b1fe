/** Golden models and the outputs that Python recorded of them. */
import { readdirSync, readFileSync } from 'node:fs'
import { parseSafetensors } from '#dist/format/parse-safetensors.js'
import type { BertModel, Precision } from '#dist/node.js'
import { rootPath } from '../shared.ts'

/** The golden models in the repository: random weights, several shapes, PyTorch's outputs. */
export function goldenModels(): { name: string; folder: string }[] {
  return ['models', 'families'].flatMap((place) =>
    readdirSync(rootPath(`test/goldens/${place}`)).map((name) => ({
      name,
      folder: rootPath(`test/goldens/${place}/${name}`),
    })),
  )
}

/** A file of expected tensors. */
export class Expected {
  readonly #tensors: ReturnType<typeof parseSafetensors>['tensors']

  constructor(path: string) {
    this.#tensors = parseSafetensors(new Uint8Array(readFileSync(path))).tensors
  }

  floats(name: string): Float32Array | undefined {
    const tensor = this.#tensors.get(name)
    return tensor && new Float32Array(tensor.data.slice().buffer)
  }

  /** The input ids, or other whole numbers, of all sequences. */
  sequences(name = 'input_ids'): number[][] {
    const found: number[][] = []
    for (let i = 0; ; i++) {
      const tensor = this.#tensors.get(`${i}.${name}`)
      if (tensor === undefined) return found
      const bytes = tensor.data.slice().buffer
      found.push(
        tensor.dtype === 'I64' ? Array.from(new BigInt64Array(bytes), Number) : [...new Int32Array(bytes)],
      )
    }
  }

  has(name: string): boolean {
    return this.#tensors.has(name)
  }

  /** What PyTorch gives for the ids. */
  outputs(): string[] {
    return [...this.#tensors.keys()].filter((name) => !/\.(input_ids|token_type_ids)$/.test(name))
  }
}

/** Passes the sequences and gives back for each tensor of the file its distance: max|a - b| / max|b|. */
export async function compare(
  model: BertModel,
  expected: Expected,
): Promise<{ name: string; error: number }[]> {
  const sequences = expected.sequences()
  const attentions = expected.has('0.attentions.0')
  const types = expected.has('0.token_type_ids') ? { tokenTypeIds: expected.sequences('token_type_ids') } : {}
  const output = await model.forward(sequences, { hiddenStates: true, attentions, ...types })
  const errors: { name: string; error: number }[] = []
  const check = (name: string, actual: Float32Array): void => {
    const wanted = expected.floats(name)
    if (wanted === undefined) return
    let largest = 0
    let worst = 0
    for (let i = 0; i < wanted.length; i++) {
      largest = Math.max(largest, Math.abs(wanted[i]!))
      const difference = Math.abs(actual[i]! - wanted[i]!)
      worst = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(worst, difference)
    }
    errors.push({ name, error: worst / largest })
  }
  for (let i = 0; i < sequences.length; i++) {
    for (const [l, rows] of output.hiddenStates![i]!.entries()) check(`${i}.hidden_states.${l}`, rows)
    for (const [l, rows] of (output.attentions?.[i] ?? []).entries()) check(`${i}.attentions.${l}`, rows)
    if (model.head) check(`${i}.logits`, output.logits[i]!)
  }
  return errors
}

export type { Precision }
