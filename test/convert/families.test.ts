/**
 * Quantizing and converting the families other than BERT: the model stays the same, under transformers' tensor
 * names.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { convertModel } from '#dist/convert/convert.js'
import { quantizedConfig, quantizeModel } from '#dist/convert/quantize-model.js'
import { parseSafetensors } from '#dist/format/parse-safetensors.js'
import { mapFiles } from '#dist/format/source.js'
import { loadModel, type Precision } from '#dist/node.js'
import { rootPath } from '../shared.ts'

type Files = Map<string, Uint8Array>

function filesOf(name: string): Files {
  const folder = rootPath(`test/goldens/families/${name}`)
  const names = readdirSync(folder).filter((file) => /^(config|model)\./.test(file))
  return new Map(names.map((file) => [file, new Uint8Array(readFileSync(`${folder}/${file}`))]))
}

async function logits(files: Files, precision: Precision): Promise<Float32Array> {
  const model = await loadModel(files, { precision, inline: true })
  try {
    const { logits, hiddenStates } = await model.forward([[1, 5, 9, 2, 2, 7, 30, 11]], { hiddenStates: true })
    return logits[0] ?? hiddenStates![0]!.at(-1)!
  } finally {
    model.dispose()
  }
}

function tensorsOf(bytes: Uint8Array): Map<string, Uint8Array> {
  const { tensors } = parseSafetensors(bytes)
  return new Map([...tensors].map(([name, { data }]) => [name, data]))
}

for (const name of [
  'deberta-first',
  'deberta-first-text',
  'deberta-p2c',
  'deberta-convolution',
  'deberta-words-own',
  'modernbert',
  'modernbert-biases',
  'modernbert-text-mean',
  'modernbert-words',
  'modernbert-words-own',
  'eurobert-tokens',
  'eurobert-text',
  'eurobert-words',
  'albert-groups',
  'albert-text',
  'albert-words',
  'mpnet-tokens',
  'mpnet-text',
  'mpnet-words',
  'ernie',
  'data2vec-text',
  'prelayernorm-tokens',
  'prelayernorm-words',
]) {
  test(`quantizeModel of ${name} gives the bits of quantising while loading`, async () => {
    const files = filesOf(name)
    const chunks: Uint8Array[] = []
    await quantizeModel(mapFiles(files), { write: async (chunk) => void chunks.push(chunk.slice()) })
    const config = await quantizedConfig(new TextDecoder().decode(files.get('config.json')))
    const written: Files = new Map([
      ['config.json', new TextEncoder().encode(config)],
      ['model.safetensors', new Uint8Array(Buffer.concat(chunks))],
    ])
    assert.equal(await logits(written, 'int8'), await logits(files, 'int8'))
  })

  test(`convertModel of ${name} writes the tensors it was given`, async () => {
    const files = filesOf(name)
    const out: Files = new Map()
    await convertModel(
      mapFiles(files),
      { dtype: 'float32' },
      {
        async create(file) {
          const chunks: Uint8Array[] = []
          return {
            write: async (chunk) => void chunks.push(chunk.slice()),
            close: async () => void out.set(file, new Uint8Array(Buffer.concat(chunks))),
          }
        },
      },
    )
    const given = tensorsOf(files.get('model.safetensors')!)
    const found = tensorsOf(out.get('model.safetensors')!)
    assert.equal([...found.keys()].sort(), [...given.keys()].sort())
    for (const [tensor, data] of given) assert.equal(found.get(tensor), data, tensor)
  })
}

test.run()
