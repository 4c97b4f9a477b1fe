/** `loadRecognizer('owner/name')` from a Hub to entities, and what is kept between two loads. */
import { existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  HubError,
  type LoadOptions,
  type LoadProgress,
  loadRecognizer,
  ModelFormatError,
} from '#dist/node.js'
import { iobert, iobertProcess } from '../cli/run.ts'
import { rootPath } from '../shared.ts'
import { share } from '../thorough.ts'
import { type HubServer, startHub } from './hub-server.ts'
import { goldenRepository } from './models.ts'
import { COMMIT, ID, temporaryFolder, text } from './sample.ts'

const TEXT = 'Angela Merkel met Tim Cook in Berlin.'
let hub: HubServer
let endpoint: string | undefined

test.before(async () => {
  hub = await startHub()
  endpoint = process.env['HF_ENDPOINT']
  process.env['HF_ENDPOINT'] = hub.endpoint
  for (const name of ['HF_TOKEN', 'HF_HUB_OFFLINE', 'HF_TOKEN_PATH']) delete process.env[name]
  process.env['HF_TOKEN_PATH'] = '/nowhere'
})
test.before.each(() => {
  hub.requests.length = 0
  hub.fault = undefined
  hub.repositories.clear()
  hub.repositories.set(ID, goldenRepository('plain'))
})
test.after(async () => {
  if (endpoint === undefined) delete process.env['HF_ENDPOINT']
  else process.env['HF_ENDPOINT'] = endpoint
  await hub.close()
})

/** What a model of random weights finds, to the last bit, and the error where there is one. */
async function recognize(model: string, options: LoadOptions): Promise<unknown> {
  const ner = await loadRecognizer(model, { threads: 1, ...options })
  try {
    return await ner.recognize(TEXT, { words: true })
  } finally {
    ner.dispose()
  }
}

async function failure(options: LoadOptions): Promise<HubError> {
  const error = await recognize(ID, options).then(
    () => new Error('loaded'),
    (reason: unknown) => reason,
  )
  assert.instance(error, HubError, String(error))
  return error as HubError
}

/** The int8 weights that are kept in a cache, once they are there. */
async function keptFile(cacheDir: string): Promise<string> {
  const folder = join(cacheDir, 'models--owner--model/iobert')
  for (let tries = 0; tries < 4000; tries++) {
    const [name, ...more] = existsSync(folder) ? readdirSync(folder) : []
    if (name?.endsWith('.safetensors') && more.length === 0) return join(folder, name)
    await wait(25)
  }
  throw new Error(`nothing was kept in ${folder}`)
}

test('loadRecognizer loads a Hub id, from the cache without a byte of network after that, with the folder model', async () => {
  const cacheDir = temporaryFolder()
  const folder = await recognize(rootPath('test/goldens/models/plain'), {})
  assert.equal(await recognize(ID, { cacheDir }), folder)
  assert.ok(hub.bytesOf('model.safetensors') > 0)
  hub.requests.length = 0
  assert.equal(await recognize(ID, { cacheDir, offline: true }), folder)
  assert.equal(await recognize(`${ID}@${COMMIT}`, { cacheDir }), folder)
  assert.is(hub.requests.length, 0)
  assert.equal(await recognize(`${ID}@main`, { cacheDir }), folder)
  assert.is(hub.bytesOf('model.safetensors'), 0)
})

test('loadRecognizer tells the progress of every file and of the weights, up to the end', async () => {
  const seen = new Map<string, LoadProgress[]>()
  const onProgress = (progress: LoadProgress): void => {
    seen.set(progress.file, [...(seen.get(progress.file) ?? []), progress])
  }
  await recognize(ID, { cacheDir: temporaryFolder(), onProgress })
  assert.equal([...seen.keys()].sort(), ['config.json', 'model.safetensors', 'vocab.txt', 'weights'])
  for (const [file, all] of seen) {
    const last = all[all.length - 1]!
    assert.is(last.loaded, last.total, file)
    assert.ok(
      all.every(({ loaded }, index) => index === 0 || loaded >= all[index - 1]!.loaded),
      file,
    )
  }
})

test('loadRecognizer stops a download at once when its signal aborts, and a later load goes on', async () => {
  const cacheDir = temporaryFolder()
  hub.fault = ({ host }) => (host === 'files' ? { slow: 50 } : {})
  const reason = new Error('enough')
  const controller = new AbortController()
  const onProgress = ({ file, loaded }: LoadProgress): void => {
    if (file === 'model.safetensors' && loaded > 0) controller.abort(reason)
  }
  const error = await recognize(ID, { cacheDir, onProgress, signal: controller.signal }).catch(
    (e: unknown) => e,
  )
  assert.is(error, reason)
  hub.fault = undefined
  await recognize(ID, { cacheDir })
})

