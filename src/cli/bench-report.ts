/**
 * The results of `iobert bench` and the demo page: figures, what they were measured on, and the rows of a
 * table for bench/RESULTS.md. A page imports this file, so it must not import Node's modules.
 */
import type { Precision } from '../kernels/kernels.ts'

/** One measured number; figures of equal names are compared. */
export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: 'GOP/s' | 'ms' | 'texts/s' | 'MB'
  /** The value of the other run; only with --compare. */
  readonly before?: number
}

export interface Machine {
  readonly processor: string
  readonly cores: number
  readonly system: string
  readonly runtime: string
  readonly date: string
}

/** What the figures were measured with. */
export interface MeasuredEngine {
  readonly version: string
  /** The build of the kernels for each precision: 'simd' or 'relaxed'. */
  readonly kernels: Readonly<Partial<Record<Precision, string>>>
  readonly turbo: boolean
}

export interface Report {
  readonly model: string
  /** Missing in reports before 0.2. */
  readonly engine?: MeasuredEngine
  readonly machine: Machine
  readonly figures: readonly Figure[]
}

/** The figures, each with its value in an earlier report. */
export function compare(report: Report, earlier: Report): Report {
  const values = new Map(earlier.figures.map(({ name, unit, value }) => [`${name} ${unit}`, value]))
  const figures = report.figures.map((figure) => {
    const before = values.get(`${figure.name} ${figure.unit}`)
    return before === undefined ? figure : { ...figure, before }
  })
  return { ...report, figures }
}

/** The report for people. */
export function describeReport({ model, machine, figures }: Report, earlier: Report | undefined): string {
  const heading = (title: string, { processor, cores, system, runtime, date }: Machine): string =>
    `${title.padEnd(9)}${processor}, ${cores} cores, ${system}, ${runtime}, ${date}\n`
  const widest = figures.reduce((width, { name }) => Math.max(width, name.length), 0)
  const lines = figures.map(({ name, value, unit, before }) => {
    const line = `${name.padEnd(widest)} ${threeDigits(value).padStart(9)} ${unit.padEnd(7)}`
    if (before === undefined) return `${line.trimEnd()}\n`
    const rate = unit === 'GOP/s' || unit === 'texts/s'
    const ratio = rate ? value / before : before / value
    return `${line} ${threeDigits(before).padStart(9)}  ${ratio.toFixed(2)}x\n`
  })
  return [
    `${'model'.padEnd(9)}${model}\n`,
    heading('machine', machine),
    ...(earlier === undefined ? [] : [heading('before', earlier.machine)]),
    '\n',
    ...lines,
  ].join('')
}

/** Three significant digits. */
export function threeDigits(value: number): string {
  if (!(value > 0) || value >= 100) return value.toFixed(0)
  return value.toFixed(2 - Math.floor(Math.log10(value)))
}

/** Pieces in the texts of the `texts/s` figures. */
const BATCHED = 32
/** Pieces in the texts that are measured alone. */
const ALONE = [16, 128, 512] as const

/** The columns of 'On other machines' in bench/RESULTS.md; single texts use one thread. */
export const SHARE_HEADER: string = tableRow([
  ...['machine', 'engine', 'iobert', 'model', 'kernels', 'GOP/s'],
  ...ALONE.map((pieces) => `${pieces} pieces, ms`),
  ...['texts/s', 'texts/s, all threads', 'day'],
])

const PRECISIONS: readonly Precision[] = ['int8', 'float32']

/** The header and a row for each measured precision. A length beyond the model's maximum is a dash. */
export function shareRows(report: Report): string {
  const columns = SHARE_HEADER.split(' | ').length
  const ruler = `|${' --- |'.repeat(columns)}`
  const measured = PRECISIONS.filter((one) => report.figures.some(({ name }) => name.startsWith(`${one}, `)))
  return `${[SHARE_HEADER, ruler, ...measured.map((one) => shareRow(report, one))].join('\n')}\n`
}

function shareRow({ model, machine, engine, figures }: Report, precision: Precision): string {
  const of = (wanted: (figure: Figure) => boolean): string => {
    const figure = figures.find((each) => each.name.startsWith(`${precision}, `) && wanted(each))
    return figure === undefined ? '–' : threeDigits(figure.value)
  }
  const rates = figures
    .map(({ name }) => new RegExp(`^${precision}, (\\d+) threads?, ${BATCHED} pieces, batched$`).exec(name))
    .filter((match) => match !== null)
  const threads = Math.max(...rates.map((match) => Number(match[1])), 1)
  const rate = (count: number): string =>
    of(({ name }) => new RegExp(`, ${count} threads?, ${BATCHED} pieces, batched$`).test(name))
  const kernels = engine?.kernels[precision] ?? '–'
  return tableRow([
    `${machine.processor}, ${machine.cores} cores, ${machine.system}`,
    machine.runtime,
    engine?.version ?? '–',
    `${model}, ${precision}`,
    engine?.turbo ? `${kernels}, turbo` : kernels,
    of(({ name, unit }) => unit === 'GOP/s' && name.endsWith(' 128 rows')),
    ...ALONE.map((pieces) => of(({ name }) => name.endsWith(`, 1 thread, ${pieces} pieces`))),
    rate(1),
    threads === 1 ? '–' : `${rate(threads)} (${threads})`,
    machine.date.slice(0, 10),
  ])
}

/** Escapes cells, so that names of processors and models cannot end a cell or a line, or begin markup. */
function tableRow(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replace(/\s+/gu, ' ').replace(/[\\|<`*[\]]/gu, '\\$&')).join(' | ')} |`
}
