/** Loading and disposing repeatedly leaks no memory. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { json, text } from 'node:stream/consumers'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { rootPath } from '../shared.ts'
import { model } from './models.ts'

const test = suite('leaks')
const slow = process.env['IOBERT_SLOW'] === '1'
const cycles = slow ? 500 : 50
/** Cycles in which pools and the engine's own arenas fill: 15 were seen, and from then on resident memory stays within 4 MiB. */
const WARM = slow ? 50 : 20
/** MiB that the last third may have over the first: half of what a leak of 1 MiB a load adds in 20 of them. */
const RESIDENT = 10
/** The same of addresses. One memory takes 10 GB of them. */
const ADDRESS = 1024

interface Sample {
  resident: number
  address: number
}

/** Memory after each of `cycles` loads with these options, without the first. */
async function measure(options: object, leak = 0): Promise<Sample[]> {
  const child = rootPath('build/test/runtimes/leaks-child.js')
  const args = ['--expose-gc', child, model!, JSON.stringify(options), String(cycles), String(leak)]
  const running = spawn(process.execPath, args, { cwd: rootPath('.'), stdio: ['ignore', 'pipe', 'pipe'] })
  const [samples, stderr] = await Promise.all([
    json(running.stdout).catch(() => []),
    text(running.stderr),
    once(running, 'close'),
  ])
  assert.is(running.exitCode, 0, stderr)
  assert.is((samples as Sample[]).length, cycles)
  return (samples as Sample[]).slice(WARM)
}

function growth(samples: readonly Sample[], kind: keyof Sample): number {
  const values = samples.map((sample) => sample[kind])
  const part = Math.floor(values.length / 3)
  return middle(values.slice(-part)) - middle(values.slice(0, part))
}

function middle(values: number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!
}

for (const options of [{ threads: 2 }, { inline: true }, ...(slow ? [{ threads: 1 }] : [])]) {
  test(`load and dispose ${cycles} times leaves no memory behind, ${JSON.stringify(options)}`, async () => {
    const samples = await measure(options)
    for (const [kind, most] of [['resident', RESIDENT] as const, ['address', ADDRESS] as const]) {
      const grown = growth(samples, kind)
      const values = samples.map((sample) => sample[kind].toFixed(0)).join(' ')
      assert.ok(grown < most, `${kind}: ${grown.toFixed(1)} MiB more: ${values}`)
    }
  })
}

test('a leak of 1 MB a load would be seen', async () => {
  const grown = growth(await measure({ inline: true }, 1_000_000), 'resident')
  assert.ok(grown > RESIDENT, `a leak of ${cycles - WARM} MB in all shows as ${grown.toFixed(1)} MiB`)
})

if (process.platform !== 'linux') console.log('skipped: leaks: reads /proc/self/status, which only Linux has')
else if (model !== undefined) test.run()
