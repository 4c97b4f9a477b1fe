/**
 * Runs a model on one thread with its shared calls cut into chunks as for any number of threads, and times
 * each chunk; also measures what it costs two real threads to share a call.
 */

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { COMMANDS, CONTROL } from '#dist/generated/commands.js'
import { COMMAND_OFFSET, CONSTANTS } from '#dist/generated/constants.js'
import { instantiateKernels, type KernelExports } from '#dist/kernels/exports.js'
import { hasRelaxedDot } from '#dist/kernels/features.js'
import { CONTROL_ADDRESS, KernelMemory } from '#dist/kernels/memory.js'
import { planOf } from '#dist/kernels/plan.js'
import { WasmKernels } from '#dist/kernels/wasm.js'
import { rootPath } from '../test/shared.ts'
import { BERT_BASE, randomBert, randomIds } from './engine.ts'
import { quick } from './measure.ts'

interface ChunkExports extends KernelExports {
  execute(kernel: number, command: number, from: number, to: number, scratch: number): void
}

/** What the other thread is told: where it serves, or which workload it keeps computing (`WORKLOADS` in scaling.ts). */
export interface ThreadOrder {
  readonly module: WebAssembly.Module
  readonly serve?: { memory: WebAssembly.Memory; control: number; scratch: number }
  readonly busyWith?: Workload
}

/** A model's shape and the sequences of a pass. */
export interface Workload {
  readonly name: string
  readonly shape: { hiddenSize: number; intermediateSize: number; numLayers: number; numHeads: number }
  readonly sequences: number
  readonly tokens: number
}

/** One shared call of a pass: its command and the milliseconds of each of its chunks. */
export interface Call {
  readonly command: string
  readonly chunks: readonly number[]
}

/** One pass: its shared calls in order, and the milliseconds of what is never shared. */
export interface Pass {
  readonly calls: readonly Call[]
  /** Commands that are too small to wake anyone. */
  readonly alone: number
  /** Between the commands: JavaScript. */
  readonly between: number
}

/** How many units of a command make a chunk. */
export type ChunkRule = (units: number) => number

const variant = hasRelaxedDot() ? 'relaxed' : 'simd'
const names = Object.keys(COMMANDS)
const word = (field: keyof typeof CONTROL): number => (CONTROL_ADDRESS + CONTROL[field]) / 4
/** The largest that is computed, and threads that may share: the second one is real. */
const SCRATCH = { tokens: 1024, headDim: 64, inputs: 3072 }

/** The kernels with `execute` beside them, compiled as the build compiles them. */
export function compileChunks(): WebAssembly.Module {
  const file = rootPath(`build/bench/probe-chunks-${variant}.wasm`)
  const asc = rootPath('node_modules/assemblyscript/bin/asc.js')
  const use = `INTERFACE_HASH=${CONSTANTS.INTERFACE}`
  const args = [asc, 'bench/probe-chunks.ts', '--target', variant, '--outFile', file, '--use', use]
  const done = spawnSync(process.execPath, args, { cwd: rootPath('.'), stdio: ['ignore', 2, 2] })
  if (done.status !== 0) throw new Error('bench/probe-chunks.ts did not compile')
  return new WebAssembly.Module(readFileSync(file))
}

/** Kernels that believe in helpers and have none: each shared call is cut by `rule` and its chunks are timed. */
export class ChunkClock {
  readonly kernels: WasmKernels
  rule: ChunkRule = (units) => units
  #calls: Call[] = []
  #alone = 0
  /** Within shared calls, the clock itself included. */
  #shared = 0

  constructor(module: WebAssembly.Module) {
    const memory = new KernelMemory(new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true }))
    const real = instantiateKernels(module, memory.memory) as ChunkExports
    const exports: KernelExports = {
      ...real,
      runAlone: (control, scratch) => {
        const started = performance.now()
        real.runAlone(control, scratch)
        this.#alone += performance.now() - started
      },
      dispatch: (control, scratch) => {
        const kernel = memory.int32[word('kernel')]!
        const units = memory.int32[word('units')]!
        const step = this.rule(units)
        const chunks: number[] = []
        const opened = performance.now()
        for (let from = 0; from < units; from += step) {
          const to = Math.min(from + step, units)
          const started = performance.now()
          real.execute(kernel, control + COMMAND_OFFSET, from, to, scratch)
          chunks.push(performance.now() - started)
        }
        this.#shared += performance.now() - opened
        this.#calls.push({ command: names[kernel]!, chunks })
      },
      join: () => 1,
    }
    const plan = planOf(variant, 'int8', false)
    this.kernels = new WasmKernels({ plan, exports, memory, scratch: SCRATCH, threads: 2 })
  }

  /** The least of each chunk and of the rest over some passes: what others do on the machine meanwhile is none of the pass. */
  async time(pass: () => Promise<unknown>, passes: number): Promise<Pass> {
    const found: Pass[] = []
    for (let done = 0; done < passes + 2; done++) {
      this.#calls = []
      this.#alone = 0
      this.#shared = 0
      const started = performance.now()
      await pass()
      const whole = performance.now() - started
      const between = whole - this.#shared - this.#alone
      // The first ones are slower: engines compile hot code late.
      if (done >= 2) found.push({ calls: this.#calls, alone: this.#alone, between })
    }
    return {
      alone: Math.min(...found.map(({ alone }) => alone)),
      between: Math.min(...found.map(({ between }) => between)),
      calls: found[0]!.calls.map(({ command, chunks }, call) => ({
        command,
        chunks: chunks.map((_, chunk) => Math.min(...found.map(({ calls }) => calls[call]!.chunks[chunk]!))),
      })),
    }
  }
}

/** Kernels on two real threads; `close` ends the helper. */
export async function twoThreads(
  module: WebAssembly.Module,
): Promise<{ kernels: WasmKernels; exports: KernelExports; close: () => Promise<unknown> }> {
  const memory = new KernelMemory(new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true }))
  const exports = instantiateKernels(module, memory.memory)
  const plan = planOf(variant, 'int8', false)
  const kernels = new WasmKernels({ plan, exports, memory, scratch: SCRATCH, threads: 2 })
  const serve = { memory: memory.memory, control: CONTROL_ADDRESS, scratch: kernels.scratchOf(1) }
  const close = await startThread({ module, serve })
  return { kernels, exports, close }
}

