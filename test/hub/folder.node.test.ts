/** The Hub in Node: the cache has Python's layout, and works without a connection. */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { HubError, ModelFormatError } from '#dist/format/errors.js'
import { readAll } from '#dist/format/source.js'
import { type HubFolderOptions, hubFolder } from '#dist/hub/folder.node.js'
import { gitHash, type HubServer, sha256, startHub } from './hub-server.ts'
import { COMMIT, ID, noise, sampleRepository, temporaryFolder, text } from './sample.ts'

const OTHER = 'fedcba9876543210fedcba9876543210fedcba98'
let hub: HubServer

test.before(async () => {
  hub = await startHub()
  delete process.env['HF_TOKEN']
  process.env['HF_HOME'] = temporaryFolder()
})
test.before.each(() => {
  hub.requests.length = 0
  hub.fault = undefined
  hub.repositories.clear()
  hub.repositories.set(ID, sampleRepository())
})
test.after(() => hub.close())

function load(cacheDir: string, options: HubFolderOptions & { id?: string } = {}) {
  const { id = ID, ...more } = options
  return hubFolder(id, { endpoint: hub.endpoint, cacheDir, retryDelay: 5, ...more })
}

async function failure(cacheDir: string, options: HubFolderOptions & { id?: string } = {}): Promise<Error> {
  const reason = await load(cacheDir, options).catch((error: unknown) => error)
  assert.instance(reason, Error)
  return reason as Error
}

function isHubError(error: Error, code: string, message: RegExp): void {
  assert.instance(error, HubError, String(error))
  assert.is((error as HubError).code, code)
  assert.match(error.message, message)
}

test('hubFolder lays the cache out as Python does', async () => {
  const cacheDir = temporaryFolder()
  const { folder, commit } = await load(cacheDir)
  assert.is(commit, COMMIT)
  const model = join(cacheDir, 'models--owner--model')
  assert.is(folder, join(model, 'snapshots', COMMIT))
  const { files } = hub.repositories.get(ID)!
  assert.equal(readdirSync(folder).sort(), [...files.keys()].sort())
  for (const [name, bytes] of files) {
    assert.equal(Uint8Array.from(readFileSync(join(folder, name))), bytes)
    const etag = name === 'model.safetensors' ? sha256(bytes) : gitHash(bytes)
    assert.is(readlinkSync(join(folder, name)), `../../blobs/${etag}`)
  }
  assert.is(readFileSync(join(model, 'refs/main'), 'utf8'), COMMIT)
  assert.equal(readdirSync(join(model, '.no_exist', COMMIT)).sort(), ['modules.json', 'tokenizer.json'])
  assert.equal(readdirSync(model).sort(), ['.no_exist', 'blobs', 'refs', 'snapshots'])
  assert.is(readdirSync(join(model, 'blobs')).length, new Set([...files.values()].map(sha256)).size)
  assert.equal(readdirSync(join(cacheDir, '.locks/models--owner--model')), [])
  assert.match(
    readFileSync(join(cacheDir, 'CACHEDIR.TAG'), 'utf8'),
    /^Signature: 8a477f597d28d172789f06886806bc55/,
  )
})

test('hubFolder asks once for a revision that is cached, and never for a commit or offline', async () => {
  const cacheDir = temporaryFolder()
  await load(cacheDir)
  hub.requests.length = 0
  await load(cacheDir)
  assert.equal(
    hub.requests.map(({ method, file }) => [method, file]),
    [['HEAD', 'config.json']],
  )
  hub.requests.length = 0
  await load(cacheDir, { revision: COMMIT })
  await load(cacheDir, { offline: true })
  assert.is(hub.requests.length, 0)
})

test('hubFolder keeps the token from the host that holds the files', async () => {
  hub.repositories.set(ID, sampleRepository(1000, { token: 'secret' }))
  await load(temporaryFolder(), { token: 'secret' })
  const [own, other] = ['hub', 'files'].map((host) => hub.requests.filter((request) => request.host === host))
  assert.ok(own!.length > 8 && own!.every(({ authorization }) => authorization === 'Bearer secret'))
  assert.ok(other!.length === 1 && other!.every(({ authorization }) => authorization === undefined))
})

