/** The models whose masked words were recorded from Python's transformers. */
import { readFileSync } from 'node:fs'
import type { MaskedWord } from '#dist/node.js'
import { rootPath } from '../shared.ts'

/** A file of test/goldens/fill: tools/goldens/make-fill-goldens.py says how weights are made of names and shapes. */
export interface FillGolden {
  tokenizer: 'bert' | 'roberta' | 'xlm-roberta'
  config: Record<string, unknown>
  tensors: Record<string, number[]>
  answers: { text: string; answer: MaskedWord[] | MaskedWord[][] }[]
}

export function readFillGolden(name: string): FillGolden {
  return JSON.parse(readFileSync(rootPath(`test/goldens/fill/${name}.json`), 'utf8'))
}

const TOKENIZERS = {
  bert: ['families/electra/tokenizer.json', 'families/electra/tokenizer_config.json'],
  roberta: ['families/roberta/tokenizer.json', 'families/roberta/tokenizer_config.json'],
  'xlm-roberta': ['family/xlm-roberta.json', undefined],
} as const

const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))

/** The files of a golden's model. */
export function fillModel({ tokenizer, config, tensors }: FillGolden): Map<string, Uint8Array> {
  const [json, settings] = TOKENIZERS[tokenizer]
  const read = (name: string): Uint8Array => new Uint8Array(readFileSync(rootPath(`test/goldens/${name}`)))
  return new Map([
    ['config.json', encode(config)],
    ['model.safetensors', weights(tensors)],
    ['tokenizer.json', read(json)],
    [
      'tokenizer_config.json',
      settings ? read(settings) : encode({ tokenizer_class: 'PreTrainedTokenizerFast' }),
    ],
  ])
}

function weights(tensors: Record<string, readonly number[]>): Uint8Array {
  const header: Record<string, unknown> = {}
  const arrays: Float32Array[] = []
  let end = 0
  for (const [name, shape] of Object.entries(tensors)) {
    const values = numbers(name, shape)
    header[name] = { dtype: 'F32', shape, data_offsets: [end, end + values.byteLength] }
    end += values.byteLength
    arrays.push(values)
  }
  const text = JSON.stringify(header)
  const bytes = encode(header).length
  const padded = Math.ceil(bytes / 8) * 8
  const file = new Uint8Array(8 + padded + end)
  new DataView(file.buffer).setUint32(0, padded, true)
  file.set(new TextEncoder().encode(text.padEnd(text.length + padded - bytes)), 8)
  let at = 8 + padded
  for (const array of arrays) {
    file.set(new Uint8Array(array.buffer), at)
    at += array.byteLength
  }
  return file
}

function numbers(name: string, shape: readonly number[]): Float32Array {
  let hash = 2166136261
  for (const character of name) hash = Math.imul(hash ^ character.charCodeAt(0), 16777619) >>> 0
  const one = /layer_?norm\.weight$/iu.test(name) ? 1 : 0
  const count = shape.reduce((product, size) => product * size, 1)
  return Float32Array.from({ length: count }, (_, index) => {
    const spread = Math.imul((index + hash) | 0, 2654435761) >>> 0
    return (spread / 2 ** 32 - 0.5) * 0.5 + one
  })
}
