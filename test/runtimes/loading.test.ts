/** What every loading function passes on: the signal, progress, and errors of their own class. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { startWatch } from '#dist/format/load-watch.js'
import { mapFiles } from '#dist/format/source.js'
import { hubFiles } from '#dist/hub/browser.js'
import { compileKernels } from '#dist/kernels/module.js'
import { planOf } from '#dist/kernels/plan.js'
import { loadModel } from '#dist/load.js'
import { loadSpec } from '#dist/model/read-spec.js'
import * as iobert from '#dist/node.js'
import { webPlatform } from '#dist/platform.js'
import { nodePlatform } from '#dist/platform.node.js'
import { startWorkers } from '#dist/runtime/client.js'
import { Ending } from '#dist/runtime/engine-error.js'
import type { EngineSetup } from '#dist/runtime/engine-setup.js'
import { openFiles as openPostable } from '#dist/runtime/open-files.js'
import { putTogether, takeApart } from '#dist/runtime/post-error.js'
import type { Locator } from '#dist/runtime/protocol.js'
import type { EngineWorker, Spawn } from '#dist/runtime/spawn.js'
import { spawnNodeWorker } from '#dist/runtime/spawn.node.js'
import { goldenFiles } from '../format/safetensors-file.ts'
import { type HubServer, startHub } from '../hub/hub-server.ts'
import { goldenRepository } from '../hub/models.ts'
import { COMMIT, ID } from '../hub/sample.ts'
import { rootPath } from '../shared.ts'

const { HubError, EngineError, loadRecognizer, ModelFormatError } = iobert
type LoadOptions = iobert.LoadOptions
type LoadProgress = iobert.LoadProgress

const files = goldenFiles('plain')
const page = '<!doctype html><title>An app</title>'
let server: Server
let base: string
/** Files that get no answer, and what is answered for those that are not there. */
let silent: string[] = []
/** Called when one of those is asked for. */
let whenSilent = (): void => {}
let missing: { status: number; body: string }
let asked: string[] = []

