/** Compiles the bare tiles of probe-tiles.ts and runs them on data laid out for them. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { floats, seeded } from '../test/random.ts'
import { rootPath } from '../test/shared.ts'
import { check } from './measure.ts'

export type ProbeKind = 'int8' | 'int16' | 'float' | 'digits' | 'short'

/** Inputs of a step. */
const STEP_INPUTS: Record<ProbeKind, number> = { float: 1, int8: 2, int16: 2, digits: 4, short: 4 }

/** A bare tile on one shape. */
export interface Probe {
  readonly name: string
  readonly kind: ProbeKind
  /** Rows that are computed: M up to whole tiles. The probes' own work counts, unlike the kernels'. */
  readonly rows: number
  run(): void
}

type Sweep = (x: number, w: number, out: number, rows: number, channels: number, steps: number) => void

const MOST_ROWS = 528
const MOST_INPUTS = 3072
const MOST_OUTPUTS = 3072
/** Above the little that the compiler itself keeps in memory. */
const X = 65536
const W = X + 4 * MOST_ROWS * MOST_INPUTS
const OUT = W + 4 * MOST_INPUTS * MOST_OUTPUTS
const END = OUT + 4 * MOST_ROWS * MOST_OUTPUTS

export class Probes {
  readonly #memory = new WebAssembly.Memory({ initial: Math.ceil(END / 65536) })
  readonly #exports: Record<string, Sweep>
  readonly #numbers: Float32Array

  constructor(variant: 'simd' | 'relaxed') {
    const module = new WebAssembly.Module(readFileSync(compile(variant)))
    const instance = new WebAssembly.Instance(module, { env: { memory: this.#memory } })
    this.#exports = instance.exports as Record<string, Sweep>
    this.#numbers = floats(seeded(7), 65521)
  }

  /** Tiles by name, as `int8_5x2`, of the kinds that are wanted, on a layer of `inputs` × `outputs`. */
  on(names: readonly string[], rows: number, inputs: number, outputs: number): Probe[] {
    return names.map((name) => {
      const [, kind, tileRows] = /^(\w+)_(\d+)x\d+$/u.exec(name) as unknown as [string, ProbeKind, string]
      const padded = Math.ceil(rows / Number(tileRows)) * Number(tileRows)
      const steps = inputs / STEP_INPUTS[kind]
      const sweep = this.#exports[name]!
      return {
        name: name.replace('_', ' '),
        kind,
        rows: padded,
        run: () => sweep(X, W, OUT, padded, outputs, steps),
      }
    })
  }

  /** Fills memory with what a kind reads; bytes do for all integer tiles, 0 to 127 where they are digits. */
  fill(kind: 'float' | 'integers' | 'digits'): void {
    const floats32 = new Float32Array(this.#memory.buffer)
    const int8 = new Int8Array(this.#memory.buffer)
    const numbers = this.#numbers
    if (kind === 'float') for (let i = X / 4; i < OUT / 4; i++) floats32[i] = numbers[i % numbers.length]!
    else for (let i = X; i < OUT; i++) int8[i] = Math.round(127 * numbers[i % numbers.length]!)
    if (kind !== 'digits') return
    for (let i = X; i < W; i++) int8[i] = Math.abs(int8[i]!)
    // So that no lane of short sums overflows.
    for (let i = W; i < OUT; i++) int8[i] = int8[i]! >> 1
  }

  /** Computes the first and the last output of a probe by plain loops and compares. */
  verify({ name, kind, rows, run }: Probe, inputs: number, outputs: number): void {
    run()
    const [tileRows, vectors] = name.match(/\d+/gu)!.slice(-2).map(Number) as [number, number]
    const { buffer } = this.#memory
    const view = new DataView(buffer)
    const pair = STEP_INPUTS[kind]
    const steps = inputs / pair
    for (const [row, channel] of [
      [0, 0],
      [rows - 1, outputs - 1],
    ] as const) {
      const block = Math.floor(row / tileRows) * tileRows * steps + (row % tileRows)
      const panel = (channel & ~7) * steps + (channel & 7)
      const inPanel = channel % (4 * vectors)
      const floatPanel = (channel - inPanel) * inputs + inPanel
      let sum = 0
      for (let k = 0; k < inputs; k++) {
        const step = Math.floor(k / pair)
        const x = X + 4 * (kind === 'float' ? row * inputs + k : block + step * tileRows)
        const w = kind === 'float' ? floatPanel + k * 4 * vectors : panel + step * 8
        const half = k % pair
        if (kind === 'float') sum += view.getFloat32(x, true) * view.getFloat32(W + 4 * w, true)
        else if (kind === 'digits') sum += view.getUint8(x + half) * view.getInt8(W + 4 * w + half)
        else if (kind === 'short') sum += (view.getUint8(x + half) - 63) * view.getInt8(W + 4 * w + half)
        else if (kind === 'int16')
          sum += view.getInt16(x + 2 * half, true) * view.getInt16(W + 4 * w + 2 * half, true)
        else sum += view.getInt16(x + 2 * half, true) * view.getInt8(W + 2 * w + half)
      }
      const at = OUT + 4 * (row * outputs + channel)
      // Integers wrap as int32 does; floats may differ by their rounding.
      const right =
        kind === 'float'
          ? Math.abs(view.getFloat32(at, true) - sum) < 1e-3 * Math.sqrt(inputs)
          : view.getInt32(at, true) === (sum | 0)
      check(right, `probe ${name}, row ${row}, channel ${channel}`)
    }
  }
}

function compile(variant: 'simd' | 'relaxed'): string {
  const config = JSON.parse(readFileSync(rootPath('bench/asconfig.json'), 'utf8'))
  const done = spawnSync(
    process.execPath,
    ['node_modules/assemblyscript/bin/asc.js', '--config', 'bench/asconfig.json', '--target', variant],
    { cwd: rootPath(''), stdio: ['ignore', 2, 2] },
  )
  if (done.status !== 0) throw new Error('bench/probe-tiles.ts did not compile')
  return rootPath(join('bench', config.targets[variant].outFile))
}