test('hubFolder reads HF_TOKEN, HF_ENDPOINT, HF_HUB_CACHE and HF_HUB_OFFLINE', async () => {
  const cacheDir = temporaryFolder()
  hub.repositories.set(ID, sampleRepository(1000, { token: 'secret' }))
  Object.assign(process.env, { HF_TOKEN: 'secret', HF_ENDPOINT: hub.endpoint, HF_HUB_CACHE: cacheDir })
  try {
    assert.ok((await hubFolder(ID)).folder.startsWith(cacheDir))
    hub.requests.length = 0
    process.env['HF_HUB_OFFLINE'] = '1'
    await hubFolder(ID)
    assert.is(hub.requests.length, 0)
  } finally {
    for (const name of ['HF_TOKEN', 'HF_ENDPOINT', 'HF_HUB_CACHE', 'HF_HUB_OFFLINE']) delete process.env[name]
  }
})

test('hubFolder resolves branches, tags and pull requests, each with its reference', async () => {
  const cacheDir = temporaryFolder()
  hub.repositories.set(ID, sampleRepository(1000, { revisions: ['refs/pr/1', 'v1.0'] }))
  await load(cacheDir, { revision: 'refs/pr/1' })
  await load(cacheDir, { id: `${ID}@v1.0` })
  const refs = join(cacheDir, 'models--owner--model/refs')
  assert.is(readFileSync(join(refs, 'refs/pr/1'), 'utf8'), COMMIT)
  assert.is(readFileSync(join(refs, 'v1.0'), 'utf8'), COMMIT)
  assert.not.ok(existsSync(join(refs, 'main')))
  assert.ok(hub.requests.some(({ path }) => path.includes('/resolve/refs%2Fpr%2F1/')))
})

test('hubFolder follows a branch that moved, shares what is the same, and stays whole where that fails', async () => {
  const cacheDir = temporaryFolder()
  await load(cacheDir)
  const next = sampleRepository(300_000, { commit: OTHER })
  next.files.set('config.json', text('{"model_type": "bert", "new": true}'))
  next.files.set('model.safetensors', noise(200_000, 9))
  hub.repositories.set(ID, next)
  hub.fault = ({ host }) => (host === 'files' ? { status: 404 } : undefined)
  isHubError(await failure(cacheDir), 'Unavailable', /answered 404 for model\.safetensors/)
  assert.is((await load(cacheDir, { offline: true })).commit, COMMIT, 'the old one still loads')
  hub.fault = undefined
  hub.requests.length = 0
  assert.is((await load(cacheDir)).commit, OTHER)
  assert.is(hub.bytesOf('vocab.txt'), 0)
  assert.is((await load(cacheDir, { offline: true })).commit, OTHER)
})

test('hubFolder uses what is cached where the Hub is down, unreachable or refuses', async () => {
  const cacheDir = temporaryFolder()
  await load(cacheDir)
  for (const status of [500, 503, 429, 401, 403]) {
    hub.fault = () => ({ status })
    assert.is((await load(cacheDir)).commit, COMMIT, String(status))
  }
  // A second try would come in an hour: what is there is used at once.
  const unreachable = { endpoint: 'http://127.0.0.1:9', retryDelay: 3_600_000 }
  assert.is((await load(cacheDir, unreachable)).commit, COMMIT)
})

test('hubFolder says offline and not cached, or which file the cache lacks', async () => {
  const cacheDir = temporaryFolder()
  isHubError(
    await failure(cacheDir, { offline: true }),
    'NotCached',
    /owner\/model@main is not in the cache.*offline.*once/,
  )
  isHubError(
    await failure(cacheDir, { endpoint: 'http://127.0.0.1:9', retries: 1 }),
    'NotCached',
    /not in the cache, and cannot be fetched: No answer from http:\/\/127\.0\.0\.1:9/,
  )
  await load(cacheDir, { weights: false })
  isHubError(await failure(cacheDir, { offline: true }), 'NotCached', /only in part.*no model\.safetensors/)
  assert.is(hub.bytesOf('model.safetensors'), 0)
  assert.is((await load(cacheDir, { offline: true, weights: false })).commit, COMMIT)
})

