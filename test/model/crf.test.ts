/**
 * The conditional random field of a token classifier: found in the weights or in config.json, kept by what rewrites
 * them, and used by the recognizer.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { convertModel } from '#dist/convert/convert.js'
import { quantizedConfig, quantizeModel } from '#dist/convert/quantize-model.js'
import { crfPath } from '#dist/entities/crf.js'
import { parseSafetensors } from '#dist/format/parse-safetensors.js'
import { mapFiles } from '#dist/format/source.js'
import { loadModel, loadRecognizer } from '#dist/node.js'
import { formatError, safetensorsFile } from '../format/safetensors-file.ts'
import { floats, seeded } from '../random.ts'
import { rootPath } from '../shared.ts'

type Files = Map<string, Uint8Array>
type Tensors = Record<string, { shape: number[]; data: Float32Array }>

const folder = rootPath('test/goldens/families/roberta')
const C = 9
const TEXT = 'Angela Merkel met Tim Cook of Apple in New York, and wrote to the United Nations.'

const plain = (): Files =>
  new Map(
    readdirSync(folder)
      .filter((name) => !name.startsWith('e'))
      .map((name) => [name, new Uint8Array(readFileSync(`${folder}/${name}`))]),
  )

/** The parts of a field with strong opinions, under a prefix. */
function parts(prefix = 'crf.'): Tensors {
  const random = seeded(3)
  const tensor = (...shape: number[]): Tensors[string] => ({
    shape,
    data: floats(
      random,
      shape.reduce((a, b) => a * b),
      3,
    ),
  })
  return {
    [`${prefix}start_transitions`]: tensor(C),
    [`${prefix}end_transitions`]: tensor(C),
    [`${prefix}transitions`]: tensor(C, C),
  }
}

/** The model with more float32 tensors. */
function withTensors(more: Tensors): Files {
  const files = plain()
  const { tensors } = parseSafetensors(files.get('model.safetensors')!)
  const header: Record<string, object> = {}
  const chunks: Uint8Array[] = []
  let at = 0
  const add = (name: string, dtype: string, shape: readonly number[], data: Uint8Array): void => {
    header[name] = { dtype, shape, data_offsets: [at, at + data.length] }
    chunks.push(data)
    at += data.length
  }
  for (const [name, { dtype, shape, data }] of tensors) add(name, dtype, shape, data)
  for (const [name, { shape, data }] of Object.entries(more))
    add(name, 'F32', shape, new Uint8Array(data.buffer))
  return files.set('model.safetensors', safetensorsFile(JSON.stringify(header), Buffer.concat(chunks)))
}

/** The model with a field in config.json, as T-NER writes it. */
function withConfig(state: unknown): Files {
  const files = plain()
  const config = JSON.parse(new TextDecoder().decode(files.get('config.json')))
  return files.set(
    'config.json',
    new TextEncoder().encode(JSON.stringify({ ...config, crf_state_dict: state })),
  )
}

/** The same numbers as nested lists. */
function stateOf(tensors: Tensors): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { shape, data }]) => {
      const [rows, columns] = shape as [number, number?]
      const list =
        columns === undefined
          ? [...data]
          : Array.from({ length: rows }, (_, row) => [...data.subarray(row * columns, (row + 1) * columns)])
      return [name.replace('crf.', ''), list]
    }),
  )
}

/** The label of each piece, and whether the best path says the same. */
async function labelsOf(files: Files, inline = true): Promise<{ labels: string[]; byPath: string[] }> {
  const ner = await loadRecognizer(files, { precision: 'float32', inline, threads: 1 })
  try {
    const asked = { strategy: 'none', ignoreLabels: [], split: false } as const
    const labels = (await ner.recognize(TEXT, asked)).entities.map(({ type }) => type)
    const { logits } = await ner.model.forward([ner.tokenizer.encode(TEXT).ids])
    const { crf } = ner.model
    const path = crf === undefined ? [] : [...crfPath(logits[0]!, crf)].slice(1, -1)
    return { labels, byPath: path.map((id) => ner.labels[id]!) }
  } finally {
    ner.dispose()
  }
}

test('a field in the weights labels the pieces, here and in a worker, under any name of its module', async () => {
  const without = await labelsOf(plain())
  const { labels, byPath } = await labelsOf(withTensors(parts()))
  assert.equal(labels, byPath)
  assert.not.equal(labels, without.labels)
  assert.equal(without.byPath, [])
  assert.equal((await labelsOf(withTensors(parts('module.crf_layer.')), false)).labels, labels)
})

test("T-NER's field in config.json is the same field", async () => {
  const { labels } = await labelsOf(withTensors(parts()))
  assert.equal((await labelsOf(withConfig(stateOf(parts())))).labels, labels)
})

