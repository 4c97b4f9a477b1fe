/** Several processes download one model at once, or are killed while doing so. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { hubFolder } from '#dist/hub/folder.node.js'
import { withLock } from '#dist/hub/lock.node.js'
import { type HubServer, startHub } from './hub-server.ts'
import { ID, sampleRepository, temporaryFolder } from './sample.ts'

const SIZE = 2_000_000
const WEIGHTS = 'model.safetensors'
let hub: HubServer

test.before(async () => {
  hub = await startHub()
  process.env['HF_HOME'] = temporaryFolder()
})
test.before.each(() => {
  hub.requests.length = 0
  hub.fault = ({ host }) => (host === 'files' ? { slow: 3 } : undefined)
  hub.repositories.set(ID, sampleRepository(SIZE))
})
test.after(() => hub.close())

function start(cacheDir: string): ChildProcess {
  const script = fileURLToPath(new URL('hub-child.js', import.meta.url))
  return spawn(process.execPath, [script, hub.endpoint, cacheDir, ID], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.on('close', resolve))
}

function isWhole(folder: string): void {
  for (const [name, bytes] of hub.repositories.get(ID)!.files) {
    assert.equal(Uint8Array.from(readFileSync(join(folder, name))), bytes, name)
  }
}

/** Whatever has its final name is whole, at any time. */
function hasOnlyWholeBlobs(cacheDir: string): void {
  const blobs = join(cacheDir, 'models--owner--model/blobs')
  const sizes = new Set([...hub.repositories.get(ID)!.files.values()].map((bytes) => bytes.length))
  for (const name of safeList(blobs)) {
    if (!name.endsWith('.incomplete')) assert.ok(sizes.has(readFileSync(join(blobs, name)).length), name)
  }
}

function safeList(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

test('hubFolder in three processes at once downloads everything once', async () => {
  const cacheDir = temporaryFolder()
  const children = [start(cacheDir), start(cacheDir), start(cacheDir)]
  assert.equal(await Promise.all(children.map(ended)), [0, 0, 0])
  isWhole((await hubFolder(ID, { cacheDir, offline: true })).folder)
  assert.is(hub.bytesOf(WEIGHTS), SIZE)
  assert.is(hub.bytesOf('config.json'), hub.repositories.get(ID)!.files.get('config.json')!.length)
})

test('hubFolder survives kill -9 at any point, and what had come is not fetched again', async () => {
  const cacheDir = temporaryFolder()
  const asked = (): number => hub.requests.length
  const sent = (): number => hub.bytesOf(WEIGHTS)
  // What must have happened when the process is killed: nothing, some requests more, some of the weights more.
  const points: (readonly [count: () => number, more: number])[] = [
    [asked, 0],
    ...[1, 2, 4, 8].map((more) => [asked, more] as const),
    ...[1, 100_000, 200_000, 300_000, 400_000].map((more) => [sent, more] as const),
  ]
  for (const [count, more] of points) {
    const wanted = count() + more
    const child = start(cacheDir)
    const end = ended(child)
    while (count() < wanted && child.exitCode === null) await wait(1)
    child.kill('SIGKILL')
    assert.is(await end, null, `it was to be killed after ${more} more`)
    hasOnlyWholeBlobs(cacheDir)
  }
  const { folder } = await hubFolder(ID, { endpoint: hub.endpoint, cacheDir })
  isWhole(folder)
  // Each kill loses what was on its way: the sockets' buffers, not the file.
  const received = hub.bytesOf(WEIGHTS)
  assert.ok(received < SIZE * 2, `${received} bytes for a file of ${SIZE}`)
  hub.requests.length = 0
  isWhole((await hubFolder(ID, { cacheDir, offline: true })).folder)
  assert.is(hub.requests.length, 0)
})

test('hubFolder goes on while another process that downloads the same is killed', async () => {
  const cacheDir = temporaryFolder()
  let silent = false
  hub.fault = ({ host }) => {
    if (host === 'hub' || silent) return undefined
    silent = true
    return { stallAfter: 500_000 }
  }
  const first = start(cacheDir)
  const firstEnd = ended(first)
  while (hub.bytesOf(WEIGHTS) < 500_000) await wait(10)
  const before = hub.requests.length
  const second = start(cacheDir)
  // It asks for the names of what there is, then waits for the first.
  while (hub.requests.length === before) await wait(10)
  first.kill('SIGKILL')
  await firstEnd
  assert.is(await ended(second), 0)
  isWhole((await hubFolder(ID, { cacheDir, offline: true })).folder)
})

test('withLock lets one in at a time, frees itself after an error, and can be aborted while waiting', async () => {
  const path = join(temporaryFolder(), 'locks/a.holder')
  let inside = 0
  const work = async (): Promise<void> => {
    assert.is(++inside, 1)
    await wait(5)
    inside--
  }
  await Promise.all([1, 2, 3, 4].map(() => withLock(path, undefined, work)))
  const failed = withLock(path, undefined, async () => {
    throw new Error('inside')
  })
  assert.is(await failed.catch((error: Error) => error.message), 'inside')
  const waiting = withLock(path, undefined, async () => {
    // The lock is not free before this ends, so without the signal it would not end.
    const signal = AbortSignal.timeout(50)
    assert.is(await withLock(path, signal, work).catch((error: Error) => error.name), 'TimeoutError')
  })
  await waiting
})

test('withLock takes the lock of a process that is gone', async () => {
  const folder = temporaryFolder()
  const child = spawn(process.execPath, ['-e', ''])
  await ended(child)
  const path = join(folder, 'a.holder')
  writeFileSync(path, JSON.stringify({ host: hostname(), pid: child.pid, id: 'x' }))
  // Its silence would be waited for in vain: for ever.
  await withLock(path, undefined, async (fromSilent) => assert.not.ok(fromSilent), Number.POSITIVE_INFINITY)
  assert.equal(readdirSync(folder), [])
})

test('withLock takes the lock of a process elsewhere that shows no sign of life, and says so', async () => {
  const folder = temporaryFolder()
  const path = join(folder, 'a.holder')
  writeFileSync(path, JSON.stringify({ host: 'elsewhere', pid: 1, id: 'x' }))
  const begin = performance.now()
  await withLock(path, undefined, async (fromSilent) => assert.ok(fromSilent), 300)
  assert.ok(performance.now() - begin >= 290)
  // One that is alive keeps it for as long as it works.
  const silence = 2000
  let inside = true
  const long = withLock(
    path,
    undefined,
    async () => {
      await wait(1.5 * silence)
      inside = false
    },
    silence,
  )
  while (!existsSync(path)) await wait(1)
  await withLock(path, undefined, async () => assert.not.ok(inside), silence)
  await long
})

test.run()
