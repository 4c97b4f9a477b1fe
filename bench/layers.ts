/**
 * Where the time of a forward pass goes, at BERT-base's shape and 128 tokens: by kernel command, timed where the module is
 * entered, and by layer, timed round the kernels' methods. `--turbo`: with V8's flag.
 */
import { COMMANDS, CONTROL } from '#dist/generated/commands.js'
import type { KernelExports } from '#dist/kernels/exports.js'
import { hasRelaxedDot, hasRelaxedSimd } from '#dist/kernels/features.js'
import type { Kernels, Linear, Precision } from '#dist/kernels/kernels.js'
import { CONTROL_ADDRESS, type KernelMemory } from '#dist/kernels/memory.js'
import { BERT_BASE, createKernels, randomBert, randomIds, randomLinear, randomRows, tune } from './engine.ts'
import { check, measure, median, milliseconds, percent, quick, report } from './measure.ts'
import { turbo } from './turbo.ts'

const TOKENS = 128
const PASSES = quick ? 1 : 40
const config = quick ? { ...BERT_BASE, numLayers: 1 } : BERT_BASE

const TITLES: Record<keyof typeof COMMANDS, string> = {
  LinearInt8: 'linear int8',
  LinearFloat32: 'linear float32',
  Attention: 'attention, float32',
  AttentionInt16: 'attention, int16 products',
  LayerNorm: 'residual + LayerNorm',
  Quantize: 'quantise',
  Embed: 'embeddings',
}
/** By number. */
const TITLE_OF: readonly string[] = Object.keys(COMMANDS).map((name) => TITLES[name as keyof typeof COMMANDS])
const KERNEL_WORD = (CONTROL_ADDRESS + CONTROL.kernel) / 4

/** Seconds by name, of one pass. */
type Clock = Map<string, number>

function add(clock: Clock, name: string, started: number): void {
  clock.set(name, (clock.get(name) ?? 0) + (performance.now() - started) / 1000)
}

/** What the module exports, its one entry timed by command. */
function timeCommands(exports: KernelExports, memory: KernelMemory, clock: Clock): KernelExports {
  return {
    ...exports,
    runAlone(control, scratch): void {
      const command = TITLE_OF[memory.int32[KERNEL_WORD]!]!
      const started = performance.now()
      exports.runAlone(control, scratch)
      add(clock, command, started)
    },
  }
}

/** The kernels, their linear layers timed by what they are for. */
function timeLayers(kernels: Kernels, clock: Clock): Kernels {
  const { hiddenSize, intermediateSize } = config
  const nameOf = ({ inputs, outputs }: Linear): string => {
    if (outputs === 3 * hiddenSize) return 'Q, K, V'
    if (outputs === intermediateSize) return 'intermediate'
    if (inputs === intermediateSize) return 'output'
    return outputs === hiddenSize ? "attention's output" : 'classifier'
  }
  return {
    name: kernels.name,
    memory: kernels.memory,
    threads: kernels.threads,
    layout: kernels.layout,
    packLinear: (...args) => kernels.packLinear(...args),
    packTable: (...args) => kernels.packTable(...args),
    widen: (...args) => kernels.widen(...args),
    embed: (...args) => kernels.embed(...args),
    attention: (...args) => kernels.attention(...args),
    packRelative: (...args) => kernels.packRelative(...args),
    quantize: (...args) => kernels.quantize(...args),
    addLayerNorm: (...args) => kernels.addLayerNorm(...args),
    linear(x, layer, out, activation): void {
      const started = performance.now()
      kernels.linear(x, layer, out, activation)
      add(clock, nameOf(layer), started)
    },
  }
}

async function breakDown(precision: Precision, variant: 'simd' | 'relaxed'): Promise<void> {
  const clock: Clock = new Map()
  const kernels = await createKernels({ variant, precision, turbo }, (exports, memory) =>
    timeCommands(exports, memory, clock),
  )
  tune(kernels, precision)
  const bert = randomBert(kernels, config, precision, timeLayers(kernels, clock))
  const ids = [randomIds(TOKENS, config.vocabSize)]
  const pass = () => bert.forward(ids, {}, async () => {})
  const [logits] = (await pass()).logits
  check(logits!.every(Number.isFinite), `logits of ${precision}`)
  check(
    logits!.some((value) => value !== logits![0]),
    `logits of ${precision} are all the same`,
  )
  if (!quick) for (let warm = 0; warm < 10; warm++) await pass()

  const totals: number[] = []
  const parts = new Map<string, number[]>()
  for (let done = 0; done < PASSES; done++) {
    clock.clear()
    const started = performance.now()
    await pass()
    totals.push((performance.now() - started) / 1000)
    for (const [name, seconds] of clock) parts.set(name, [...(parts.get(name) ?? []), seconds])
  }
  const total = median(totals)
  const of = (name: string): number => (parts.has(name) ? median(parts.get(name)!) : 0)
  const row = (name: string, seconds: number): string[] => [
    name,
    milliseconds(seconds),
    percent(seconds / total),
  ]
  const linear = of('linear int8') + of('linear float32')
  const activation = config.numLayers * (await activationTime(precision, variant))
  const commands = TITLE_OF.filter((name) => of(name) > 0)
  const known = commands.reduce((sum, name) => sum + of(name), 0)
  report(
    `${precision} ${variant}${turbo ? ' turbo' : ''}, BERT-base, ${TOKENS} tokens`,
    ['part', 'ms', 'share of the pass'],
    [
      ...commands.map((name) => row(name, of(name))),
      row('JavaScript', Math.max(0, total - known)),
      row('**the whole pass**', total),
      row('**outside linear layers**', total - linear),
      row('GELU, within the linear layers (by difference)', activation),
      row('**outside linear layers, GELU too**', total - linear + activation),
    ],
  )
  report(
    `linear layers of that pass, with their activation function and what quantises their output`,
    ['layer', 'ms', 'share of the pass'],
    ['Q, K, V', "attention's output", 'intermediate', 'output', 'classifier'].map((name) =>
      row(name, of(name)),
    ),
  )
}

/** What GELU adds to one intermediate layer. */
async function activationTime(precision: Precision, variant: 'simd' | 'relaxed'): Promise<number> {
  const kernels = await createKernels({ variant, precision, turbo })
  tune(kernels, precision)
  const { hiddenSize, intermediateSize } = config
  const { layer } = randomLinear(kernels, precision, hiddenSize, intermediateSize)
  const x = randomRows(kernels, TOKENS, hiddenSize, precision)
  const out = kernels.layout.matrix(TOKENS, intermediateSize)
  const [plain, activated] = await measure([
    { name: 'identity', run: () => kernels.linear(x, layer, out, 'identity') },
    { name: 'gelu', run: () => kernels.linear(x, layer, out, 'gelu') },
  ])
  return Math.max(0, activated!.median - plain!.median)
}

await breakDown('int8', hasRelaxedDot() ? 'relaxed' : 'simd')
await breakDown('float32', hasRelaxedSimd() ? 'relaxed' : 'simd')
