/** Puts names back into an answer that comes piece by piece, as language models give it. */
import { type Checks, callback, checkOptions, text } from '../check/options.ts'
import type { RestoreReport, Restorer } from './restore.ts'

/** What else a stream of an answer does. */
export interface RestoreStreamOptions {
  /** Is told at the end what became of the placeholders. */
  onReport?: (report: RestoreReport) => void
}

const checks: Checks<RestoreStreamOptions> = { onReport: callback }

/** Strings in, strings out; a chunk may end within a placeholder. */
export function streamOf(
  restorer: Restorer,
  options: RestoreStreamOptions = {},
): TransformStream<string, string> {
  const { onReport } = checkOptions(options, checks)
  const pass = (restored: string, controller: TransformStreamDefaultController<string>): void => {
    if (restored !== '') controller.enqueue(restored)
  }
  return new TransformStream<string, string>({
    transform(chunk, controller) {
      text(chunk, 'a chunk of restoreStream()')
      pass(restorer.push(chunk), controller)
    },
    flush(controller) {
      pass(restorer.end(), controller)
      onReport?.(restorer.report())
    },
  })
}
