/** What a page that only recognises fetches (tools/page-size.mjs), and asks a server for. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { rootPath } from '../shared.js'

/** Bytes through gzip, the model left out: docs/shipping.md tells where they go. */
const BUDGET = 75_000

if (!existsSync(rootPath('weights/model.safetensors'))) {
  console.log('skipped: the page: weights/model.safetensors is not there')
} else {
  const done = spawnSync(process.execPath, [rootPath('tools/page-size.mjs'), '--json'], { encoding: 'utf8' })
  const measure = (): {
    total: number
    files: [name: string, bytes: number][]
    kernels: [name: string, bytes: number][]
    asked: string[]
    entities: string[]
  } => JSON.parse(done.stdout)

  test('a page that only recognises fetches less than 75 kB of code through gzip', () => {
    assert.is(done.status, 0, done.stderr)
    const { total, files, kernels, entities } = measure()
    const told = [...files, ...kernels].map(([name, bytes]) => `${name} ${bytes}`).join(', ')
    console.log(`page: ${total} bytes: ${told}`)
    assert.equal(entities, ['Angela Merkel', 'Tim Cook', 'Berlin'])
    assert.ok(files.length > 3 && kernels.length === 2, told)
    assert.ok(total < BUDGET, `${total} bytes: ${told}`)
  })

  test('it fetches nothing that only other models need', () => {
    const names = measure().files.map(([name]) => name)
    assert.not.ok(
      names.find((name) =>
        /worker-shelves|deberta|modernbert|roberta|rules|spark|hub|browser|engine/.test(name),
      ),
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
