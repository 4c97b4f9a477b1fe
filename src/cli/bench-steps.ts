import { complain } from './output.ts'
import { createBar } from './progress.ts'

/** Told what is measured, so that nobody waits before nothing. */
export interface Steps {
  /** Many figures of one kind follow. */
  group(name: string): void
  /** One of them, of which `share` (0 to 1) is done. */
  step(name: string, share: number): void
}

/** On stderr: a line that is drawn again and again, or where that is no terminal, as in a log, a line for each group. */
export async function withSteps<T>(total: number, work: (steps: Steps) => Promise<T>): Promise<T> {
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
