/** Times code by the benchmark package, and prints its results. */
import { cpus, release, type } from 'node:os'
import Benchmark, { type Deferred, type Options } from 'benchmark'

/** Everything runs once or twice, to see that it works; the figures then mean nothing. */
export const quick: boolean = process.env['IOBERT_BENCH_QUICK'] === '1'

export interface Case {
  readonly name: string
  /** Whether `run` gives a promise to wait for. */
  readonly promised?: boolean
  run(): unknown
}

/** Seconds of one run. */
export interface Timing {
  readonly median: number
  readonly min: number
}

export interface Effort {
  /** Seconds of each case in a round. */
  readonly seconds?: number
  /** How often the cases take turns: A B A B, so that a slow moment hits all alike. */
  readonly rounds?: number
  /** Samples of each case in a round, at least. */
  readonly samples?: number
}

/** Times the cases in turns; a sample lasts at least 5 ms and counts as one number. */
export async function measure(
  cases: readonly Case[],
  { seconds = 0.1, rounds = 5, samples = 3 }: Effort = {},
): Promise<Timing[]> {
  const options = quick
    ? { maxTime: 0.001, minTime: 0.0001, minSamples: 1 }
    : { maxTime: seconds, minTime: 0.005, minSamples: samples }
  const times: number[][] = cases.map(() => [])
  for (let round = 0; round < (quick ? 1 : rounds); round++) {
    const suite = await runSuite(cases, options)
    for (const [index, sample] of suite.entries()) times[index]!.push(...sample)
  }
  return times.map((sample) => ({ median: median(sample), min: Math.min(...sample) }))
}

/** One suite of the benchmark package, its cases one after another. */
async function runSuite(
  cases: readonly Case[],
  options: Omit<Options, 'fn'>,
): Promise<(readonly number[])[]> {
  const suite = new Benchmark.Suite()
  let failed: unknown
  const note = (error: unknown): void => {
    failed ??= error
  }
  for (const { name, run, promised = false } of cases) {
    const waited = (deferred: Deferred): void => {
      Promise.resolve(run())
        .catch(note)
        .finally(() => deferred.resolve())
    }
    suite.add(name, { ...options, delay: 0.001, defer: promised, fn: promised ? waited : () => void run() })
  }
  await new Promise<void>((resolve) => suite.on('complete', resolve).run({ async: true }))
  const done = Array.from({ length: suite.length }, (_, index) => suite[index]!)
  failed ??= done.find(({ error }) => error !== undefined)?.error
  if (failed !== undefined) throw failed
  return done.map(({ stats }) => stats.sample)
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** A table in the form that `npm run format` gives it, so that it can be pasted as it is. */
export function markdown(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = headings.map((heading, column) =>
    rows.reduce((width, row) => Math.max(width, row[column]!.length), Math.max(3, heading.length)),
  )
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`
  const rule = widths.map((width) => '-'.repeat(width))
  return `${[headings, rule, ...rows].map(line).join('\n')}\n`
}

/** Prints a table under its heading. */
export function report(
  title: string,
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): void {
  console.log(`### ${title}\n\n${markdown(headings, rows)}`)
}

/** Seconds as milliseconds with three digits. */
export function milliseconds(seconds: number): string {
  return digits(1000 * seconds)
}

/** Three digits that count, without an exponent. */
export function digits(value: number): string {
  if (value === 0 || value >= 100) return value.toFixed(0)
  return value.toFixed(2 - Math.floor(Math.log10(Math.abs(value))))
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}

/** Processor, system, runtime and day, a line each. */
export function machine(): string {
  const processors = cpus()
  const { node, v8 } = process.versions
  return [
    `${processors[0]?.model.trim() ?? process.arch}, ${processors.length} cores, ${type()} ${release()}`,
    `Node ${node}, V8 ${v8}`,
    new Date().toISOString().slice(0, 10),
    ...(quick ? ['**A quick run: the figures mean nothing**'] : []),
  ].join('  \n')
}

/** Stops the suite where something was computed wrong: a fast wrong result is none. */
export function check(fact: boolean, what: string): void {
  if (!fact) throw new Error(`The outputs are not right, so nothing is timed: ${what}`)
}
