/** Shows the progress of long work on stderr. */

/** A progress line on stderr; does nothing if stderr is not a terminal. */
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
/** Work that ends sooner shows no bar. */
const PATIENCE_MS = 400

const silent: Bar = { update(): void {}, end(): void {} }

/**
 * @param now a clock in milliseconds
 */
export function createBar(now: () => number = () => performance.now()): Bar {
  const { stderr } = process
  if (!stderr.isTTY) return silent
  let start = now()
  let updated = start
  let drawn = start + PATIENCE_MS - REDRAW_MS
  let shown = false
  let count = 0
  return {
    update(title: string, amount: Amount): void {
      const time = now()
      // When the count restarts, as for each file, so does the speed.
      if (amount.done < count) start = updated
      count = amount.done
      updated = time
      if (time - drawn < REDRAW_MS) return
      drawn = time
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