test.before(async () => {
  server = createServer((message, response) => {
    const name = (message.url ?? '').split('/').at(-1)!
    asked.push(name)
    const bytes = files.get(name)
    if (silent.includes(name)) return whenSilent()
    if (bytes === undefined || message.url?.includes('/app/')) {
      response.writeHead(missing.status, { 'content-type': 'text/html' }).end(missing.body)
      return
    }
    // A model of this size would be read whole before anybody can stop it.
    response.writeHead(200, { 'content-length': bytes.length }).end(bytes)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
test.before.each(() => {
  silent = []
  whenSilent = () => {}
  asked = []
  missing = { status: 404, body: '' }
})
test.after(() => {
  server.closeAllConnections()
  server.close()
})

async function reasonOf(call: Promise<unknown>): Promise<Error> {
  const outcome = await call.then(
    () => new Error('it loaded'),
    (reason: unknown) => reason,
  )
  return outcome as Error
}

for (const inline of [false, true]) {
  for (const name of ['config.json', 'vocab.txt', 'model.safetensors']) {
    test(`a signal stops loading from a URL that is silent about ${name}, inline ${inline}`, async () => {
      silent = [name]
      const controller = new AbortController()
      const reason = new Error('the user left')
      whenSilent = () => controller.abort(reason)
      const error = await reasonOf(
        loadRecognizer(`${base}/model/`, { signal: controller.signal, inline, threads: 1 }),
      )
      assert.is(error, reason)
      // What is silent for 30 s is asked for anew, with or without a signal.
      assert.is(asked.filter((one) => one === name).length, 1)
    })
  }
}

test('a signal stops loadTokenizer too', async () => {
  silent = ['vocab.txt']
  const controller = new AbortController()
  whenSilent = () => controller.abort(new Error('enough'))
  const load = iobert.loadTokenizer(`${base}/model/`, { signal: controller.signal })
  assert.is((await reasonOf(load)).message, 'enough')
  const stopped = iobert.loadTokenizer('test/goldens/models/plain', { signal: controller.signal })
  assert.is((await reasonOf(stopped)).message, 'enough')
})

for (const options of [{ inline: true }, { threads: 1 }] satisfies LoadOptions[]) {
  test(`what onProgress throws ends the loading, ${JSON.stringify(options)}`, async () => {
    const reason = new Error('a bug in the page')
    const onProgress = (): void => {
      throw reason
    }
    const folder = rootPath('test/goldens/models/plain')
    assert.is(await reasonOf(loadRecognizer(folder, { ...options, onProgress })), reason)
  })
}

test('startWatch lets go of the signal it was given', () => {
  const { signal } = new AbortController()
  let listening = 0
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  signal.addEventListener = (...given: Parameters<typeof add>) => {
    listening++
    add(...given)
  }
  signal.removeEventListener = (...given: Parameters<typeof remove>) => {
    listening--
    remove(...given)
  }
  startWatch({ signal, onProgress() {} }).end()
  assert.is(listening, 0)
  const aborted = AbortSignal.abort(new Error('before'))
  assert.is(startWatch({ signal: aborted, onProgress() {} }).watch.signal?.reason, aborted.reason)
})

for (const precision of ['int8', 'float32'] as const) {
  for (const folder of [
    'weights',
    ...['plain', 'distilbert', 'sharded-f16'].map((name) => `test/goldens/models/${name}`),
  ]) {
    test(`progress ends at what it announced and never passes it: ${folder} at ${precision}`, async () => {
      const seen: LoadProgress[] = []
      const onProgress = (progress: LoadProgress): void => void seen.push(progress)
      const model = await iobert.loadModel(rootPath(folder), { precision, inline: true, onProgress })
      model.dispose()
      const weights = seen.filter(({ file }) => file === 'weights')
      assert.ok(weights.length > 0)
      for (const { loaded, total } of weights) {
        assert.ok(loaded <= total && total === weights[0]!.total, `${loaded} of ${total}`)
      }
      const last = weights.at(-1)!
      assert.is(last.loaded, last.total)
    })
  }
}

async function setupOf(threads: number): Promise<EngineSetup> {
  const spec = await loadSpec(mapFiles(files))
  const module = await compileKernels({ variant: 'simd', shared: threads > 1, turbo: false })
  return { spec, module, plan: planOf('simd', 'int8', false), threads, batchTokens: 1024 }
}

async function loadInWorker(threads: number, locator: Locator, spawn: Spawn): Promise<void> {
  const client = await startWorkers(threads, spawn, undefined)
  try {
    await client.load(await setupOf(threads), locator, {})
  } finally {
    client.dispose()
  }
}

async function atHub(work: (hub: HubServer) => Promise<void>): Promise<void> {
  const hub = await startHub()
  hub.repositories.set(ID, goldenRepository('plain'))
  try {
    await work(hub)
  } finally {
    await hub.close()
  }
}

/** As a browser loads from the Hub, with this runtime's workers. */
function loadFromHub(endpoint: string, options: LoadOptions): Promise<iobert.BertModel> {
  const locator = { kind: 'hub', id: ID, endpoint } as const
  const platform = { ...webPlatform(undefined), locate: async () => locator, spawn: spawnNodeWorker }
  return loadModel(platform, undefined, { threads: 1, ...options })
}

test('a worker gets a model of the Hub as browsers load it, and progress is told of it', () =>
  atHub(async ({ endpoint }) => {
    const seen: LoadProgress[] = []
    const onProgress = (progress: LoadProgress): void => void seen.push(progress)
    const model = await loadFromHub(endpoint, { onProgress })
    assert.is((await model.forward([[1, 2, 3]])).logits.length, 1)
    model.dispose()
    const size = goldenFiles('plain').get('model.safetensors')!.length
    const download = seen.filter(({ file }) => file === 'model.safetensors')
    assert.ok(download.length > 0, seen.map(({ file }) => file).join())
    assert.equal(download.at(-1), { file: 'model.safetensors', loaded: size, total: size })
    assert.ok(seen.some(({ file }) => file === 'weights'))
    assert.ok(seen.every(({ loaded, total }) => loaded <= total))
  }))

test('a worker reads what cannot be kept by its address at the commit, with the token', () =>
  atHub(async (hub) => {
    const repository = goldenRepository('sharded-f16', { token: 'good' })
    hub.repositories.set(ID, repository)
    const files = hubFiles(ID, { endpoint: hub.endpoint, token: 'good', cache: false })
    const posted = await files.weights!()
    assert.is(posted.kind, 'files', 'small ones are held')
    assert.is(posted.kind === 'files' && posted.files.size, 3)
    const name = 'model-00001-of-00002.safetensors'
    // More than is held in memory to be hashed.
    repository.files.set(name, new Uint8Array(2 ** 26 + 1))
    const large = await hubFiles(ID, { endpoint: hub.endpoint, token: 'good', cache: false }).weights!()
    assert.equal(large, {
      kind: 'url',
      base: `${hub.endpoint}/${ID}/resolve/${COMMIT}/`,
      headers: { authorization: 'Bearer good' },
    })
    const source = await (await openPostable(large, {})).open(name)
    assert.is(source!.byteLength, 2 ** 26 + 1)
    await source!.close()
  }))

test('what the Hub refuses is its error, with workers too', () =>
  atHub(async (hub) => {
    hub.repositories.set(ID, goldenRepository('plain', { token: 'good', gated: true }))
    const error = await reasonOf(loadFromHub(hub.endpoint, {}))
    assert.instance(error, HubError)
    assert.is((error as iobert.HubError).code, 'GatedRepo')
  }))

test('a refusal that a worker meets comes out of it with class, code and cause', async () => {
  const locator = { kind: 'url', base: `${base}/model/` } as const
  missing = { status: 403, body: '' }
  const kept = files.get('model.safetensors')!
  files.delete('model.safetensors')
  const error = await reasonOf(loadInWorker(1, locator, spawnNodeWorker))
  files.set('model.safetensors', kept)
  assert.instance(error, iobert.DownloadError)
  assert.is((error as iobert.DownloadError).code, 'Refused')
})

test('every public error class keeps itself and its code when it is posted', () => {
  const classes = Object.values(iobert).filter(
    (value): value is typeof HubError => typeof value === 'function' && value.prototype instanceof Error,
  )
  assert.ok(classes.length >= 4, classes.map(({ name }) => name).join())
  for (const Class of classes) {
    const error = new Class('Unavailable', 'why', { cause: new RangeError('deeper') })
    const posted = putTogether(structuredClone(takeApart(error)))
    assert.instance(posted, Class)
    assert.equal(
      [posted.name, posted.message, posted.stack, (posted as iobert.HubError).code],
      [Class.name, 'why', error.stack, 'Unavailable'],
    )
    assert.instance(posted.cause, RangeError)
  }
})

test('errors of the language and the system keep what they have, and what is no error becomes one', () => {
  for (const Class of [TypeError, RangeError, SyntaxError, Error]) {
    const posted = putTogether(takeApart(new Class('why')))
    assert.is(posted.constructor, Class)
  }
  const full = putTogether(takeApart(Object.assign(new Error('disk full'), { code: 'ENOSPC' })))
  assert.is((full as NodeJS.ErrnoException).code, 'ENOSPC')
  const stopped = putTogether(takeApart(new DOMException('stopped', 'AbortError')))
  assert.is(stopped.name, 'AbortError')
  assert.is(putTogether(takeApart('text')).message, 'text')
  const circle = new Error('around')
  circle.cause = circle
  assert.is(putTogether(takeApart(circle)).message, 'around')
})

test('a worker that cannot start ends those that could', async () => {
  let started = 0
  const ended: number[] = []
  const spawn = async (): Promise<EngineWorker> => {
    const index = started++
    if (index === 1) throw new Error('no more threads')
    await new Promise((resolve) => setTimeout(resolve, 20 * index))
    return {
      post() {},
      onReply() {},
      onDeath() {},
      hold() {},
      terminate: () => void ended.push(index),
    }
  }
  const error = await reasonOf(loadInWorker(4, { kind: 'folder', path: '.' }, spawn))
  assert.instance(error, EngineError)
  assert.is((error as iobert.EngineError).code, 'WorkerFailed')
  assert.match(error.message, /no more threads/)
  assert.equal(ended.sort(), [0, 2, 3])
})

test('a worker that dies before anybody listens is told to those who come later', async () => {
  const death = new Ending()
  const reason = new Error('gone')
  death.end(reason)
  let told: Error | undefined
  death.listen((why) => {
    told = why
  })
  assert.is(told, reason)
  const spawn = async (): Promise<EngineWorker> => ({
    post() {},
    onReply() {},
    onDeath: (listener) => void death.listen(listener),
    hold() {},
    terminate() {},
  })
  const load = loadInWorker(1, { kind: 'folder', path: '.' }, spawn)
  assert.is(await reasonOf(load), reason)
})

for (const options of [{ inline: true }, { threads: 1 }] satisfies LoadOptions[]) {
  test(`a disposed model says so with a code, ${JSON.stringify(options)}`, async () => {
    const ner = await loadRecognizer(rootPath('test/goldens/models/plain'), options)
    const pending = reasonOf(ner.recognize('Angela Merkel met Tim Cook in Berlin.'))
    ner.dispose()
    for (const error of [await pending, await reasonOf(ner.recognize('Berlin'))]) {
      assert.instance(error, EngineError)
      assert.is((error as iobert.EngineError).code, 'Disposed')
    }
  })
}

test('a host that answers with its index.html for what it does not have loads all the same', async () => {
  missing = { status: 200, body: page }
  for (const inline of [true, false]) {
    const ner = await loadRecognizer(`${base}/model/`, { inline, threads: 1 })
    await ner.recognize('Angela Merkel met Tim Cook in Berlin.')
    ner.dispose()
  }
  assert.ok(asked.includes('tokenizer.json'), 'what is optional was asked for')
})

test('such a host without the model says that a page came in place of which file', async () => {
  missing = { status: 200, body: page }
  const error = await reasonOf(loadRecognizer(`${base}/app/`))
  assert.instance(error, ModelFormatError)
  assert.is((error as iobert.ModelFormatError).code, 'MissingFile')
  assert.match(error.message, /has no config\.json.*\/app\/config\.json answers with a page of HTML/)
})

test('the shipped model that a bundler left behind is an error that says what to do', async () => {
  missing = { status: 200, body: page }
  const web = async (entry: string | undefined): Promise<Error> => {
    const platform = webPlatform(entry)
    return reasonOf(
      platform.locate(undefined, {}, {}, undefined).then((locator) => platform.openFiles(locator, {})),
    )
  }
  const moved = await web(`${base}/app/assets/main.js`)
  assert.match(moved.message, /The shipped model is not at .*\/app\/weights\/.*pass its URL.*page of HTML/)
  missing = { status: 403, body: '' }
  assert.match((await web(`${base}/app/assets/main.js`)).message, /The shipped model is not at/)
  assert.match(
    (await web('file:///home/builder/app/dist/index.js')).message,
    /The shipped model is not at file:/,
  )
  assert.match((await web(undefined)).message, /not at an address that this bundle knows.*pass its URL/)
  const node = async (entry: string | undefined): Promise<Error> =>
    reasonOf(nodePlatform(entry).locate(undefined, {}, {}, undefined))
  for (const entry of [undefined, '', 'file:///srv/.next/server/chunks/1.js', 'webpack://app/dist/node.js']) {
    const error = await node(entry)
    assert.instance(error, ModelFormatError)
    assert.is((error as iobert.ModelFormatError).code, 'MissingFile')
    assert.match(
      error.message,
      /serverExternalPackages.*outputFileTracingIncludes.*loadRecognizer\('\.\/weights'\)/,
    )
  }
})

test('what a CommonJS bundle makes of the package says what to do, not "Invalid URL"', async () => {
  const { build } = await import('esbuild')
  const { outputFiles } = await build({
    ...{ entryPoints: [rootPath('dist/node.js')], bundle: true, platform: 'node', format: 'cjs' },
    ...{ write: false, logLevel: 'silent' },
  })
  const module = { exports: {} as typeof iobert }
  const { createRequire } = await import('node:module')
  new Function('module', 'exports', 'require', outputFiles[0]!.text)(
    module,
    module.exports,
    createRequire(import.meta.url),
  )
  const folder = rootPath('test/goldens/models/plain')
  for (const inline of [true, false])
    (await module.exports.loadModel(folder, { inline, threads: 1 })).dispose()
  const error = await reasonOf(module.exports.loadRecognizer())
  assert.is(error.name, 'ModelFormatError')
  assert.match(error.message, /serverExternalPackages/)
})

test.run()