test('loadRecognizer refuses a model that wasm32 cannot hold before its weights are downloaded, with both numbers', async () => {
  const repository = goldenRepository('plain')
  const config = JSON.parse(new TextDecoder().decode(repository.files.get('config.json')))
  Object.assign(config, { hidden_size: 8192, num_attention_heads: 64, intermediate_size: 32768 })
  Object.assign(config, { num_hidden_layers: 48 })
  repository.files.set('config.json', text(JSON.stringify(config)))
  hub.repositories.set(ID, repository)
  const error = (await recognize(ID, { cacheDir: temporaryFolder() }).catch((e) => e)) as Error
  assert.instance(error, RangeError)
  const [needed, most] = [...error.message.matchAll(/\d{8,}/g)].map(([digits]) => Number(digits))
  assert.ok(needed! > 48 * 12 * 8192 ** 2, error.message)
  assert.is(most, 65536 * 65536, error.message)
  assert.is(hub.bytesOf('model.safetensors'), 0)
})

test('loadRecognizer tells missing, private and gated models, revisions and tokens apart', async () => {
  const cacheDir = temporaryFolder()
  hub.repositories.clear()
  assert.is((await failure({ cacheDir })).code, 'RepoNotFound')
  hub.repositories.set(ID, goldenRepository('plain', { token: 'secret' }))
  const hidden = await failure({ cacheDir })
  assert.is(hidden.code, 'RepoNotFound')
  assert.match(hidden.message, /private.*\{ token \}.*HF_TOKEN/)
  assert.match((await failure({ cacheDir, token: 'other' })).message, /the token given has no access/)
  assert.is((await failure({ cacheDir, token: 'broken' })).code, 'Unauthorized')
  hub.repositories.set(ID, goldenRepository('plain', { token: 'secret', gated: true }))
  const gated = await failure({ cacheDir })
  assert.is(gated.code, 'GatedRepo')
  assert.ok(gated.message.includes(`${hub.endpoint}/${ID}`))
  await recognize(ID, { cacheDir, token: 'secret' })
  assert.ok(hub.requests.every(({ host, authorization }) => host === 'hub' || authorization === undefined))
  const offline = await failure({ cacheDir: temporaryFolder(), offline: true })
  assert.is(offline.code, 'NotCached')
})

test('loadRecognizer says how to use a model that has weights of Keras only', async () => {
  const repository = goldenRepository('plain')
  repository.files.set('tf_model.h5', repository.files.get('model.safetensors')!)
  repository.files.delete('model.safetensors')
  hub.repositories.set(ID, repository)
  const error = (await recognize(ID, { cacheDir: temporaryFolder() }).catch((e) => e)) as Error
  assert.instance(error, ModelFormatError)
  assert.match(error.message, /only tf_model\.h5, weights of Keras.*save_pretrained/)
})

for (const name of share(['plain', 'sharded-f16', 'distilbert', 'bf16-relu'], 3)) {
  test(`loadRecognizer quantises the float weights of ${name} once, and gives the same bits from what is kept`, async () => {
    hub.repositories.set(ID, goldenRepository(name))
    const cacheDir = temporaryFolder()
    const first = await recognize(ID, { cacheDir })
    const kept = await keptFile(cacheDir)
    const { size, mtimeMs } = statSync(kept)
    const loads: LoadProgress[] = []
    const onProgress = (progress: LoadProgress): void => void loads.push(progress)
    assert.equal(await recognize(ID, { cacheDir, offline: true, onProgress }), first)
    const { total } = loads.find(({ file }) => file === 'weights')!
    assert.ok(total < size && total > 0.8 * size, `${total} bytes were read, ${size} are kept`)
    assert.is(statSync(kept).mtimeMs, mtimeMs)
    assert.equal(await recognize(ID, { cacheDir, offline: true, inline: true }), first)
  })
}

test('loadRecognizer leaves the kept weights alone at float32, and names them by the hash of the float weights', async () => {
  const cacheDir = temporaryFolder()
  await recognize(ID, { cacheDir })
  const kept = await keptFile(cacheDir)
  const blobs = readdirSync(join(cacheDir, 'models--owner--model/blobs'))
  assert.ok(blobs.some((blob) => kept.endsWith(`/${blob}.int8.safetensors`) && blob.length === 64))
  const float = await recognize(ID, { cacheDir, precision: 'float32' })
  assert.equal(float, await recognize(rootPath('test/goldens/models/plain'), { precision: 'float32' }))
})

