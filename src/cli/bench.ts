/** `iobert bench`: measures a model on this machine. */
import { readFile } from 'node:fs/promises'
import { availableParallelism, cpus, release, type } from 'node:os'
import type { Precision } from '../kernels/kernels.ts'
import { planKernels } from '../kernels/plan.ts'
import type { ModelName } from '../load-options.ts'
import type { BertConfig } from '../model/bert-config.ts'
import { loadModel } from '../node.ts'
import { type ParsedArguments, switches, UsageError, valued } from './arguments.ts'
import { kernelRate } from './bench-kernel.ts'
import { kindOf, modelFigures } from './bench-model.ts'
import { compare, describe, type Engine, type Figure, type Report, shareRows } from './bench-report.ts'
import type { Command, CommandContext } from './command.ts'
import { withLoadingBar } from './model-options.ts'
import { complain, write } from './output.ts'
import { createBar } from './progress.ts'

const help = `Usage: iobert bench [OPTIONS] [MODEL]

Measures a model on this machine: loading, memory, the speed of its linear layers (GOP/s, on one thread), and the time of
texts of 8 to 512 pieces, at each precision, with one thread and with all that \`--threads auto\` takes. Medians. Close
what else runs; it takes about a minute. What is measured is told on stderr.

  MODEL             a folder, a Hub id, or a URL that ends in /; default: the model that ships

Options
      --json        a report as JSON, for --compare
      --compare F   an earlier report: also each figure's ratio to it, above 1 where this run is better
      --share       rows for bench/RESULTS.md, as Markdown; CONTRIBUTING.md says how to send them
      --turbo       256-bit vectors, in Node 24 and newer on x64
      --seconds N   time for each figure; default 0.5
      --offline     no network: only what is in the Hub's cache
  -h, --help        this page

Example
  iobert bench --json > before.json
  iobert bench --compare before.json
`

const LENGTHS = [8, 16, 32, 128, 512]
const KERNEL_ROWS = [8, 128]
const PRECISIONS = ['int8', 'float32'] as const
/** That take time: of each precision the kernels, and with one thread and with several loading and two of each length. */
const FIGURES = PRECISIONS.length * (KERNEL_ROWS.length + 2 * (1 + 2 * LENGTHS.length))

interface Wanted {
  readonly model: ModelName | undefined
  readonly turbo: boolean
  readonly offline: { readonly offline?: boolean }
  readonly seconds: number
}

async function run(args: ParsedArguments, { readVersion }: CommandContext): Promise<number> {
  const { positionals } = args
  if (positionals.length > 1) throw new UsageError(`bench takes one MODEL, found ${positionals.length}`)
  const wanted = {
    model: positionals[0],
    turbo: args.has('turbo'),
    offline: args.has('offline') ? { offline: true } : {},
    seconds: readSeconds(args.value('seconds')),
  }
  const file = args.value('compare')
  if (args.has('share') && (args.has('json') || file !== undefined)) {
    throw new UsageError('--share prints rows of Markdown: leave out --json and --compare')
  }
  const earlier = file === undefined ? undefined : await readReport(file)
  const version = await readVersion()
  const report = await withSteps(FIGURES, (steps) => measure(wanted, version, steps))
  const compared = earlier === undefined ? report : compare(report, earlier)
  if (args.has('share')) await write(shareRows(report))
  else if (args.has('json')) await write(`${JSON.stringify(compared, undefined, 2)}\n`, 'json')
  else await write(describe(compared, earlier))
  return 0
}

function readSeconds(value: string | undefined): number {
  const seconds = Number(value ?? 0.5)
  if (seconds > 0 && seconds <= 60) return seconds
  throw new UsageError(`--seconds is '${value}', expected a number above 0 and up to 60`)
}

async function readReport(file: string): Promise<Report> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`--compare cannot read ${file}: ${error.code ?? error.message}`)
  })
  try {
    const report = JSON.parse(text) as Partial<Report> | null
    const right = report?.figures?.every(({ name, value }) => typeof name === 'string' && value > 0)
    if (right && typeof report?.machine === 'object') return report as Report
  } catch {
    // Told below.
  }
  throw new UsageError(`${file} is not a report of iobert bench --json`)
}

