/** A line on stderr that tells how far long work is; nothing where stderr is no terminal. */
export interface Bar {
  update(done: number, total: number): void
  /** Takes the line away. */
  end(): void
}

const WIDTH = 24
const REDRAW_MS = 100
/** Work that is done sooner shows no bar. */
const PATIENCE_MS = 400

const silent: Bar = { update(): void {}, end(): void {} }

export function createBar(title: string): Bar {
  if (!process.stderr.isTTY) return silent
  const start = performance.now()
  let drawn = start + PATIENCE_MS - REDRAW_MS
  let shown = false
  return {
    update(done: number, total: number): void {
      const now = performance.now()
      if (now - drawn < REDRAW_MS) return
      drawn = now
      shown = true
      const share = total > 0 ? Math.min(1, done / total) : 0
      const filled = Math.round(share * WIDTH)
      const bar = '█'.repeat(filled) + '░'.repeat(WIDTH - filled)
      process.stderr.write(`\r\x1b[K${title} ${bar} ${Math.floor(share * 100)} %`)
    },
    end(): void {
      if (shown) process.stderr.write('\r\x1b[K')
      shown = false
    },
  }
}
