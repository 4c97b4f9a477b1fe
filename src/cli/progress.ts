/** A line on stderr that tells how far long work is; nothing where stderr is no terminal. */
export interface Bar {
  /** @param unit what `done` and `total` count; 'bytes' are shown in MB */
  update(title: string, done: number, total: number, unit: string): void
  /** Takes the line away. */
  end(): void
}

const WIDTH = 24
const REDRAW_MS = 100
/** Work that is done sooner shows no bar. */
const PATIENCE_MS = 400

const silent: Bar = { update(): void {}, end(): void {} }

export function createBar(): Bar {
  const { stderr } = process
  if (!stderr.isTTY) return silent
  let start = performance.now()
  let drawn = start + PATIENCE_MS - REDRAW_MS
  let shown = false
  let last = ''
  return {
    update(title: string, done: number, total: number, unit: string): void {
      const now = performance.now()
      // Each file has a speed of its own.
      if (title !== last) start = now
      last = title
      if (now - drawn < REDRAW_MS) return
      drawn = now
      shown = true
      const line = progressLine(title, { done, total, unit, seconds: (now - start) / 1000 })
      stderr.write(`\r\x1b[K${line.slice(0, Math.max(20, stderr.columns - 1))}`)
    },
    end(): void {
      if (shown) stderr.write('\r\x1b[K')
      shown = false
    },
  }
}

interface Progress {
  readonly done: number
  /** 0 where it is not known. */
  readonly total: number
  readonly unit: string
  readonly seconds: number
}

/** `Reading ████░░░░ 50 % 1200/2400 texts, 300 texts/s, 4 s left` */
export function progressLine(title: string, { done, total, unit, seconds }: Progress): string {
  const amount = (value: number): string => (unit === 'bytes' ? (value / 1e6).toFixed(1) : value.toFixed(0))
  const name = unit === 'bytes' ? 'MB' : unit
  const speed = done / Math.max(seconds, 1e-3)
  if (total <= 0) return `${title} ${amount(done)} ${name}, ${amount(speed)} ${name}/s`
  const share = Math.min(1, done / total)
  const filled = Math.round(share * WIDTH)
  const bar = '█'.repeat(filled) + '░'.repeat(WIDTH - filled)
  const left = speed > 0 ? `, ${duration((total - done) / speed)} left` : ''
  const counts = `${amount(done)}/${amount(total)} ${name}, ${amount(speed)} ${name}/s${left}`
  return `${title} ${bar} ${Math.floor(share * 100)} % ${counts}`
}

function duration(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
