/**
 * How a call returns its answers: all of them, or one by one as they come. What computes them, `run`, passes each to `give` and
 * waits for the promise that `give` returns. `run` ends when `stop` is aborted, which is always done when the call is over.
 */

export type Give<Answer> = (answer: Answer) => void | Promise<void>
export type Run<Answer> = (give: Give<Answer>, stop: AbortController) => Promise<void>

/** Why a call is stopped that has ended; nobody waits any more, so nobody is told. */
const OVER = 'the call is over'

/** All answers, in order. */
export async function collectAnswers<Answer>(run: Run<Answer>): Promise<Answer[]> {
  const answers: Answer[] = []
  const stop = new AbortController()
  try {
    await run((answer) => void answers.push(answer), stop)
  } finally {
    stop.abort(OVER)
  }
  return answers
}

/** The answers one by one, in order. `run` goes on when an answer was taken; its error comes after the answers before it. */
export async function* streamAnswers<Answer>(run: Run<Answer>): AsyncGenerator<Answer, void, undefined> {
  const stop = new AbortController()
  const state: { offered?: { answer: Answer; taken: () => void } | undefined; over?: true } = {}
  let wake = (): void => {}
  const give = (answer: Answer): Promise<void> =>
    new Promise((taken) => {
      state.offered = { answer, taken }
      wake()
    })
  const running = run(give, stop).finally(() => {
    state.over = true
    wake()
  })
  running.catch(() => {})
  const take = (): Answer => {
    const { answer, taken } = state.offered!
    state.offered = undefined
    taken()
    return answer
  }
  try {
    for (;;) {
      while (!state.offered && !state.over) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      if (!state.offered) return await running
      const answer = take()
      // Of an ended call nothing is given out that is computed already.
      if (stop.signal.aborted) return await running
      yield answer
    }
  } finally {
    stop.abort(OVER)
    if (state.offered) take()
  }
}

/**
 * Ends a call when its caller's signal aborts, or at its other end.
 *
 * @param onEnd registers what is called when nothing can be computed any more; gives what takes it off
 * @throws the signal's reason, where it has aborted
 */
export function stopWith(
  stop: AbortController,
  signal: AbortSignal | undefined,
  onEnd?: (end: (reason: unknown) => void) => () => void,
): void {
  signal?.throwIfAborted()
  signal?.addEventListener('abort', () => stop.abort(signal.reason), { signal: stop.signal })
  const off = onEnd?.((reason) => stop.abort(reason))
  if (stop.signal.aborted) off?.()
  else if (off) stop.signal.addEventListener('abort', off)
}
