/** Times loading, each time in a fresh process with the file in the system's cache. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import type { LoadOptions } from '#dist/node.js'
import { rootPath } from '../test/shared.ts'
import { check, median, milliseconds, quick, report } from './measure.ts'
import { models } from './models.ts'

const LOADS = quick ? 1 : 7
const STARTS = quick ? 1 : 15

interface Loaded {
  readonly importSeconds: number
  readonly seconds: number
  /** Of the whole process, Node's own start included. */
  readonly processorSeconds: number
  readonly before: number
  readonly peak: number
  readonly weightBytes: number
  readonly memoryBytes: number
  readonly right: boolean
}

function loadOnce(entry: string, folder: string, options: LoadOptions): Loaded {
  const child = rootPath('build/bench/load-child.js')
  const args = [child, entry, folder, JSON.stringify(options)]
  const done = spawnSync(process.execPath, args, { encoding: 'utf8' })
  if (done.status !== 0) throw new Error(`Loading ${folder} failed:\n${done.stderr}`)
  return JSON.parse(done.stdout) as Loaded
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1)
const rows: string[][] = []
for (const { name, folder } of models()) {
  for (const precision of ['int8', 'float32'] as const) {
    const load = (): Loaded => loadOnce(rootPath('dist/node.js'), folder, { precision, threads: 1 })
    // The first one warms the file cache.
    const loads = Array.from({ length: LOADS + 1 }, load).slice(1)
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

/** Of the package as it is published, whose code is in few files; by the ways that a program has to load the shipped model. */
const ways: readonly (readonly [name: string, options: LoadOptions])[] = [
  ['as it comes', {}],
  ['one thread', { threads: 1 }],
  ['inline', { inline: true }],
  ['inline, the kernels named', { inline: true, kernels: 'simd' }],
]
const assembled = rootPath('build/package')
const packed = spawnSync(process.execPath, [rootPath('tools/package/pack.mjs'), assembled], {
  encoding: 'utf8',
})
if (packed.status !== 0) throw new Error(`The package cannot be assembled:\n${packed.stderr}`)
const entry = join(assembled, 'dist/node.js')
const starts = ways.map((): Loaded[] => [])
for (let turn = 0; turn <= STARTS; turn++) {
  for (const [way, [, options]] of ways.entries()) {
    const loaded = loadOnce(entry, join(assembled, 'weights'), options)
    check(loaded.right, `logits, ${ways[way]![0]}`)
    if (turn > 0) starts[way]!.push(loaded)
  }
}
report(
  `A cold start of the shipped model, median of ${STARTS} processes in turns`,
  [
    'way',
    'import, ms',
    'load, ms',
    'at best',
    'processor time of the process, ms',
    'peak RSS before',
    'peak RSS',
  ],
  ways.map(([name], way) => {
    const of = (figure: (load: Loaded) => number): number[] => starts[way]!.map(figure)
    const seconds = of((load) => load.seconds)
    return [
      ...[name, milliseconds(median(of((load) => load.importSeconds)))],
      ...[milliseconds(median(seconds)), milliseconds(Math.min(...seconds))],
      ...[milliseconds(median(of((load) => load.processorSeconds)))],
      ...[megabytes(median(of((load) => load.before))), megabytes(median(of((load) => load.peak)))],
    ]
  }),
)