test('hubFolder tells gated, private, unknown, wrong token, no revision and rate limits apart', async () => {
  const cacheDir = temporaryFolder()
  hub.repositories.set('owner/gated', sampleRepository(1000, { token: 'good', gated: true }))
  hub.repositories.set('owner/private', sampleRepository(1000, { token: 'good' }))
  isHubError(
    await failure(cacheDir, { id: 'owner/gated' }),
    'GatedRepo',
    /gated: accept.*\/owner\/gated.*HF_TOKEN/,
  )
  isHubError(await failure(cacheDir, { id: 'owner/gated', token: 'bad' }), 'GatedRepo', /account that did/)
  isHubError(await failure(cacheDir, { id: 'owner/private' }), 'RepoNotFound', /private.*HF_TOKEN/)
  isHubError(await failure(cacheDir, { id: 'owner/private', token: 'bad' }), 'RepoNotFound', /has no access/)
  isHubError(await failure(cacheDir, { id: 'owner/none' }), 'RepoNotFound', /no model owner\/none/)
  isHubError(await failure(cacheDir, { token: 'broken' }), 'Unauthorized', /refused the token/)
  isHubError(await failure(cacheDir, { revision: 'v9' }), 'RevisionNotFound', /no revision "v9"/)
  hub.fault = () => ({ status: 403 })
  isHubError(await failure(cacheDir), 'Forbidden', /read permission/)
  hub.fault = () => ({ status: 429 })
  isHubError(await failure(cacheDir, { retries: 1 }), 'RateLimited', /429/)
  hub.fault = () => ({ status: 502 })
  isHubError(await failure(cacheDir, { retries: 1 }), 'Unavailable', /502/)
  assert.not.ok(existsSync(join(cacheDir, 'models--owner--none')), 'a refusal leaves nothing behind')
})

test('hubFolder says what a repository lacks, and what to do about other weights', async () => {
  for (const [gone, added, message] of [
    ['config.json', [], /has no config\.json/],
    ['vocab.txt', [], /neither vocab\.txt nor tokenizer\.json/],
    ['model.safetensors', [], /no other weights/],
    ['model.safetensors', ['tf_model.h5'], /only tf_model\.h5, weights of Keras.*save_pretrained/],
    ['model.safetensors', ['onnx/model.onnx'], /only onnx\/model\.onnx, an ONNX graph.*exported from/],
    ['config.json', ['gliner_config.json', 'pytorch_model.bin'], /only gliner_config\.json, a GLiNER model/],
    ['config.json', ['adapter_config.json'], /only adapter_config\.json, a PEFT adapter.*merge/],
  ] as const) {
    const repository = sampleRepository(1000)
    repository.files.delete(gone)
    for (const name of added) repository.files.set(name, noise(1000, 2))
    hub.repositories.set(ID, repository)
    const error = await failure(temporaryFolder())
    assert.instance(error, ModelFormatError, String(error))
    assert.is((error as ModelFormatError).code, 'MissingFile')
    assert.match(error.message, message)
    for (const name of added) assert.is(hub.bytesOf(name), 0)
  }
})

function sharded(weightMap: Record<string, unknown>): void {
  const repository = sampleRepository(0)
  repository.files.delete('model.safetensors')
  repository.files.set('model.safetensors.index.json', text(JSON.stringify({ weight_map: weightMap })))
  repository.files.set('model-00001-of-00002.safetensors', noise(50_000, 5))
  repository.files.set('model-00002-of-00002.safetensors', noise(60_000, 6))
  hub.repositories.set(ID, repository)
}

test('hubFolder downloads the shards of an index, and refuses paths and missing files in it', async () => {
  const [one, two] = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors']
  sharded({ a: one, b: two, c: one })
  const cacheDir = temporaryFolder()
  let announced = 0
  const { folder } = await load(cacheDir, {
    beforeWeights: (bytes) => {
      announced = bytes
    },
  })
  assert.is(announced, 110_000)
  assert.is(readFileSync(join(folder, two)).length, 60_000)
  assert.is((await load(cacheDir, { offline: true })).folder, folder)
  for (const path of ['../../../evil', '/etc/passwd', 'a\\..\\b', 'C:\\x']) {
    sharded({ a: path })
    const error = await failure(temporaryFolder())
    assert.is((error as ModelFormatError).code, 'InvalidConfig')
    assert.match(error.message, /not a file name/)
  }
  sharded({ a: 'model-00003.safetensors' })
  assert.match((await failure(temporaryFolder())).message, /names model-00003\.safetensors/)
  for (const map of [{ a: 1 }, {}]) {
    sharded(map)
    assert.match((await failure(temporaryFolder())).message, /index\.json/)
  }
})

test('hubFolder asks for vocabularies of other kinds where there is none of BERT', async () => {
  for (const names of [['vocab.json', 'merges.txt'], ['sentencepiece.bpe.model']]) {
    const { files, ...rest } = sampleRepository(1000)
    files.delete('vocab.txt')
    for (const name of names) files.set(name, text('{}'))
    hub.repositories.set(ID, { files, ...rest })
    const { folder } = await load(temporaryFolder())
    for (const name of names) assert.ok(readdirSync(folder).includes(name), name)
  }
})

