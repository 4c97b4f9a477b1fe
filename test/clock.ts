/** Clocks under a test's control, so that what depends on time can be tested on a machine of any speed. */

/** A clock that is `step` milliseconds further each time that somebody looks at it; `onLook` is told how often that was. */
export class SteppingClock {
  looks = 0
  onLook: (looks: number) => void = () => {}
  readonly now: () => number

  constructor(step: number) {
    this.now = () => {
      this.onLook(++this.looks)
      return this.looks * step
    }
  }
}

/** Runs `body` with a clock in place of this thread's `performance.now`. */
export async function withClock<T>(now: () => number, body: () => Promise<T>): Promise<T> {
  const own = performance.now
  performance.now = now
  try {
    return await body()
  } finally {
    performance.now = own
  }
}
