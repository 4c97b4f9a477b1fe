/**
 * Where the time of a forward pass goes, for the shapes of BERT-base and the shipped model, on single texts
 * of several lengths: by kernel command, timed at the entry of the module, and by layer, timed around the
 * kernels' methods. `--turbo`: with V8's flag.
 */
import { COMMANDS, CONTROL } from '#dist/generated/commands.js'
import { NUMBERS } from '#dist/generated/numbers.js'
import { instantiateKernels, type KernelExports } from '#dist/kernels/exports.js'
import { hasRelaxedDot, hasRelaxedSimd } from '#dist/kernels/features.js'
import type { Kernels, Linear, Precision } from '#dist/kernels/kernels.js'
import { CONTROL_ADDRESS, type KernelMemory } from '#dist/kernels/memory.js'
import { compileKernels } from '#dist/kernels/module.js'
import type { BertConfig } from '#dist/model/bert-config.js'
import {
  BERT_BASE,
  createKernels,
  randomBert,
  randomIds,
  randomLinear,
  randomRows,
  SHIPPED,
  timedKernels,
  tune,
} from './engine.ts'
import { check, digits, measure, median, milliseconds, percent, quick, report } from './measure.ts'
import { turbo } from './turbo.ts'

const LENGTHS = quick ? [16] : [16, 128, 512]
const SHAPES = [
  { name: 'BERT-base', config: BERT_BASE },
  { name: 'the shipped model', config: SHIPPED },
].map(({ name, config }) => ({ name, config: quick ? { ...config, numLayers: 1 } : config }))
/** Of passes that are timed, and of those before them. */
const SECONDS = quick ? 0 : 1.5
const WARM_SECONDS = quick ? 0 : 0.5
const LEAST_PASSES = quick ? 1 : 5

type Variant = 'simd' | 'relaxed'

const TITLES: Record<keyof typeof COMMANDS, string> = {
  LinearInt8: 'linear int8',
  LinearFloat32: 'linear float32',
  Attention: 'attention',
  LayerNorm: 'residual + LayerNorm',
  Quantize: 'quantise',
  Embed: 'embeddings',
  Rotate: 'rotary positions',
}
/** By number. */
const TITLE_OF: readonly string[] = Object.keys(COMMANDS).map((name) => TITLES[name as keyof typeof COMMANDS])
const KERNEL_WORD = (CONTROL_ADDRESS + CONTROL.kernel) / 4
const LAYERS = ['Q, K, V', "attention's output", 'intermediate', 'output', 'classifier'] as const

/** Seconds by name, of one pass. */
type Clock = Map<string, number>

/** A pass of one shape and length. */
interface Account {
  readonly config: BertConfig
  readonly tokens: number
  /** Seconds, medians. */
  readonly total: number
  readonly of: (name: string) => number
  /** GELU's part of the linear layers. */
  readonly activation: number
}

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

/** Which of a model's linear layers this is. */
function layerName({ hiddenSize, intermediateSize }: BertConfig, { inputs, outputs }: Linear): string {
  if (outputs === 3 * hiddenSize) return 'Q, K, V'
  if (outputs === intermediateSize) return 'intermediate'
  if (inputs === intermediateSize) return 'output'
  return outputs === hiddenSize ? "attention's output" : 'classifier'
}

/** Multiplications and additions of a layer in all of a pass. */
function operations({ config, tokens }: Account, layer: (typeof LAYERS)[number]): number {
  const { hiddenSize, intermediateSize, numLayers, labels } = config
  const weights = {
    'Q, K, V': 3 * hiddenSize * hiddenSize * numLayers,
    "attention's output": hiddenSize * hiddenSize * numLayers,
    intermediate: hiddenSize * intermediateSize * numLayers,
    output: hiddenSize * intermediateSize * numLayers,
    classifier: hiddenSize * labels.length,
  }
  return 2 * tokens * weights[layer]
}

/** The kernels, their linear layers timed by what they are for. */
function timeLayers(kernels: Kernels, config: BertConfig, clock: Clock): Kernels {
  return timedKernels(kernels, (call, [, layer], started) => {
    if (call === 'linear') add(clock, layerName(config, layer as Linear), started)
  })
}

/** Passes of one shape, by length. */
async function accounts(config: BertConfig, precision: Precision, variant: Variant): Promise<Account[]> {
  const clock: Clock = new Map()
  const kernels = await createKernels({ variant, precision, turbo }, (exports, memory) =>
    timeCommands(exports, memory, clock),
  )
  tune(kernels, precision)
  const bert = randomBert(kernels, config, precision, timeLayers(kernels, config, clock))
  const found: Account[] = []
  for (const tokens of LENGTHS) {
    const ids = [randomIds(tokens, config.vocabSize)]
    const pass = () => bert.forward(ids, {}, async () => {})
    const [logits] = (await pass()).logits
    check(logits!.every(Number.isFinite), `logits of ${precision}`)
    check(
      logits!.some((value) => value !== logits![0]),
      `logits of ${precision} are all the same`,
    )
    for (const end = performance.now() + 1000 * WARM_SECONDS; performance.now() < end; ) await pass()

    const totals: number[] = []
    const parts = new Map<string, number[]>()
    for (
      const end = performance.now() + 1000 * SECONDS;
      totals.length < LEAST_PASSES || performance.now() < end;
    ) {
      clock.clear()
      const started = performance.now()
      await pass()
      totals.push((performance.now() - started) / 1000)
      for (const [name, seconds] of clock) parts.set(name, [...(parts.get(name) ?? []), seconds])
    }
    const activation = config.numLayers * (await activationTime(config, tokens, precision, variant))
    const of = (name: string): number => (parts.has(name) ? median(parts.get(name)!) : 0)
    found.push({ config, tokens, total: median(totals), of, activation })
  }
  return found
}

