/** What a page that only recognizes fetches (tools/package/page-size.mjs) and requests from a server. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { rootPath } from '../shared.js'

/** Bytes through gzip, the model left out, that a page should not need: docs/shipping.md tells where they go. No bound. */
const WARN_ABOVE = 75_000

if (!existsSync(rootPath('weights/model.safetensors'))) {
  console.log('skipped: the page: weights/model.safetensors is not there')
} else {
  const done = spawnSync(process.execPath, [rootPath('tools/package/page-size.mjs'), '--json'], {
    encoding: 'utf8',
  })
  const measure = (): {
    total: number
    files: [name: string, bytes: number][]
    kernels: [name: string, bytes: number][]
    asked: string[]
    entities: string[]
  } => JSON.parse(done.stdout)

  test('a page that only recognises finds the names; its size is told', () => {
    assert.is(done.status, 0, done.stderr)
    const { total, files, kernels, entities } = measure()
    const told = [...files, ...kernels].map(([name, bytes]) => `${name} ${bytes}`).join(', ')
    console.log(`page: ${total} bytes: ${told}`)
    assert.equal(entities, ['Angela Merkel', 'Tim Cook', 'Berlin'])
    assert.ok(files.length > 1 && kernels.length === 2, told)
    if (total > WARN_ABOVE) console.log(`WARNING: more than ${WARN_ABOVE} bytes`)
  })

  test('it fetches nothing that only other models need', () => {
    const names = measure().files.map(([name]) => name)
    assert.not.ok(
      names.find((name) => /deberta|modernbert|roberta|rules|spark|hub|browser|engine/.test(name)),
    )
  })

  test('it asks the server for no file that is not there', () => {
    const { asked } = measure()
    assert.equal(
      asked.filter((request) => !request.endsWith(' 200')),
      [],
    )
    assert.ok(asked.includes('vocab.txt 200'))
  })
}

test.run()