test('loadRecognizer makes kept weights anew that are cut short, and drops what a killed process left', async () => {
  const cacheDir = temporaryFolder()
  const first = await recognize(ID, { cacheDir })
  const kept = await keptFile(cacheDir)
  const bytes = readFileSync(kept)
  truncateSync(kept, bytes.length - 1)
  assert.equal(await recognize(ID, { cacheDir, offline: true }), first)
  while (statSync(kept).size !== bytes.length) await wait(10)
  assert.equal(readFileSync(kept), bytes)
})

test('loadRecognizer writes nothing into a folder that is not the cache', async () => {
  const folder = temporaryFolder()
  for (const [name, bytes] of goldenRepository('plain').files) writeFileSync(join(folder, name), bytes)
  await recognize(folder, {})
  // A process ends when all is done that it does.
  const run = await iobert(['-m', folder, '--threads', '1', TEXT])
  assert.is(run.code, 0, run.stderr)
  assert.equal(readdirSync(folder).sort(), ['config.json', 'model.safetensors', 'vocab.txt'])
})

test('iobert -m finishes what it keeps before it ends, and iobert info --clear deletes it', async () => {
  const cacheDir = temporaryFolder()
  const environment = { HF_ENDPOINT: hub.endpoint, HF_HUB_CACHE: cacheDir, HF_HUB_OFFLINE: '0' }
  // In a process of its own, whose end it is.
  const run = await iobertProcess(['-m', ID, '--threads', '1', TEXT], '', environment)
  assert.is(run.code, 0, run.stderr)
  const kept = join(cacheDir, 'models--owner--model/iobert')
  assert.is(readdirSync(kept).length, 1)
  const cleared = await iobert(['info', '--clear', ID], '', environment)
  assert.match(cleared.stdout, /^Deleted what was kept of owner\/model as int8: \d+\.\d MB\n$/)
  assert.not.ok(existsSync(kept))
  const again = await iobert(['info', '--clear', ID], '', environment)
  assert.is(again.stdout, 'Nothing is kept of owner/model as int8\n')
})

test('iobert info reads the headers of weights on the Hub and downloads none of them', async () => {
  const cacheDir = temporaryFolder()
  const environment = { HF_ENDPOINT: hub.endpoint, HF_HUB_CACHE: cacheDir, HF_HUB_OFFLINE: '0' }
  const run = async (): Promise<Record<string, unknown>> =>
    JSON.parse((await iobert(['info', '--json', ID], '', environment)).stdout)
  const facts = await run()
  assert.equal([facts['loads'], facts['missing']], ['yes', []])
  assert.ok((facts['parameters'] as number) > 10_000)
  const blobs = readdirSync(join(cacheDir, 'models--owner--model/blobs'))
  assert.is(blobs.length, 2, blobs.join())
  const { files, ...rest } = goldenRepository('plain')
  const others = new Map([...files].filter(([name]) => !name.endsWith('.safetensors')))
  hub.repositories.set(ID, { ...rest, files: new Map([...others, ['pytorch_model.bin', new Uint8Array(9)]]) })
  const without = await run()
  assert.is(without['loads'], 'no')
  assert.match(String(without['missing']), /pytorch_model\.bin.*neither a zip archive nor/u)
})

test('iobert info names what stands in the way of a model on the Hub: its kind, or its tokenizer', async () => {
  const { files, ...rest } = goldenRepository('plain')
  const given = JSON.parse(new TextDecoder().decode(files.get('config.json')))
  const cases: [object, RegExp][] = [
    [{ ...given, model_type: 'xlnet' }, /model_type "xlnet": only models of bert, .*camembert/u],
    [{ ...given, tokenizer_class: 'BertJapaneseTokenizer' }, /tokenizer_class "BertJapaneseTokenizer"/u],
  ]
  for (const [config, pattern] of cases) {
    const written = new TextEncoder().encode(JSON.stringify(config))
    hub.repositories.set(ID, { ...rest, files: new Map([...files, ['config.json', written]]) })
    const cacheDir = temporaryFolder()
    const environment = { HF_ENDPOINT: hub.endpoint, HF_HUB_CACHE: cacheDir, HF_HUB_OFFLINE: '0' }
    const { code, stdout } = await iobert(['info', '--json', ID], '', environment)
    const facts = JSON.parse(stdout)
    assert.equal([code, facts.loads], [1, 'no'])
    assert.match(String(facts.missing), pattern)
    // config.json and vocab.txt; no weights.
    assert.is(readdirSync(join(cacheDir, 'models--owner--model/blobs')).length, 2)
  }
})

test.run()