/** Starts the other thread; gives what ends it. */
export async function startThread(order: ThreadOrder): Promise<() => Promise<unknown>> {
  const thread = new Worker(new URL('./scaling-thread.js', import.meta.url), { workerData: order })
  await new Promise((resolve, reject) => thread.once('message', resolve).once('error', reject))
  return () => thread.terminate()
}

/** Kernels of one thread alone, from the same module. */
export function oneThread(module: WebAssembly.Module): WasmKernels {
  const memory = new KernelMemory(new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true }))
  const exports = instantiateKernels(module, memory.memory)
  return new WasmKernels({ plan: planOf(variant, 'int8', false), exports, memory, scratch: SCRATCH })
}

/** Something to call again and again: a pass of the workload on these kernels. */
export function passOf(
  kernels: WasmKernels,
  { shape, sequences, tokens }: Workload,
): () => Promise<Float32Array[]> {
  const config = { ...BERT_BASE, ...shape, embeddingSize: shape.hiddenSize }
  const bert = randomBert(kernels, config, 'int8')
  const ids = Array.from({ length: sequences }, () => randomIds(tokens, config.vocabSize))
  return async () => (await bert.forward(ids, {}, async () => {})).logits
}

/** Milliseconds that sharing costs. */
export interface SharingCost {
  /** A call in two chunks on two threads, less the longer chunk, where the helper is looking for work. */
  readonly call: number
  /** The same where the helper has gone to sleep. */
  readonly asleep: number
  /** To claim a chunk and to say that it is done, while the other thread does the same. */
  readonly chunk: number
}

/** Measures that, on the kernels of `twoThreads`, with rows that are quantised: some 20 µs a chunk. */
export async function sharingCost(two: {
  kernels: WasmKernels
  exports: KernelExports
}): Promise<SharingCost> {
  const { kernels, exports } = two
  const { int32 } = kernels.memory
  const [rows, columns] = [48, 768]
  const x = kernels.layout.matrix(rows, columns, 'int8')
  kernels.quantize(x)
  const units = Math.ceil(rows / kernels.tiles.int8Rows)
  const half = Math.ceil(units / 2)
  const scratch = kernels.scratchOf(0)
  const alone = (count: number): number => {
    kernels.memory.int32[word('units')] = count
    const started = performance.now()
    exports.runAlone(CONTROL_ADDRESS, scratch)
    return performance.now() - started
  }
  const shared = (chunkUnits: number, chunks: number): number => {
    const words = kernels.memory.int32
    words[word('units')] = units
    words[word('chunkUnits')] = chunkUnits
    words[word('chunks')] = chunks
    const started = performance.now()
    exports.dispatch(CONTROL_ADDRESS, scratch)
    while (exports.join(CONTROL_ADDRESS, 50) === 0);
    return performance.now() - started
  }
  int32[word('kernel')] = COMMANDS.Quantize.kernel
  const times = quick ? 20 : 4000
  const uncut: number[] = []
  const awake: number[] = []
  for (let turn = 0; turn < times; turn++) {
    awake.push(shared(half, 2))
    uncut.push(alone(half))
  }
  const sleepy: number[] = []
  for (let turn = 0; turn < (quick ? 3 : 200); turn++) {
    await new Promise((resolve) => setTimeout(resolve, 2))
    sleepy.push(shared(half, 2))
  }
  // Chunks of no units: nothing but the claims.
  const claims = 1000
  const empty: number[] = []
  for (let turn = 0; turn < (quick ? 3 : 200); turn++) empty.push(shared(0, claims) / claims)
  // A lower quartile: the machine's other work makes the rest longer.
  const usual = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 2]!
  const least = usual(uncut)
  return { call: usual(awake) - least, asleep: usual(sleepy) - least, chunk: usual(empty) }
}
