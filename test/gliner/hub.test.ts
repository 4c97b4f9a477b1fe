/**
 * Hub repositories written by old versions of the package: no config.json, no tokenizer, a pickle, an encoder
 * elsewhere.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Gliner, type GlinerLoadOptions, loadGliner, ModelFormatError } from '#dist/node.js'
import { webPlatform } from '#dist/platform.js'
import { loadGliner as loadOn } from '#dist/tasks/gliner/load.js'
import { type HubServer, startHub } from '../hub/hub-server.ts'
import { COMMIT, noise, temporaryFolder } from '../hub/sample.ts'
import { rootPath } from '../shared.ts'

const folder = rootPath('test/goldens/gliner/bert-projected')
const read = (name: string): Uint8Array => new Uint8Array(readFileSync(`${folder}/${name}`))
const bytes = (value: object): Uint8Array => new TextEncoder().encode(JSON.stringify(value))
const { encoder_config: encoder, ...older } = JSON.parse(readFileSync(`${folder}/gliner_config.json`, 'utf8'))
const types = ['person', 'drug']
const text = 'Angela Merkel met Tim Cook in Berlin.'
let hub: HubServer
let endpoint: string | undefined

test.before(async () => {
  hub = await startHub()
  endpoint = process.env['HF_ENDPOINT']
  process.env['HF_ENDPOINT'] = hub.endpoint
  for (const name of ['HF_TOKEN', 'HF_HUB_OFFLINE']) delete process.env[name]
  process.env['HF_TOKEN_PATH'] = '/nowhere'
  hub.repositories.set('owner/gliner', {
    commit: COMMIT,
    large: new Set(['pytorch_model.bin']),
    files: new Map([
      ['gliner_config.json', bytes({ ...older, model_name: 'owner/encoder' })],
      ['pytorch_model.bin', read('pytorch_model.bin')],
    ]),
  })
  hub.repositories.set('owner/encoder', {
    commit: COMMIT,
    large: new Set(['model.safetensors']),
    files: new Map([
      ['config.json', bytes(encoder)],
      ['tokenizer.json', read('tokenizer.json')],
      ['tokenizer_config.json', read('tokenizer_config.json')],
      ['model.safetensors', noise(1000, 1)],
    ]),
  })
})
test.after(async () => {
  if (endpoint === undefined) delete process.env['HF_ENDPOINT']
  else process.env['HF_ENDPOINT'] = endpoint
  await hub.close()
})

async function found(loading: Promise<Gliner>): Promise<unknown> {
  const gliner = await loading
  try {
    return await gliner.find(text, types, { threshold: 0.1, nested: true })
  } finally {
    gliner.dispose()
  }
}

test('loadGliner takes a Hub id, the encoder without its weights, and from the cache without a byte after that', async () => {
  const options: GlinerLoadOptions = { cacheDir: temporaryFolder(), threads: 1 }
  const expected = await found(loadGliner(folder, options))
  assert.equal(await found(loadGliner('owner/gliner', options)), expected)
  assert.ok(hub.bytesOf('pytorch_model.bin') > 0)
  assert.is(hub.bytesOf('model.safetensors'), 0)
  hub.requests.length = 0
  assert.equal(await found(loadGliner('owner/gliner', { ...options, offline: true })), expected)
  assert.is(hub.requests.length, 0)
  const other: unknown = await loadGliner('owner/encoder', options).catch((error: unknown) => error)
  assert.match((other as Error).message, /owner\/encoder has no gliner_config.json.*not one of GLiNER/)
})

test('a model names its encoder by an id of the Hub, neither by a folder nor by an address', async () => {
  const own = temporaryFolder()
  const gliner = (model_name: string): Map<string, Uint8Array> =>
    new Map([
      ['gliner_config.json', bytes({ ...older, model_name })],
      ['pytorch_model.bin', read('pytorch_model.bin')],
    ])
  for (const name of ['config.json', 'tokenizer.json', 'tokenizer_config.json']) {
    writeFileSync(join(own, name), name === 'config.json' ? bytes(encoder) : read(name))
  }
  hub.requests.length = 0
  for (const name of [
    own,
    relative('.', own),
    pathToFileURL(`${own}/`).href,
    `${hub.endpoint}/owner/encoder/resolve/main/`,
  ]) {
    const error: unknown = await loadGliner(gliner(name), { threads: 1 }).catch((reason: unknown) => reason)
    assert.instance(error, ModelFormatError, name)
    assert.match(
      (error as Error).message,
      /is no model id.*name a folder or a Hub id .* with the option encoder/s,
    )
  }
  assert.is(hub.requests.length, 0)
  await found(loadGliner(gliner(own), { threads: 1, encoder: own }))
})

test('a bi-encoder brings the tokenizer of its encoder of types along, or that of the model which it names', async () => {
  const bi = rootPath('test/goldens/gliner/bi-modernbert')
  const content = (name: string): Uint8Array => new Uint8Array(readFileSync(`${bi}/${name}`))
  const { labels_encoder_config: ofTypes, ...config } = JSON.parse(
    readFileSync(`${bi}/gliner_config.json`, 'utf8'),
  )
  const tokenizers = ['labels_tokenizer/tokenizer.json', 'labels_tokenizer/tokenizer_config.json']
  const own = ['model.safetensors', 'tokenizer.json', 'tokenizer_config.json']
  const repository = (files: [string, Uint8Array][]): void => {
    hub.repositories.set('owner/bi', { commit: COMMIT, large: new Set(), files: new Map(files) })
  }
  const expected = await found(loadGliner(bi, { threads: 1 }))
  const whole = ['gliner_config.json', ...own, ...tokenizers]
  repository(whole.map((name) => [name, content(name)]))
  const options: GlinerLoadOptions = { cacheDir: temporaryFolder(), threads: 1 }
  assert.equal(await found(loadGliner('owner/bi', options)), expected)
  assert.equal(await found(loadGliner('owner/bi', { ...options, offline: true })), expected)

  const older = bytes({ ...config, labels_encoder: 'owner/types' })
  repository([
    ['gliner_config.json', older],
    ...own.map((name): [string, Uint8Array] => [name, content(name)]),
  ])
  hub.repositories.set('owner/types', {
    commit: COMMIT,
    large: new Set(),
    files: new Map([
      ['config.json', bytes(ofTypes)],
      ...tokenizers.map((name): [string, Uint8Array] => [
        name.replace('labels_tokenizer/', ''),
        content(name),
      ]),
    ]),
  })
  const fresh: GlinerLoadOptions = { cacheDir: temporaryFolder(), threads: 1 }
  assert.equal(await found(loadGliner('owner/bi', fresh)), expected)
  assert.equal(
    await found(loadGliner('owner/bi', { ...fresh, typeEncoder: 'owner/types', offline: true })),
    expected,
  )
})

test('so it does where there is no disk', async () => {
  const options = { threads: 1, inline: true } as const
  const platform = {
    ...webPlatform(undefined),
    locate: async (model: unknown) => ({ kind: 'hub', id: String(model), endpoint: hub.endpoint }) as const,
  }
  const expected = await found(loadGliner(folder, options))
  assert.equal(await found(loadOn(platform, 'owner/gliner', options)), expected)
})

test.run()
