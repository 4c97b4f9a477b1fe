import type { Entity, Recognizer } from 'iobert'

/** How far one reading is. */
export interface Pace {
  readonly tokens: number
  readonly milliseconds: number
  readonly partsLeft: number
}

/** Pieces that are computed together: enough to keep the cores busy, few enough to show progress. */
const BATCH_TOKENS = 384

/**
 * Reads parts in their order and tells what is found as it is found. Stops between two layers when `signal` says so.
 *
 * @throws the signal's reason
 */
export async function readParts(
  recognizer: Recognizer,
  parts: readonly string[],
  signal: AbortSignal,
  onFound: (part: string, entities: readonly Entity[], pace: Pace) => void,
): Promise<void> {
  const started = performance.now()
  const lengths = parts.map(() => 0)
  const given = function* (): Generator<string> {
    for (const [index, part] of parts.entries()) {
      lengths[index] = recognizer.tokenizer.encode(part).ids.length
      yield part
    }
  }
  let tokens = 0
  let index = 0
  for await (const { entities } of recognizer.stream(given(), { signal, batchTokens: BATCH_TOKENS })) {
    signal.throwIfAborted()
    tokens += lengths[index]!
    const milliseconds = performance.now() - started
    onFound(parts[index]!, entities, { tokens, milliseconds, partsLeft: parts.length - index - 1 })
    index++
  }
}
