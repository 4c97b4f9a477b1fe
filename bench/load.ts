/** Loading, each time in a fresh process with one thread and the file in the system's cache. */
import { spawnSync } from 'node:child_process'
import { rootPath } from '../test/shared.ts'
import { check, median, milliseconds, quick, report } from './measure.ts'
import { models } from './models.ts'

const LOADS = quick ? 1 : 7

interface Loaded {
  readonly seconds: number
  readonly before: number
  readonly peak: number
  readonly weightBytes: number
  readonly memoryBytes: number
  readonly right: boolean
}

function loadOnce(folder: string, precision: string): Loaded {
  const child = rootPath('build/bench/load-child.js')
  const done = spawnSync(process.execPath, [child, folder, precision], { encoding: 'utf8' })
  if (done.status !== 0) throw new Error(`Loading ${folder} failed:\n${done.stderr}`)
  return JSON.parse(done.stdout) as Loaded
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1)
const rows: string[][] = []
for (const { name, folder } of models()) {
  for (const precision of ['int8', 'float32'] as const) {
    // The first one warms the file cache.
    const loads = Array.from({ length: LOADS + 1 }, () => loadOnce(folder, precision)).slice(1)
    for (const { right } of loads) check(right, `logits of ${name} at ${precision}`)
    const seconds = loads.map((load) => load.seconds)
    const [{ weightBytes, memoryBytes }] = loads as [Loaded]
    const peak = median(loads.map((load) => load.peak))
    const allowed = 1.15 * weightBytes + 80e6
    rows.push([
      ...[name, precision, milliseconds(median(seconds)), milliseconds(Math.min(...seconds))],
      ...[megabytes(weightBytes), megabytes(memoryBytes)],
      ...[megabytes(median(loads.map((load) => load.before))), megabytes(peak), megabytes(allowed)],
      peak <= allowed ? 'yes' : '**no**',
    ])
  }
}
report(
  `Loading, median of ${LOADS} processes, MB of 1000² bytes`,
  [
    ...[
      'model',
      'precision',
      'ms',
      'at best',
      'packed weights',
      'kernel memory',
      'peak RSS before',
      'peak RSS',
    ],
    ...['1.15 × weights + 80', 'within'],
  ],
  rows,
)
