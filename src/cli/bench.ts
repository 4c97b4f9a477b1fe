/** `iobert bench`: measures a model on this machine. */
import { readFile } from 'node:fs/promises'
import { availableParallelism, cpus, release, type } from 'node:os'
import type { Precision } from '../kernels/kernels.ts'
import { planKernels } from '../kernels/plan.ts'
import type { ModelName } from '../load-options.ts'
import type { BertConfig } from '../model/bert-config.ts'
import { loadModel } from '../node.ts'
import { take, UsageError } from './arguments.ts'
import { kernelRate } from './bench-kernel.ts'
import { modelFigures, precisionOf } from './bench-model.ts'
import {
  compare,
  describeReport,
  type Figure,
  type MeasuredEngine,
  type Report,
  shareRows,
} from './bench-report.ts'
import { type Command, defineCommand } from './command.ts'
import { withLoadingBar } from './loading.ts'
import { loadingRows } from './options.ts'
import { complain, write } from './output.ts'
import { createBar } from './progress.ts'

const LENGTHS = [8, 16, 32, 128, 512]
const KERNEL_ROWS = [8, 128]
const PRECISIONS = ['int8', 'float32'] as const
/**
 * Number of figures that take time: the kernels for each precision, and, with one thread and with several,
 * loading and two for each length.
 */
const FIGURES = PRECISIONS.length * (KERNEL_ROWS.length + 2 * (1 + 2 * LENGTHS.length))

export const command: Command = defineCommand({
  usage: 'bench [OPTIONS] [MODEL]',
  about: [
    `Measures a model on this machine: loading, memory, the speed of its linear layers (GOP/s, on one thread), and
      the time of texts of 8 to 512 pieces, at each precision, with one thread and with all that \`--threads auto\`
      takes. Medians. Close what else runs; it takes about a minute. What is measured is told on stderr.`,
    '  MODEL   a folder, a Hub id, or a URL that ends in /; default: the model that ships',
  ],
  options: {
    Options: {
      json: { type: 'boolean', help: 'a report as JSON, for --compare' },
      compare: {
        type: 'string',
        value: 'F',
        help: "an earlier report: also each figure's ratio to it, above 1 where this run is better",
      },
      share: {
        type: 'boolean',
        help: 'rows for bench/RESULTS.md, as Markdown; CONTRIBUTING.md says how to send them',
      },
      seconds: {
        type: 'number',
        from: 0.001,
        to: 60,
        value: 'N',
        help: 'time for each figure',
        default: 0.5,
      },
      ...take(loadingRows, 'turbo', 'offline'),
    },
  },
  takes: ['[MODEL]'],
  after: `Example
  iobert bench --json > before.json
  iobert bench --compare before.json
`,
  async run({ options, positionals: [model] }, { readVersion }) {
    const { json, share, compare: file, turbo = false, seconds = 0.5 } = options
    if (share && (json || file !== undefined)) {
      throw new UsageError('--share prints rows of Markdown: leave out --json and --compare')
    }
    const earlier = file === undefined ? undefined : await readReport(file)
    const version = await readVersion()
    const offline = options.offline ? { offline: true } : {}
    const report = await withSteps(FIGURES, (steps) =>
      measure({ model, turbo, offline, seconds }, version, steps),
    )
    const compared = earlier === undefined ? report : compare(report, earlier)
    if (share) await write(shareRows(report))
    else if (json) await write(`${JSON.stringify(compared, undefined, 2)}\n`, 'json')
    else await write(describeReport(compared, earlier))
    return 0
  },
})

interface Wanted {
  readonly model: ModelName | undefined
  readonly turbo: boolean
  readonly offline: { readonly offline?: boolean }
  readonly seconds: number
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
    // Reported below.
  }
  throw new UsageError(`${file} is not a report of iobert bench --json`)
}

async function measure(wanted: Wanted, version: string, steps: Steps): Promise<Report> {
  const { model, turbo, offline } = wanted
  // The first load may download the model.
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
  const engine: MeasuredEngine = { version, kernels, turbo: on }
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
    const under = precisionOf(loaded)
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

/** Reports what is being measured, so that the wait is explained. */
interface Steps {
  /** Many figures of one kind follow. */
  group(name: string): void
  /** One figure, of which `share` (0 to 1) is done. */
  step(name: string, share: number): void
}

/** On stderr: a line that is redrawn, or, if stderr is not a terminal (a log), a line for each group. */
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
