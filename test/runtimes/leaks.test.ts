import { spawnSync } from 'node:child_process'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { rootPath } from '../shared.js'
import { model } from './models.js'

const test = suite('leaks')
const slow = process.env['IOBERT_SLOW'] === '1'
const cycles = slow ? 500 : 20
/** Cycles in which pools and the engine's own arenas fill. */
const WARM = slow ? 50 : 8

function middle(values: number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!
}

for (const options of [{ threads: 2 }, { inline: true }, ...(slow ? [{ threads: 1 }] : [])]) {
  const way = JSON.stringify(options)
  test(`load and dispose ${cycles} times leaves no memory behind, ${way}`, () => {
    const child = rootPath('build/test/runtimes/leaks-child.js')
    const args = ['--expose-gc', child, model!, way, String(cycles)]
    const done = spawnSync(process.execPath, args, {
      encoding: 'utf8',
      timeout: 1_200_000,
      cwd: rootPath('.'),
    })
    assert.is(done.status, 0, done.stderr)
    const samples = (JSON.parse(done.stdout) as { resident: number; address: number }[]).slice(WARM)
    const part = Math.floor(samples.length / 3)
    for (const kind of ['resident', 'address'] as const) {
      const values = samples.map((sample) => sample[kind])
      const growth = middle(values.slice(-part)) - middle(values.slice(0, part))
      // MiB. One model is 45 MB resident, and one memory 10 GB of addresses.
      const most = kind === 'resident' ? 30 : 1024
      assert.ok(
        growth < most,
        `${kind}: ${growth.toFixed(0)} MiB more: ${values.map((v) => v.toFixed(0)).join(' ')}`,
      )
    }
  })
}

if (process.platform !== 'linux') console.log('skipped: leaks: reads /proc/self/status, which only Linux has')
else if (model !== undefined) test.run()
