/** `iobert quantize`, `convert` and `info`: folders are written completely or not at all. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { parseSafetensors } from '#dist/format/parse-safetensors.js'
import { loadModel } from '#dist/node.js'
import { rootPath } from '../shared.ts'
import { iobert, model, temporaryFolder } from './run.ts'

const read = (...path: string[]): Buffer => readFileSync(join(...path))

async function logitsOf(folder: string, precision: 'int8' | 'float32'): Promise<Float32Array> {
  const loaded = await loadModel(folder, { precision, threads: 1 })
  try {
    return (await loaded.forward([[2, 5, 6, 7, 8, 3]])).logits[0]!
  } finally {
    loaded.dispose()
  }
}

test('iobert quantize writes a folder, always the same bytes, with the int8 logits of the float model', async () => {
  const folder = temporaryFolder()
  const [first, second] = [join(folder, 'first'), join(folder, 'deep', 'second')]
  const { code, stdout } = await iobert(['quantize', model, first])
  assert.is(code, 0)
  assert.match(stdout, 'model.safetensors')
  await iobert(['quantize', model, second])
  const names = ['config.json', 'model.safetensors', 'vocab.txt']
  assert.equal(readdirSync(first).sort(), names)
  for (const name of names) assert.equal(read(first, name), read(second, name))
  assert.equal(read(first, 'vocab.txt'), read(model, 'vocab.txt'))
  const { quantization_config: stated, ...rest } = JSON.parse(read(first, 'config.json').toString())
  assert.is(stated.quant_method, 'compressed-tensors')
  assert.equal(rest, JSON.parse(read(model, 'config.json').toString()))
  assert.equal(await logitsOf(first, 'int8'), await logitsOf(model, 'int8'))
})

test('iobert quantize replaces older files, and leaves them where it fails', async () => {
  const folder = temporaryFolder()
  cpSync(model, folder, { recursive: true })
  const broken = join(temporaryFolder(), 'broken')
  cpSync(model, broken, { recursive: true })
  const bytes = read(model, 'model.safetensors')
  // The last value becomes NaN, which is seen when most of the file is written.
  bytes.writeUInt32LE(0x7fc00000, bytes.length - 4)
  writeFileSync(join(broken, 'model.safetensors'), bytes)
  const before = readdirSync(folder).sort()
  const failed = await iobert(['quantize', '--force', broken, folder])
  assert.is(failed.code, 1)
  assert.match(failed.stderr, 'iobert: ')
  assert.equal(readdirSync(folder).sort(), before)
  assert.equal(read(folder, 'model.safetensors'), read(model, 'model.safetensors'))
  const done = await iobert(['quantize', '--force', model, folder])
  assert.is(done.code, 0)
  assert.equal(readdirSync(folder).sort(), before)
  const { tensors } = parseSafetensors(read(folder, 'model.safetensors'))
  assert.is(tensors.get('bert.embeddings.word_embeddings.weight')!.dtype, 'I8')
})

test('iobert quantize and convert keep what sentence-transformers says of a model', async () => {
  const folder = temporaryFolder()
  cpSync(model, folder, { recursive: true })
  const files = {
    'modules.json': [
      { idx: 0, name: '0', path: '', type: 'sentence_transformers.models.Transformer' },
      { idx: 1, name: '1', path: '1_Pooling', type: 'sentence_transformers.models.Pooling' },
    ],
    '1_Pooling/config.json': { pooling_mode: 'max' },
    'sentence_bert_config.json': { max_seq_length: 8, do_lower_case: false },
  }
  mkdirSync(join(folder, '1_Pooling'))
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, name), JSON.stringify(content))
  }
  for (const command of ['quantize', 'convert']) {
    const out = join(temporaryFolder(), command)
    const { code, stdout } = await iobert([command, folder, out])
    assert.is(code, 0)
    for (const name of Object.keys(files)) {
      assert.equal(read(out, name), read(folder, name))
      assert.match(stdout, name)
    }
    assert.equal(readdirSync(join(out, '1_Pooling')), ['config.json'])
    // Of one model's files none stays with another's.
    assert.is((await iobert(['quantize', '--force', model, out])).code, 0)
    assert.equal(readdirSync(out).sort(), ['1_Pooling', 'config.json', 'model.safetensors', 'vocab.txt'])
    assert.equal(readdirSync(join(out, '1_Pooling')), [])
  }
})

test('iobert quantize and convert leave no folder that they made where they fail', async () => {
  const empty = temporaryFolder()
  for (const command of ['quantize', 'convert']) {
    const around = temporaryFolder()
    const out = join(around, 'deep', command)
    assert.is((await iobert([command, empty, out])).code, 1)
    assert.equal(readdirSync(around), [])
    const broken = join(temporaryFolder(), 'broken')
    cpSync(model, broken, { recursive: true })
    writeFileSync(join(broken, 'model.safetensors'), read(model, 'model.safetensors').subarray(0, -4))
    assert.is((await iobert([command, broken, out])).code, 1)
    assert.equal(readdirSync(around), [])
  }
})

test('iobert quantize refuses what is int8 already', async () => {
  const folder = temporaryFolder()
  await iobert(['quantize', model, join(folder, 'a')])
  const { code, stderr } = await iobert(['quantize', join(folder, 'a'), join(folder, 'b')])
  assert.is(code, 1)
  assert.match(stderr, 'int8 already')
})

test('iobert convert reads a pickle and writes what gives its logits', async () => {
  const folder = temporaryFolder()
  const source = rootPath('test/goldens/convert/pytorch-zip')
  const out = join(folder, 'out')
  const { code, stdout } = await iobert(['convert', source, out, '--dtype', 'float32'])
  assert.is(code, 0)
  assert.match(stdout, 'from pytorch')
  assert.equal(readdirSync(out).sort(), ['config.json', 'model.safetensors', 'vocab.txt'])
  const wanted = parseSafetensors(read(source, 'expected.safetensors')).tensors
  const { tensors } = parseSafetensors(read(out, 'model.safetensors'))
  let compared = 0
  for (const [name, { data }] of tensors) {
    const tensor = wanted.get(name)
    if (tensor === undefined) continue
    compared++
    assert.equal(Buffer.from(data), Buffer.from(tensor.data), name)
  }
  assert.ok(compared > 10, `${compared} tensors compared`)
  assert.is((await iobert(['-m', out, 'tok1'])).code, 0)
  const half = await iobert(['convert', source, join(folder, 'half'), '--dtype=float16'])
  assert.is(half.code, 0)
  assert.is((await iobert(['convert', source, out, '--dtype', 'int8'])).code, 2)
})

test('iobert convert says what is wrong and writes nothing', async () => {
  const out = join(temporaryFolder(), 'out')
  const { code, stderr } = await iobert(['convert', rootPath('src'), out])
  assert.is(code, 1)
  assert.match(stderr, /^iobert: /u)
  assert.equal(existsSync(out) ? readdirSync(out) : [], [])
})

test('iobert info --json tells architecture, labels, parameters, memory and files', async () => {
  const { code, stdout } = await iobert(['info', model, '--json'])
  assert.is(code, 0)
  const facts = JSON.parse(stdout)
  const loaded = await loadModel(model, { threads: 1 })
  assert.is(facts.parameters, loaded.info.parameters)
  loaded.dispose()
  assert.equal(facts.dtypes, { F32: facts.parameters })
  assert.is(facts.architecture.numLayers, 2)
  assert.is(facts.labels.length, 8)
  assert.is(facts.scheme, 'IOB')
  assert.ok(facts.memory.int8 > 0 && facts.memory.float32 > 0)
  const weights = facts.files.find(({ name }: { name: string }) => name === 'model.safetensors')
  const { createHash } = await import('node:crypto')
  const bytes = read(model, 'model.safetensors')
  assert.is(weights.bytes, bytes.length)
  assert.is(weights.sha256, createHash('sha256').update(bytes).digest('hex'))
})

test('iobert info prints the same for reading, shards included', async () => {
  const { code, stdout } = await iobert(['info', rootPath('test/goldens/models/sharded-f16')])
  assert.is(code, 0)
  assert.match(stdout, /^architecture {2}bert, L=\d+ layers/mu)
  assert.match(stdout, /model-00001-of-00002\.safetensors {2}292776 bytes {2}[0-9a-f]{64}\n/u)
})

test('iobert info says whether a model will load, and what is missing where it will not', async () => {
  const [good, text] = [model, rootPath('test/goldens/families/bert-rerank')]
  for (const folder of [good, text]) {
    const { code, stdout } = await iobert(['info', folder])
    assert.is(code, 0)
    assert.match(stdout, /^loads {9}yes$/mu)
  }
  assert.match((await iobert(['info', text])).stdout, /^head {10}labels for whole texts/mu)
  const folder = temporaryFolder()
  cpSync(model, folder, { recursive: true })
  const config = JSON.parse(read(folder, 'config.json').toString())
  const missing = async (): Promise<string[]> => {
    const { code, stdout } = await iobert(['info', '--json', folder])
    const facts = JSON.parse(stdout)
    assert.equal([code, facts.loads], [1, 'no'])
    return facts.missing
  }
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...config, num_hidden_layers: 3 }))
  assert.match((await missing()).join(), /lack 16 of the model's tensors/u)
  rmSync(join(folder, 'vocab.txt'))
  rmSync(join(folder, 'model.safetensors'))
  const [tokenizer, weights, ...rest] = await missing()
  assert.match(tokenizer!, 'vocab.txt')
  assert.match(weights!, 'model.safetensors')
  assert.equal(rest, [])
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...config, model_type: 'funnel' }))
  const [other, ...more] = await missing()
  assert.match(other!, 'model_type "funnel"')
  assert.equal(more, [])
})

test('iobert tokenize shows pieces, ids and offsets', async () => {
  const text = 'tok1 TOK2 tok94'
  const { code, stdout } = await iobert(['tokenize', '-m', model, '--json', text, 'tok5'])
  assert.is(code, 0)
  const [first, second] = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.equal(first.tokens.slice(0, 2), ['[CLS]', 'tok1'])
  assert.equal(first.offsets[1], [0, 4])
  assert.is(first.ids.length, first.wordIds.length)
  assert.equal(second.tokens, ['[CLS]', 'tok5', '[SEP]'])
  const table = await iobert(['tokenize', '-m', model, 'tok5'])
  assert.match(table.stdout, /^ {3}1 {2}tok5 +10 +0 {2}0-4\n/mu)
})

test.run()
