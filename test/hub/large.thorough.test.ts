/**
 * Files of the Hub that are too large to be held in memory while they are hashed, as a browser reads them.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { readAll } from '#dist/format/source.js'
import { hubFiles } from '#dist/hub/browser.js'
import { startHub } from './hub-server.ts'
import { MemoryCache } from './memory-cache.ts'
import { ID, isBody, noise, sampleRepository } from './sample.ts'

const WEIGHTS = 'model.safetensors'

test('hubFiles streams files over 64 MB through the cache, or without one', async () => {
  const hub = await startHub()
  const cache = new MemoryCache()
  const large = noise(1 << 16, 2)
  const bytes = new Uint8Array((1 << 26) + 12_345)
  for (let at = 0; at + large.length <= bytes.length; at += large.length) bytes.set(large, at)
  bytes.fill(7, bytes.length - 100)
  const repository = sampleRepository(0)
  repository.files.set(WEIGHTS, bytes)
  hub.repositories.set(ID, repository)
  const checkRead = async (): Promise<void> => {
    const source = await hubFiles(ID, { endpoint: hub.endpoint, cache, retryDelay: 5 }).open(WEIGHTS)
    assert.ok(source !== undefined && Buffer.compare(await readAll(source), bytes) === 0)
    await source.close()
  }
  try {
    const left = [{ dropAfter: 30_000_000 }]
    hub.fault = (request) => (isBody(request, WEIGHTS) ? left.shift() : undefined)
    await checkRead()
    hub.requests.length = 0
    await checkRead()
    assert.is(hub.requests.filter(({ host }) => host === 'files').length, 0)
    cache.entries.clear()
    cache.room = 1000
    await checkRead()
  } finally {
    await hub.close()
  }
})

test.run()
