/**
 * How a call returns its answers: all of them, or one by one as they come. `run` computes them; it passes
 * each to `give` and waits for the promise that `give` returns. `run` ends when `stop` is aborted, which
 * happens at the end of every call.
 */

export type Give<Answer> = (answer: Answer) => void | Promise<void>
export type Run<Answer> = (give: Give<Answer>, stop: AbortController) => Promise<void>

/** The reason for stopping a call that has ended; nobody sees it. */
const OVER = 'the call is over'

/** Collects all answers, in order. */
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

/**
 * Yields the answers one by one, in order. `run` continues once an answer is taken; an error of it comes
 * after the answers before it.
 */
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
      // A call that has ended yields no more answers, even if they are computed.
      if (stop.signal.aborted) return await running
      yield answer
    }
  } finally {
    stop.abort(OVER)
    if (state.offered) take()
  }
}

/**
 * Ends a call when its caller's signal aborts, or when the engine ends.
 *
 * @param onEnd registers a listener for the end of the engine; returns a function that removes it
 * @throws the signal's reason if it has aborted
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
