/** Shows the progress of long work on stderr: as a line that is drawn again, or with `--progress` as lines of a log. */
import type { RowOf } from '../check/option-rows.ts'
import { visible } from '../markup/visible.ts'

export const progressRow: { readonly progress: RowOf<boolean> } = {
  progress: {
    type: 'boolean',
    help: `tell on stderr how far long work is also where it is no terminal: a line every 10 seconds, with the share that is
      done and the time left where sizes are known`,
  },
}

/** Whether `--progress` was given. */
let asked = false

/** Runs a command with `--progress`, or without. */
export async function withProgress<T>(isAsked: boolean, work: () => Promise<T>): Promise<T> {
  asked = isAsked
  try {
    return await work()
  } finally {
    asked = false
  }
}

/** Whether somebody watches: what was done is told at the end. */
export function isWatched(): boolean {
  return process.stderr.isTTY === true || asked
}

/** A progress line on stderr; does nothing where nobody watches. */
export interface Bar {
  update(title: string, amount: Amount): void
  /** Removes the line. */
  end(): void
}

export interface Amount {
  readonly done: number
  /** 0 if unknown. */
  readonly total: number
  /** The unit that is counted; 'bytes' are shown in MB. */
  readonly unit: string
  /** Number of texts read, if the count is of the bytes that contain them. */
  readonly texts?: number
}

const WIDTH = 24
const REDRAW_MS = 100
/** How often a line is written where it stays. */
const LOG_MS = 10_000
/** Work that ends sooner shows no bar. */
const PATIENCE_MS = 400

const silent: Bar = { update(): void {}, end(): void {} }

/**
 * @param now a clock in milliseconds
 */
export function createBar(now: () => number = () => performance.now()): Bar {
  const { stderr } = process
  if (!isWatched()) return silent
  const draws = stderr.isTTY === true
  const pause = draws ? REDRAW_MS : LOG_MS
  let start = now()
  let updated = start
  let drawn = draws ? start + PATIENCE_MS - REDRAW_MS : start
  let shown = false
  let count = 0
  return {
    update(title: string, amount: Amount): void {
      const time = now()
      // When the count restarts, as for each file, so does the speed.
      if (amount.done < count) start = updated
      count = amount.done
      updated = time
      if (time - drawn < pause) return
      drawn = time
      if (!draws) {
        stderr.write(`iobert: ${visible(progressLine(title, amount, (time - start) / 1000, 0))}\n`)
        return
      }
      shown = true
      const columns = (stderr.columns || 80) - 1
      const line = progressLine(title, amount, (time - start) / 1000, columns)
      stderr.write(`\r\x1b[K${line.slice(0, columns)}`)
    },
    end(): void {
      if (shown) stderr.write('\r\x1b[K')
      shown = false
    },
  }
}

/**
 * `Reading ████░░░░ 50 % 1200/2400 texts, 300 texts/s, 4 s left`; on a narrow terminal the bar is shorter.
 */
export function progressLine(
  title: string,
  { done, total, unit, texts }: Amount,
  seconds: number,
  columns: number = Number.POSITIVE_INFINITY,
): string {
  const time = Math.max(seconds, 1e-3)
  const number = (value: number): string =>
    unit === 'bytes' ? (value / 1e6).toFixed(total > 0 && total < 1e6 ? 3 : 1) : value.toFixed(0)
  const rate = (value: number): string => (value < 10 ? value.toFixed(1) : value.toFixed(0))
  const name = unit === 'bytes' ? 'MB' : unit
  const amount = total > 0 ? `${number(done)}/${number(total)}` : number(done)
  const counts =
    texts === undefined
      ? `${amount} ${name}, ${unit === 'bytes' ? number(done / time) : rate(done / time)} ${name}/s`
      : `${amount} ${name}, ${texts} texts, ${rate(texts / time)} texts/s`
  if (total <= 0) return `${title} ${counts}`
  const share = Math.min(1, done / total)
  const left = done > 0 ? `, ${duration((Math.max(0, total - done) * time) / done)} left` : ''
  const told = `${Math.floor(share * 100)} % ${counts}${left}`
  const width = Math.max(0, Math.min(WIDTH, columns - title.length - told.length - 2))
  if (width < 4) return `${title} ${told}`
  const filled = Math.round(share * width)
  return `${title} ${'█'.repeat(filled)}${'░'.repeat(width - filled)} ${told}`
}

function duration(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