/** What GELU adds to one intermediate layer. */
async function activationTime(
  { hiddenSize, intermediateSize }: BertConfig,
  tokens: number,
  precision: Precision,
  variant: Variant,
): Promise<number> {
  const kernels = await createKernels({ variant, precision, turbo })
  tune(kernels, precision)
  const { layer } = randomLinear(kernels, precision, hiddenSize, intermediateSize)
  const x = randomRows(kernels, tokens, hiddenSize, precision)
  const out = kernels.layout.matrix(tokens, intermediateSize)
  const [plain, activated] = await measure([
    { name: 'identity', run: () => kernels.linear(x, layer, out, 'identity') },
    { name: 'gelu', run: () => kernels.linear(x, layer, out, 'gelu') },
  ])
  return Math.max(0, activated!.median - plain!.median)
}

/** A row of the table: a figure and its share, for each length. */
function row(title: string, all: readonly Account[], of: (account: Account) => number): string[] {
  return [
    title,
    ...all.flatMap((account) => [milliseconds(of(account)), percent(of(account) / account.total)]),
  ]
}

function reportParts(title: string, all: readonly Account[]): void {
  const linear = ({ of }: Account): number => of('linear int8') + of('linear float32')
  const commands = TITLE_OF.filter((name) => all.some(({ of }) => of(name) > 0))
  const rest = ({ of, total }: Account): number =>
    Math.max(0, total - commands.reduce((sum, name) => sum + of(name), 0))
  report(
    title,
    ['part', ...all.flatMap(({ tokens }) => [`${tokens} tokens, ms`, 'share'])],
    [
      ...commands.map((name) => row(name, all, ({ of }) => of(name))),
      row('JavaScript', all, rest),
      row('**the whole pass**', all, ({ total }) => total),
      row('**outside linear layers**', all, (account) => account.total - linear(account)),
      row('GELU, within the linear layers (by difference)', all, ({ activation }) => activation),
      row(
        '**outside linear layers, GELU too**',
        all,
        (account) => account.total - linear(account) + account.activation,
      ),
    ],
  )
}

function reportLayers(all: readonly Account[], tile: string[]): void {
  const rate = (account: Account, layer: (typeof LAYERS)[number]): string =>
    digits(operations(account, layer) / account.of(layer) / 1e9)
  const cells = (layer: (typeof LAYERS)[number]): string[] =>
    all.flatMap((account) => [milliseconds(account.of(layer)), rate(account, layer)])
  report(
    'linear layers of these passes, with their activation function and what quantises their output',
    ['layer', ...all.flatMap(({ tokens }) => [`${tokens} tokens, ms`, 'GOP/s'])],
    [...LAYERS.map((layer) => [layer, ...cells(layer)]), ...(tile.length > 0 ? [tile] : [])],
  )
}

const TILE_INPUTS = 768
const TILE_TIMES = 100
/** assembly/tile-race.ts: rows and channels of a round. */
const TILE_OUTPUTS = 30 * 8

/** GOP/s of the bare tile of digits, its operands in the first-level cache; in the relaxed build only. */
async function bareTile(): Promise<number> {
  const module = await compileKernels({ variant: 'relaxed', shared: false, turbo })
  const { raceTile } = instantiateKernels(module, new WebAssembly.Memory({ initial: 2, maximum: 2 }))
  const run = (tile: number) => () => raceTile(tile, 1024, TILE_INPUTS, TILE_TIMES)
  const { digits: whole, short } = NUMBERS.RacedTile
  const times = await measure([
    { name: 'digits', run: run(whole) },
    { name: 'short', run: run(short) },
  ])
  const least = Math.min(...times.map((time) => time.median))
  return (2 * TILE_INPUTS * TILE_OUTPUTS * TILE_TIMES) / least / 1e9
}

const PRODUCTS = 10_000_000
/** Of a product of integers, which takes three on x64 and most of ARM, and of what follows it. */
const PRODUCT_CYCLES = 4

/** GHz: how fast a chain of integer products goes, each of which waits for the one before. (Without `^` V8 makes one of two.) */
function clockRate(): number {
  const rounds = Array.from({ length: quick ? 1 : 40 }, () => {
    const started = performance.now()
    let product = 1
    for (let i = 0; i < PRODUCTS; i++) product = Math.imul(product, 0x9e3779b1) ^ i
    check(Number.isInteger(product), 'a product')
    return (PRODUCTS * PRODUCT_CYCLES) / (performance.now() - started) / 1e6
  })
  return Math.max(...rounds)
}

console.log(`Clock, by a chain of integer products: ${clockRate().toFixed(2)} GHz\n`)
for (const { name, config } of SHAPES) {
  for (const precision of ['int8', 'float32'] as const) {
    const relaxed = precision === 'int8' ? hasRelaxedDot() : hasRelaxedSimd()
    const variant = relaxed ? 'relaxed' : 'simd'
    const all = await accounts(config, precision, variant)
    reportParts(`${precision} ${variant}${turbo ? ' turbo' : ''}, ${name}`, all)
    const tile =
      precision === 'int8' && relaxed
        ? [
            'a bare tile of 8 channels',
            ...(await Promise.all(all.map(async () => ['', digits(await bareTile())]))).flat(),
          ]
        : []
    reportLayers(all, tile)
  }
}
