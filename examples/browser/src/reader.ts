import type { Entity, Recognizer } from 'iobert'

/** What finds names in texts: a recognizer, or a model that is told what to look for. */
export interface TextReader extends Pick<Recognizer, 'model' | 'dispose'> {
  /** The labels that it was trained for, if any. */
  readonly labels?: readonly string[]
  stream(
    texts: readonly string[],
    options: {
      readonly split: false
      readonly batchTokens: number
      readonly signal: AbortSignal
      readonly onProgress: (progress: { done: number; total: number }) => void
    },
  ): AsyncGenerator<{ readonly entities: readonly Entity[] }, void, undefined>
}

/** How far one reading is. */
export interface Pace {
  readonly pieces: number
  readonly milliseconds: number
  /** Texts that are still to be read. */
  readonly left: number
  /** How much of the texts was read, 0 to 1. */
  readonly share: number
}

/** Below it a name in letters of another script is a guess: a model of English calls an Arabic sentence ORG, at 49 %. */
const SURE = 0.6
const LATIN = /\p{Script=Latin}/u

/** Whether the model that comes with this page, of English, says more than it knows. */
export function isGuess({ text, score }: Entity): boolean {
  return score < SURE && !LATIN.test(text)
}

/** Pieces that are computed together: enough to keep the cores busy, few enough to show progress. */
const BATCH_TOKENS = 384

/**
 * Reads texts in their order and tells what is found as it is found, and how far it is. Stops between two layers when
 * `signal` says so.
 *
 * @throws the signal's reason
 */
export async function readTexts(
  recognizer: TextReader,
  texts: readonly string[],
  signal: AbortSignal,
  onFound: (text: string, entities: readonly Entity[]) => void,
  onPace: (pace: Pace) => void,
): Promise<void> {
  const started = performance.now()
  let index = 0
  let pieces = 0
  const tell = (share: number): void =>
    onPace({ pieces, milliseconds: performance.now() - started, left: texts.length - index, share })
  const onProgress = ({ done, total }: { done: number; total: number }): void => {
    if (signal.aborted) return
    pieces = done
    // How many pieces the texts have that were not taken in yet is not known: of several, their number tells.
    tell(texts.length === 1 ? done / total : index / texts.length)
  }
  const options = { split: false, signal, batchTokens: BATCH_TOKENS, onProgress } as const
  for await (const { entities } of recognizer.stream(texts, options)) {
    signal.throwIfAborted()
    onFound(texts[index++]!, entities)
    tell(index / texts.length)
  }
}