test("AllenNLP's mask forbids labels, in the weights and in config.json", async () => {
  // Nothing may begin but O, and after any label comes O.
  const data = new Float32Array((C + 2) ** 2)
  for (let from = 0; from < C + 2; from++) data[from * (C + 2)] = 1
  data[C + 1] = 1
  const masked = { ...parts(), 'crf._constraint_mask': { shape: [C + 2, C + 2], data } }
  for (const files of [withTensors(masked), withConfig(stateOf(masked))]) {
    const { labels } = await labelsOf(files)
    assert.equal(new Set(labels), new Set(['O']))
  }
})

test("style 'transformers' and decode 'argmax' leave the field out, as the pipeline does", async () => {
  const answers: unknown[] = []
  for (const files of [plain(), withTensors(parts())]) {
    const ner = await loadRecognizer(files, { inline: true })
    answers.push([
      await ner.recognize(TEXT, { style: 'transformers' }),
      await ner.recognize(TEXT, { strategy: 'first', decode: 'argmax' }),
    ])
    ner.dispose()
  }
  assert.equal(answers[0], answers[1])
})

test('quantizeModel and convertModel keep the field', async () => {
  const { labels } = await labelsOf(withTensors(parts()))
  const files = withTensors(parts('crf_layer.'))
  const written: Files = plain()
  await convertModel(
    mapFiles(files),
    {},
    {
      create: async (name) => {
        const chunks: Uint8Array[] = []
        return {
          write: async (chunk) => void chunks.push(chunk.slice()),
          close: async () => void written.set(name, new Uint8Array(Buffer.concat(chunks))),
        }
      },
    },
  )
  assert.equal((await labelsOf(written)).labels, labels)
  const chunks: Uint8Array[] = []
  await quantizeModel(mapFiles(files), { write: async (chunk) => void chunks.push(chunk.slice()) })
  const config = await quantizedConfig(new TextDecoder().decode(files.get('config.json')))
  const int8 = plain()
    .set('config.json', new TextEncoder().encode(config))
    .set('model.safetensors', new Uint8Array(Buffer.concat(chunks)))
  const model = await loadModel(int8, { inline: true })
  assert.equal([...model.crf!.transitions], [...parts()['crf.transitions']!.data])
  model.dispose()
})

test('a field of a form that is not understood, or given twice, is an error that says so', async () => {
  const { 'crf.transitions': transitions, ...ends } = parts()
  const row = { shape: [C], data: new Float32Array(C) }
  const square = (size: number): Tensors[string] => ({
    shape: [size, size],
    data: new Float32Array(size * size),
  })
  for (const [files, code, pattern] of [
    [
      withTensors(ends),
      'UnsupportedConfig',
      /"crf.start_transitions", "crf.end_transitions", a conditional random field/,
    ],
    [withTensors({ 'crf.transitions': square(C + 2) }), 'UnsupportedConfig', /pytorch-crf and AllenNLP/],
    [withTensors({ ...parts(), 'crf.bias': row }), 'UnsupportedConfig', /"crf.bias"/],
    [withTensors({ ...parts(), ...parts('other.crf.') }), 'UnsupportedConfig', /and others/],
    [
      withTensors({ ...ends, 'crf.transitions': square(C + 2) }),
      'WrongShape',
      /\[11, 11\]; config.json asks for \[9, 9\]/,
    ],
    [
      withTensors({
        ...ends,
        'crf.transitions': { ...transitions!, data: transitions!.data.map(() => Number.NaN) },
      }),
      'NonFiniteWeights',
      /crf.transitions/,
    ],
    [withConfig([]), 'InvalidConfig', /crf_state_dict must be an object/],
    [withConfig({ ...stateOf(parts()), bias: [] }), 'InvalidConfig', /crf_state_dict has "bias"/],
    [withConfig(stateOf(ends)), 'InvalidConfig', /crf_state_dict.transitions must be an array, not missing/],
    [
      withConfig({ ...stateOf(parts()), end_transitions: [1] }),
      'InvalidConfig',
      /has 1 entries, and the labels ask for 9/,
    ],
    [
      withConfig({ ...stateOf(parts()), end_transitions: Array(C).fill('1') }),
      'InvalidConfig',
      /must hold numbers, not "1"/,
    ],
    [
      withConfig(stateOf(parts())).set('model.safetensors', withTensors(parts()).get('model.safetensors')!),
      'DuplicateKey',
      /config.json has another/,
    ],
  ] as const) {
    const error = await formatError(() => loadRecognizer(files, { inline: true }))
    assert.equal(error.code, code, error.message)
    assert.match(error.message, pattern)
  }
})

test.run()
