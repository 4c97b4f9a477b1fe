/** `iobert bench --share`: what was measured, as rows of a table of bench/RESULTS.md. */
import type { Precision } from '../kernels/kernels.ts'
import { digits, type Figure, type Report } from './bench-figures.ts'

/** Pieces in the texts that `texts/s` counts. */
const BATCHED = 32
/** Pieces in the texts that are read alone. */
const ALONE = [16, 128, 512] as const

/** The columns of 'On other machines' in bench/RESULTS.md; texts alone take one thread. */
export const SHARE_HEADER: string = tableRow([
  ...['machine', 'engine', 'iobert', 'model', 'kernels', 'GOP/s'],
  ...ALONE.map((pieces) => `${pieces} pieces, ms`),
  ...['texts/s', 'texts/s, all threads', 'day'],
])

const PRECISIONS: readonly Precision[] = ['int8', 'float32']

/** A row a precision that was measured, the header before them. What a model is too short for is a dash. */
export function shareRows(report: Report): string {
  const columns = SHARE_HEADER.split(' | ').length
  const ruler = `|${' --- |'.repeat(columns)}`
  const measured = PRECISIONS.filter((one) => report.figures.some(({ name }) => name.startsWith(`${one}, `)))
  return `${[SHARE_HEADER, ruler, ...measured.map((one) => shareRow(report, one))].join('\n')}\n`
}

function shareRow({ model, machine, engine, figures }: Report, precision: Precision): string {
  const of = (wanted: (figure: Figure) => boolean): string => {
    const figure = figures.find((each) => each.name.startsWith(`${precision}, `) && wanted(each))
    return figure === undefined ? '–' : digits(figure.value)
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

/** No cell can end its cell, its line, or begin markup: names of processors and models are what they are. */
function tableRow(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replace(/\s+/gu, ' ').replace(/[\\|<`*[\]]/gu, '\\$&')).join(' | ')} |`
}
