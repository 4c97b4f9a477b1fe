/** GLiNER models on the command line: `info`, conversion to safetensors, and why they are not quantized. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loadGliner } from '#dist/node.js'
import { startHub } from '../hub/hub-server.ts'
import { COMMIT, ID, temporaryFolder } from '../hub/sample.ts'
import { rootPath } from '../shared.ts'
import { iobert } from './run.ts'

const folderOf = (name: string): string => rootPath(`test/goldens/gliner/${name}`)
const TEXT = 'Angela Merkel met Tim Cook in Berlin on Tuesday.'
const TYPES = ['person', 'award', 'x']

async function found(folder: string): Promise<unknown> {
  const gliner = await loadGliner(folder, { inline: true })
  try {
    return await gliner.find(TEXT, TYPES, { threshold: 0.01, nested: true })
  } finally {
    gliner.dispose()
  }
}

/** The files of a golden, some of them others. */
function copyOf(name: string, changes: Record<string, string | undefined> = {}): string {
  const folder = join(temporaryFolder(), 'model')
  mkdirSync(folder)
  for (const file of readdirSync(folderOf(name))) {
    if (file in changes && changes[file] === undefined) continue
    writeFileSync(join(folder, file), changes[file] ?? readFileSync(join(folderOf(name), file)))
  }
  return folder
}

test('iobert info tells what a model of GLiNER is, of either kind of weights', async () => {
  for (const [name, encoder, weights, width] of [
    ['deberta-v3', 'deberta-v2', 'pytorch_model.bin', 'up to 6 words each'],
    ['roberta-no-lstm', 'roberta', 'model.safetensors', 'up to 8 words each'],
    ['words-roberta', 'roberta', 'model.safetensors', 'of any length'],
    ['bi-deberta-v3-max', 'deberta-v2 and bert', 'pytorch_model.bin', 'up to 5 words each'],
  ] as const) {
    const { code, stdout, stderr } = await iobert(['info', folderOf(name)])
    assert.is(code, 0, stdout + stderr)
    assert.match(stdout, /^loads +yes$/m)
    assert.match(stdout, new RegExp(`^architecture +GLiNER of ${encoder}, L=[23] layers, `, 'm'))
    assert.match(
      stdout,
      new RegExp(
        `^head +entities of types that are named when you ask \\(loadGliner, iobert find\\): ${width}, in `,
        'm',
      ),
    )
    assert.match(stdout, new RegExp(`^reads +${weights.replace('.', '\\.')}: \\d+ bytes`, 'm'))
    assert.match(stdout, /gliner_config\.json {2}\d+ bytes/)
    assert.not.match(stdout, /^labels/m)
    const facts = JSON.parse((await iobert(['info', '--json', folderOf(name)])).stdout)
    assert.ok(facts.parameters > 10_000 && facts.dtypes.F32 === facts.parameters)
    // Of so small a model neither is always the smaller one: that depends on the kernels.
    assert.ok(facts.memory.int8 > 1e6 && facts.memory.float32 > 1e6)
  }
})

test('iobert info says what a model of GLiNER lacks', async () => {
  const { model_type, ...config } = JSON.parse(
    readFileSync(join(folderOf('bert'), 'gliner_config.json'), 'utf8'),
  )
  for (const [changes, pattern] of [
    [{ 'gliner_config.json': JSON.stringify({ ...config, span_mode: 'markerV1' }) }, /span_mode "markerV1"/],
    [
      { 'gliner_config.json': JSON.stringify({ ...config, hidden_size: 18 }) },
      /rnn\.lstm.*gliner_config\.json asks for \[36, 18\]/,
    ],
    [{ 'model.safetensors': undefined }, /model\.safetensors/],
  ] as const) {
    const { code, stdout } = await iobert(['info', copyOf('bert', changes)])
    assert.is(code, 1, stdout)
    assert.match(stdout, /^loads +no$/m)
    assert.match(stdout, pattern)
  }
})

test('iobert info knows a model of GLiNER on the Hub before it is downloaded', async () => {
  const hub = await startHub()
  try {
    const names = readdirSync(folderOf('bert')).filter((name) => name !== 'found.jsonl')
    const files = new Map(
      names.map((name) => [name, new Uint8Array(readFileSync(join(folderOf('bert'), name)))]),
    )
    hub.repositories.set(ID, { commit: COMMIT, files, large: new Set(['model.safetensors']) })
    const cache = temporaryFolder()
    const environment = { HF_ENDPOINT: hub.endpoint, HF_HUB_CACHE: cache, HF_HUB_OFFLINE: '0' }
    const { code, stdout } = await iobert(['info', '--json', ID], '', environment)
    const facts = JSON.parse(stdout)
    assert.equal([code, facts.loads, facts.missing], [0, 'yes', []])
    assert.is(facts.architecture.modelType, 'GLiNER of bert')
    const kept = readdirSync(cache, { recursive: true, encoding: 'utf8' })
    assert.ok(kept.some((name) => name.endsWith('gliner_config.json')))
    assert.not.ok(kept.some((name) => name.endsWith('model.safetensors')))
  } finally {
    await hub.close()
  }
})

test('iobert convert keeps both tokenizers of a bi-encoder', async () => {
  const folder = folderOf('bi-deberta-v3-max')
  const out = join(temporaryFolder(), 'out')
  const { code, stderr } = await iobert(['convert', folder, out])
  assert.is(code, 0, stderr)
  assert.equal(await found(out), await found(folder))
})

test('iobert convert writes a model of GLiNER as safetensors, which finds the same', async () => {
  const folder = copyOf('deberta-v3')
  const out = join(temporaryFolder(), 'out')
  const { code, stdout, stderr } = await iobert(['convert', folder, out])
  assert.is(code, 0, stderr)
  assert.match(stdout, /gliner_config\.json, model\.safetensors, from pytorch/)
  assert.equal(await found(out), await found(folder))
  const half = join(temporaryFolder(), 'half')
  assert.is((await iobert(['convert', '--dtype', 'float16', out, half])).code, 0)
  await found(half)
  const facts = JSON.parse((await iobert(['info', '--json', half])).stdout)
  assert.equal(Object.keys(facts.dtypes), ['F16'])
})

test('iobert quantize refuses a model of GLiNER, and says what to do', async () => {
  const out = join(temporaryFolder(), 'out')
  const { code, stderr } = await iobert(['quantize', folderOf('bert'), out])
  assert.is(code, 1)
  assert.match(stderr, /is a GLiNER model, which quantize does not write.*iobert find.*iobert convert/)
})

test.run()
