/** `iobert bench --compare`: an earlier report, read and set beside a new one. */
import { readFile } from 'node:fs/promises'
import { UsageError } from './arguments.ts'
import { digits, type Machine, type Report } from './bench-report.ts'

export async function readReport(file: string): Promise<Report> {
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

export function compare(report: Report, earlier: Report): Report {
  const values = new Map(earlier.figures.map(({ name, unit, value }) => [`${name} ${unit}`, value]))
  const figures = report.figures.map((figure) => {
    const before = values.get(`${figure.name} ${figure.unit}`)
    return before === undefined ? figure : { ...figure, before }
  })
  return { ...report, figures }
}

export function describe({ model, machine, figures }: Report, earlier: Report | undefined): string {
  const heading = (title: string, { processor, cores, system, runtime, date }: Machine): string =>
    `${title.padEnd(9)}${processor}, ${cores} cores, ${system}, ${runtime}, ${date}\n`
  const widest = figures.reduce((width, { name }) => Math.max(width, name.length), 0)
  const lines = figures.map(({ name, value, unit, before }) => {
    const line = `${name.padEnd(widest)} ${digits(value).padStart(9)} ${unit.padEnd(7)}`
    if (before === undefined) return `${line.trimEnd()}\n`
    const rate = unit === 'GOP/s' || unit === 'texts/s'
    const ratio = rate ? value / before : before / value
    return `${line} ${digits(before).padStart(9)}  ${ratio.toFixed(2)}x\n`
  })
  return [
    `${'model'.padEnd(9)}${model}\n`,
    heading('machine', machine),
    ...(earlier === undefined ? [] : [heading('before', earlier.machine)]),
    '\n',
    ...lines,
  ].join('')
}
