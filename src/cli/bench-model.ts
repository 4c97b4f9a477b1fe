/** Measures how long texts of several lengths take, for `iobert bench` and the demo page. */
import type { BertModel } from '../bert-model.ts'
import type { Figure } from './bench-report.ts'

/** Minimum number of pieces in a batch. */
const BATCH_PIECES = 1024

export interface Measuring {
  /** Time for each figure. */
  readonly seconds: number
  readonly signal?: AbortSignal
  /** Called with what is measured, and between runs with the share that is done, 0 to 1. */
  onStep(name: string, share: number): void
}

/** How the model runs, in the form with which names of figures begin. */
export function precisionOf({ info: { precision, threads } }: BertModel): string {
  return `${precision}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`
}

/**
 * For each length that the model takes: milliseconds for a single text, and texts per second in a batch.
 *
 * @param lengths  pieces of the texts
 * @throws the signal's reason
 */
export async function modelFigures(
  model: BertModel,
  lengths: readonly number[],
  { seconds, signal, onStep }: Measuring,
): Promise<Figure[]> {
  const { vocabSize, maxPositions } = model.config
  const figures: Figure[] = []
  for (const pieces of lengths.filter((length) => length <= maxPositions)) {
    const ids = Array.from({ length: pieces }, (_, i) => (7919 * i) % vocabSize)
    const time = (name: string, sequences: number[][]): Promise<number> =>
      medianTime(
        () => model.forward(sequences, signal === undefined ? {} : { signal }),
        seconds,
        (share) => onStep(name, share),
      )
    const alone = `${precisionOf(model)}, ${pieces} pieces`
    figures.push({ name: alone, value: await time(alone, [ids]), unit: 'ms' })
    const count = Math.max(1, Math.ceil(BATCH_PIECES / pieces))
    const batched = `${alone}, batched`
    const together = await time(
      batched,
      Array.from({ length: count }, () => ids),
    )
    figures.push({ name: batched, value: (1000 * count) / together, unit: 'texts/s' })
  }
  return figures
}

/** Milliseconds. @param onShare called between runs with the share that is done, 0 to 1 */
async function medianTime(
  run: () => Promise<unknown>,
  seconds: number,
  onShare: (share: number) => void,
): Promise<number> {
  onShare(0)
  await run()
  const times: number[] = []
  const end = performance.now() + 1000 * seconds
  do {
    onShare(Math.max(0, 1 - (end - performance.now()) / (1000 * seconds)))
    const started = performance.now()
    await run()
    times.push(performance.now() - started)
  } while (performance.now() < end)
  times.sort((a, b) => a - b)
  return times[times.length >> 1]!
}
