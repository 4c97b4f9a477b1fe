/**
 * Promises of SECURITY.md that no other test covers; in a process of its own, since its traps affect the
 * whole process.
 */
import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loadModel, loadRecognizer } from '#dist/node.js'
import { goldenFiles } from '../format/safetensors-file.ts'
import { startHub } from '../hub/hub-server.ts'
import { goldenRepository } from '../hub/models.ts'
import { ID, temporaryFolder } from '../hub/sample.ts'
import { rootPath } from '../shared.ts'

const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))
const decode = (bytes: Uint8Array): Record<string, unknown> => JSON.parse(new TextDecoder().decode(bytes))

test('code that a configuration names is neither opened nor run', async () => {
  const given = goldenFiles('plain')
  given.delete('expected.safetensors')
  const trap = new TextEncoder().encode('raise SystemExit(1)')
  const code = { AutoConfig: 'modeling.Trap', AutoModelForTokenClassification: 'modeling.Trap' }
  given.set(
    'config.json',
    encode({ ...decode(given.get('config.json')!), auto_map: code, custom_pipelines: code }),
  )
  given.set(
    'tokenizer_config.json',
    encode({ auto_map: { AutoTokenizer: ['modeling.Trap', null] }, chat_template: '{{ trap() }}' }),
  )
  for (const name of ['modeling.py', 'modeling.js', 'modeling', 'handler.py']) given.set(name, trap)
  const asked = new Set<string>()
  const files = new (class extends Map<string, Uint8Array> {
    override get(name: string): Uint8Array | undefined {
      asked.add(name)
      return super.get(name)
    }
  })(given)
  const ner = await loadRecognizer(files, { inline: true })
  assert.is((await ner.recognize('tok1', { words: true })).words!.length, 1)
  ner.dispose()
  assert.ok(asked.has('config.json') && asked.has('model.safetensors'))
  assert.equal(
    [...asked].filter((name) => !/\.(json|txt|safetensors|bin|h5|msgpack|onnx|pb)$/.test(name)),
    [],
  )
})

test('ids and lengths that are outside of the model are refused before a pass', async () => {
  const model = await loadModel(rootPath('test/goldens/models/plain'), { inline: true })
  const { vocabSize, maxPositions } = model.config
  for (const id of [-1, vocabSize, 2 ** 31, 2 ** 32, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    const error = await model.forward([[2, id, 3]]).catch((reason: unknown) => reason)
    assert.instance(error, RangeError, String(id))
    assert.match(
      (error as Error).message,
      `holds the id ${id}, expected whole numbers from 0 to ${vocabSize - 1}`,
    )
  }
  for (const length of [0, maxPositions + 1]) {
    const error = await model.forward([new Array(length).fill(2)]).catch((reason: unknown) => reason)
    assert.instance(error, RangeError)
    assert.match((error as Error).message, `has ${length} ids, expected 1 to ${maxPositions}`)
  }
  for (const wrong of [[['2']], [[2n]], [[undefined]], [2], 'ids', [null]]) {
    assert.instance(await model.forward(wrong as never).catch((reason: unknown) => reason), TypeError)
  }
  assert.is((await model.forward([[0, vocabSize - 1]])).logits.length, 1)
  model.dispose()
})

test('a token is in no file of the cache, nor in what is printed', async () => {
  const token = 'hf_NobodyMayReadThis'
  const hub = await startHub()
  try {
    hub.repositories.set(ID, goldenRepository('plain', { token }))
    const cacheDir = temporaryFolder()
    const args = [rootPath('dist/cli/main.js'), '-m', ID, '--threads', '1', 'tok1']
    const env = {
      ...process.env,
      HF_ENDPOINT: hub.endpoint,
      HF_HOME: cacheDir,
      HF_HUB_CACHE: cacheDir,
      HF_TOKEN: token,
    }
    const run = (more: NodeJS.ProcessEnv = {}): Promise<{ code: number; output: string }> =>
      runAsync(args, { ...env, ...more })
    const good = await run()
    assert.is(good.code, 0, good.output)
    assert.ok(hub.requests.some(({ authorization }) => authorization === `Bearer ${token}`))
    const bad = await run({ HF_HUB_CACHE: temporaryFolder(), HF_TOKEN: `${token}2` })
    assert.is(bad.code, 1)
    for (const { output } of [good, bad]) assert.not.match(output, token)
    const files = readdirSync(cacheDir, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    )
    assert.ok(files.length >= 3, `${files.length} files`)
    for (const { parentPath, name } of files) {
      assert.not.ok(name.includes(token))
      assert.not.ok(readFileSync(join(parentPath, name)).includes(token), name)
    }
  } finally {
    await hub.close()
  }
})

/** In a process of its own, while the hub of this one answers. */
async function runAsync(args: string[], env: NodeJS.ProcessEnv): Promise<{ code: number; output: string }> {
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data))
  return new Promise((resolve) => child.on('close', (code) => resolve({ code: code ?? -1, output })))
}

/** Loaded into a process and each of its threads: every way to the network ends it. */
const NO_NETWORK = `
  import { createRequire } from 'node:module'
  const require = createRequire(import.meta.url)
  const trap = (what) => () => { process.stderr.write(what); process.exit(9) }
  globalThis.fetch = trap('fetch')
  require('node:net').Socket.prototype.connect = trap('connect')
  require('node:dgram').Socket.prototype.send = trap('send')
  for (const name of ['lookup', 'resolve']) require('node:dns')[name] = trap(name)
`

test('nothing is contacted for the shipped model, a folder or a map of files', () => {
  const entry = JSON.stringify(pathToFileURL(rootPath('dist/node.js')).href)
  const source = `
    import { readFileSync } from 'node:fs'
    const { loadRecognizer } = await import(${entry})
    const folder = ${JSON.stringify(rootPath('test/goldens/models/plain'))}
    const files = new Map(['config.json', 'vocab.txt', 'model.safetensors'].map((name) => [name, readFileSync(folder + '/' + name)]))
    for (const model of [undefined, folder, files]) {
      for (const options of [{ threads: 1 }, { inline: true }]) {
        const ner = await loadRecognizer(model, options)
        await ner.recognize('Angela Merkel')
        ner.dispose()
      }
    }
    process.stdout.write('done')`
  const folder = temporaryFolder()
  const preload = join(folder, 'no-network.mjs')
  writeFileSync(preload, NO_NETWORK)
  const runTrapped = (code: string): SpawnSyncReturns<string> =>
    spawnSync(
      process.execPath,
      ['--import', pathToFileURL(preload).href, '--input-type=module', '-e', code],
      { encoding: 'utf8', env: { ...process.env, HF_HOME: folder } },
    )
  const done = runTrapped(source)
  assert.equal([done.status, done.stdout, done.stderr], [0, 'done', ''])
  // The traps are such, in threads too.
  const thread = "import { Worker } from 'node:worker_threads'; new Worker('fetch(1)', { eval: true })"
  for (const call of [
    "fetch('http://127.0.0.1:9')",
    "import { connect } from 'node:net'; connect(9)",
    `${thread}.on('exit', process.exit)`,
  ]) {
    assert.is(runTrapped(call).status, 9, call)
  }
})

test.run()