async function measure(wanted: Wanted, version: string, steps: Steps): Promise<Report> {
  const { model, turbo, offline } = wanted
  // The first time may download.
  const first = await withLoadingBar((onProgress) =>
    loadModel(model, { ...offline, threads: 1, turbo, onProgress }),
  )
  const { config } = first
  const on = first.info.turbo
  first.dispose()
  if (turbo && !on) complain('there is no turbo here: it takes Node 24 or newer on x64')
  const figures: Figure[] = []
  const kernels: Partial<Record<Precision, string>> = {}
  for (const precision of PRECISIONS) {
    kernels[precision] = (await planKernels('auto', precision, turbo, false)).variant
    figures.push(...(await measureKernels(precision, config, wanted, steps)))
    const counts = new Set([1, Math.min(8, availableParallelism())])
    for (const threads of counts) figures.push(...(await measureModel(precision, threads, wanted, steps)))
  }
  figures.push({
    name: 'peak memory of the process',
    value: process.resourceUsage().maxRSS / 1000,
    unit: 'MB',
  })
  const machine = {
    processor: cpus()[0]?.model.trim() ?? process.arch,
    cores: cpus().length,
    system: `${type()} ${release()}`,
    runtime: runtimeOf(),
    date: new Date().toISOString(),
  }
  const engine: Engine = { version, kernels, turbo: on }
  return { model: String(model ?? 'the model that ships'), engine, machine, figures }
}

function runtimeOf(): string {
  const { bun, deno, node, v8 } = process.versions
  if (bun !== undefined) return `Bun ${bun}`
  return deno === undefined ? `Node ${node}, V8 ${v8}` : `Deno ${deno}, V8 ${v8}`
}

async function measureKernels(
  precision: Precision,
  { hiddenSize: inputs, intermediateSize: outputs }: BertConfig,
  { turbo, seconds }: Wanted,
  steps: Steps,
): Promise<Figure[]> {
  const { variant } = await planKernels('auto', precision, turbo, false)
  if (variant === 'reference') return []
  const figures: Figure[] = []
  steps.group(`${precision}, linear layers`)
  for (const rows of KERNEL_ROWS) {
    const name = `${precision}, linear layer ${inputs} to ${outputs}, ${rows} rows`
    steps.step(name, 0)
    const value = await kernelRate({ precision, variant, turbo, rows, inputs, outputs, seconds })
    figures.push({ name, value, unit: 'GOP/s' })
  }
  return figures
}

async function measureModel(
  precision: Precision,
  threads: number,
  { model, turbo, offline, seconds }: Wanted,
  steps: Steps,
): Promise<Figure[]> {
  const kind = `${precision}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`
  steps.group(kind)
  steps.step(`${kind}, loading`, 0)
  const started = performance.now()
  const loaded = await loadModel(model, { ...offline, precision, threads, turbo })
  const loading = performance.now() - started
  try {
    const under = kindOf(loaded)
    const onStep = (name: string, share: number): void => steps.step(name, share)
    return [
      { name: `${under}, loading`, value: loading, unit: 'ms' },
      ...(await modelFigures(loaded, LENGTHS, { seconds, onStep })),
      { name: `${under}, kernel memory`, value: loaded.info.memoryBytes / 1e6, unit: 'MB' },
    ]
  } finally {
    loaded.dispose()
  }
}

export const command: Command = {
  help,
  options: { ...switches('json', 'share', 'turbo', 'offline'), ...valued('compare', 'seconds') },
  run,
}

/** Told what is measured, so that nobody waits before nothing. */
interface Steps {
  /** Many figures of one kind follow. */
  group(name: string): void
  /** One of them, of which `share` (0 to 1) is done. */
  step(name: string, share: number): void
}

/** On stderr: a line that is drawn again and again, or where that is no terminal, as in a log, a line for each group. */
async function withSteps<T>(total: number, work: (steps: Steps) => Promise<T>): Promise<T> {
  const bar = createBar()
  let title = ''
  let done = -1
  try {
    return await work({
      group(name: string): void {
        if (!process.stderr.isTTY) complain(`measuring ${name}`)
      },
      step(name: string, share: number): void {
        if (name !== title) done++
        title = name
        bar.update(`Measuring ${name}:`, { done: done + share, total, unit: 'figures' })
      },
    })
  } finally {
    bar.end()
  }
}