test('hubFolder takes along what modules.json of sentence-transformers names', async () => {
  const repository = sampleRepository(1000)
  const modules = [
    { type: 'sentence_transformers.models.Transformer', path: '' },
    { type: 'sentence_transformers.models.Pooling', path: 'other/Pooling' },
  ]
  repository.files.set('modules.json', text(JSON.stringify(modules)))
  repository.files.set('other/Pooling/config.json', text('{"pooling_mode_mean_tokens": true}'))
  repository.files.set('config_sentence_transformers.json', text('{"prompts": {"query": "query: "}}'))
  repository.files.set('sentence_roberta_config.json', text('{"max_seq_length": 9}'))
  hub.repositories.set(ID, repository)
  const cacheDir = temporaryFolder()
  const { folder } = await load(cacheDir)
  const pooling = join(folder, 'other/Pooling/config.json')
  assert.is(readFileSync(pooling, 'utf8'), '{"pooling_mode_mean_tokens": true}')
  assert.match(readlinkSync(pooling), /^(\.\.\/){4}blobs\//)
  for (const name of ['config_sentence_transformers.json', 'sentence_roberta_config.json']) {
    assert.ok(existsSync(join(folder, name)), name)
  }
  repository.files.set('modules.json', text('{}'))
  assert.not.ok(
    existsSync(join((await load(temporaryFolder())).folder, 'other')),
    'a broken list names nothing',
  )
})

test('hubFolder beforeWeights reads headers by ranges and can refuse before the download', async () => {
  hub.repositories.set(ID, sampleRepository(3_000_000))
  hub.fault = ({ host }) => (host === 'files' ? { slow: 2 } : undefined)
  const seen: number[] = []
  const error = await failure(temporaryFolder(), {
    beforeWeights: async (bytes, remote) => {
      const weights = await remote.open('model.safetensors')
      const head = new Uint8Array(8)
      await weights!.read(0, head)
      await weights!.close()
      assert.equal(head, hub.repositories.get(ID)!.files.get('model.safetensors')!.subarray(0, 8))
      const config = await remote.open('config.json')
      assert.match(new TextDecoder().decode(await readAll(config!)), 'bert')
      await config!.close()
      seen.push(bytes, weights!.byteLength)
      throw new RangeError('too large for this machine')
    },
  })
  assert.is(error.message, 'too large for this machine')
  assert.equal(seen, [3_000_000, 3_000_000])
  assert.ok(hub.bytesOf('model.safetensors') < 2_000_000, 'the rest was not fetched')
  const toStore = hub.requests.filter(({ host }) => host === 'files')
  assert.ok(toStore.length > 0 && toStore.every(({ authorization }) => authorization === undefined))
})

test('hubFolder reads a cache that Python made, by hand here, without a request', async () => {
  const cacheDir = temporaryFolder()
  const model = join(cacheDir, 'models--owner--model')
  const snapshot = join(model, 'snapshots', COMMIT)
  for (const folder of ['blobs', 'refs', `snapshots/${COMMIT}`])
    mkdirSync(join(model, folder), { recursive: true })
  for (const [name, bytes] of sampleRepository(1000).files) {
    writeFileSync(join(model, 'blobs', gitHash(bytes)), bytes)
    if (!existsSync(join(snapshot, name))) symlinkSync(`../../blobs/${gitHash(bytes)}`, join(snapshot, name))
  }
  writeFileSync(join(model, 'refs/main'), COMMIT)
  assert.is((await load(cacheDir, { offline: true })).folder, snapshot)
  assert.is((await load(cacheDir, { revision: COMMIT })).folder, snapshot)
  assert.is(hub.requests.length, 0)
})

test('hubFolder writes plain files where links are switched off', async () => {
  const cacheDir = temporaryFolder()
  process.env['HF_HUB_DISABLE_SYMLINKS'] = '1'
  const { folder } = await load(cacheDir)
  delete process.env['HF_HUB_DISABLE_SYMLINKS']
  for (const name of readdirSync(folder)) assert.ok(lstatSync(join(folder, name)).isFile(), name)
  assert.is((await load(cacheDir, { offline: true })).folder, folder)
})

test('hubFolder repairs links to blobs that were deleted, and heeds no reference that is none', async () => {
  const cacheDir = temporaryFolder()
  const { folder } = await load(cacheDir)
  const blob = join(folder, readlinkSync(join(folder, 'model.safetensors')))
  rmSync(blob)
  isHubError(await failure(cacheDir, { offline: true }), 'NotCached', /no model\.safetensors/)
  await load(cacheDir)
  assert.is(readFileSync(join(folder, 'model.safetensors')).length, 300_000)
  writeFileSync(join(cacheDir, 'models--owner--model/refs/main'), '../../../../etc')
  isHubError(await failure(cacheDir, { offline: true }), 'NotCached', /not in the cache/)
})

test.run()
