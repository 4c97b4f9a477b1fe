/** If a worker or a helper dies, whatever waits for it ends with an error. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { workerText } from '#dist/generated/worker-text.js'
import { loadRecognizer } from '#dist/node.js'
import { rootPath } from '../shared.js'
import { share } from '../thorough.ts'
import { within } from '../within.js'
import { longText, model, sentence } from './models.js'

const test = suite('death')
const folder = mkdtempSync(join(tmpdir(), 'iobert-death-'))
test.after(() => rmSync(folder, { recursive: true, force: true }))

/** The worker's script with something to go wrong before it. */
function worker(name: string, prelude: string): URL {
  const file = join(folder, `${name}.mjs`)
  writeFileSync(file, `${prelude};\n${workerText}`)
  return pathToFileURL(file)
}

const failure = (call: Promise<unknown>): Promise<string> => within(call.then(() => 'no error', String))

test('a helper that dies with a part of the work is an error', async () => {
  const script = worker(
    'claims',
    `
    const { Instance } = WebAssembly
    WebAssembly.Instance = function (module, imports) {
      const { exports } = new Instance(module, imports)
      const serve = (control) => {
        // Takes a chunk as assembly/parallel.ts does, and ends without doing it.
        const tickets = new BigInt64Array(imports.env.memory.buffer)
        const at = control / 8
        for (;;) {
          const ticket = Atomics.load(tickets, at)
          if ((ticket & 0xffffffffn) > 0n && (ticket & 0xffffffffn) < 4n) {
            if (Atomics.compareExchange(tickets, at, ticket, ticket + 1n) === ticket) process.exit(3)
          }
        }
      }
      return { exports: { ...exports, serve } }
    }`,
  )
  const load = loadRecognizer(model, { threads: 2, worker: script })
  const message = await failure(load.then((ner) => ner.recognize([longText, longText])))
  assert.match(message, /died|ended with code 3/)
})

test('a helper that dies before it helps is an error', async () => {
  const script = worker(
    'early',
    `
    import { parentPort } from 'node:worker_threads'
    parentPort.on('message', ({ type }) => type === 'iobert:help' && process.exit(4))`,
  )
  const load = loadRecognizer(model, { threads: 2, worker: script })
  const message = await failure(load.then((ner) => ner.recognize(Array(20).fill(longText))))
  assert.match(message, /died|ended with code 4/)
})

test('a worker that dies rejects what is pending', async () => {
  const script = worker(
    'dies',
    `
    import { parentPort } from 'node:worker_threads'
    parentPort.on('message', ({ type }) => type === 'iobert:forward' && process.exit(5))`,
  )
  const ner = await loadRecognizer(model, { threads: 1, worker: script })
  assert.match(await failure(ner.recognize([longText, longText, longText])), /ended with code 5/)
  assert.match(await failure(ner.recognize(sentence)), /ended with code 5/)
  ner.dispose()
})

test('a worker that throws says what', async () => {
  const script = worker('throws', `throw new Error('no such luck')`)
  assert.match(await failure(loadRecognizer(model, { threads: 1, worker: script })), /no such luck/)
})

test('a worker whose script is missing is an error', async () => {
  const missing = pathToFileURL(join(folder, 'missing.mjs'))
  assert.match(await failure(loadRecognizer(model, { threads: 2, worker: missing })), /missing\.mjs/)
})

test('a process ends by itself without dispose', () => {
  const entry = JSON.stringify(pathToFileURL(rootPath('dist/node.js')).href)
  for (const options of share([{ threads: 2 }, { threads: 1 }, { inline: true }], 2)) {
    const source = `
      import { loadRecognizer } from ${entry}
      const ner = await loadRecognizer(${JSON.stringify(model)}, ${JSON.stringify(options)})
      const { entities } = await ner.recognize(${JSON.stringify(sentence)})
      process.stdout.write(String(entities.length))
      ner.recognize(${JSON.stringify(sentence)}).then(({ entities }) => process.stdout.write(' ' + entities.length))`
    const done = spawnSync(process.execPath, ['--input-type=module', '-e', source], {
      encoding: 'utf8',
      timeout: 120_000,
    })
    assert.equal([done.status, done.stdout, done.stderr], [0, '3 3', ''], JSON.stringify(options))
  }
})

if (model !== undefined) test.run()
