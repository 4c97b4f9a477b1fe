// Computes the texts of concurrent requests together, in batches. While one batch is computed the next one
// fills, so that a lone request never waits and many fill their batch; nothing waits on a timer.
//
// A batch takes one text from each request in turn, so that a request of one text waits for about one batch,
// however many texts the others have. Texts longer than a batch are computed one at a time in parallel to the
// batches: the engine alternates between the two, so that a long text costs the others half of their speed,
// and no more.

/** Why a request is not served, with the HTTP status that says so. */
export class Refusal extends Error {
  constructor(status, message, retryAfter = 1) {
    super(message)
    this.status = status
    /** Seconds, where the status has one. */
    this.retryAfter = retryAfter
  }
}

export class Batcher {
  #recognizer
  #limits
  #short
  #long
  /** Whether the last text failed by itself. */
  #failing = false

  /** @param limits `queue`: requests that may wait; `wait`: milliseconds that they may have to; `batchPieces`: pieces that are computed together */
  constructor(recognizer, limits) {
    this.#recognizer = recognizer
    this.#limits = limits
    this.#short = new Lane(limits.batchPieces, (batch) => this.#compute(batch))
    this.#long = new Lane(0, (batch) => this.#compute(batch))
  }

  get waiting() {
    return this.#short.waiting + this.#long.waiting
  }

  get computing() {
    return this.#short.computing + this.#long.computing
  }

  /** @throws {Refusal} 429 where no more requests may wait, whatever is in them */
  checkRoom() {
    const waiting = this.#short.requests.length + this.#long.requests.length
    if (waiting >= this.#limits.queue) {
      throw new Refusal(429, `${waiting} requests wait already; try again later`)
    }
  }

  /**
   * @param texts { text, pieces } each
   * @param signal ends the wait, and the computing of what nobody else waits for
   * @returns one recognition a text
   * @throws {Refusal} 429 where there is no room, or where these texts' turn would come too late
   */
  async recognize(texts, signal) {
    signal.throwIfAborted()
    this.checkRoom()
    const jobs = []
    const results = texts.map(
      (text) => new Promise((resolve, reject) => jobs.push({ ...text, resolve, reject, left: false })),
    )
    const isLong = ({ pieces }) => pieces > this.#limits.batchPieces
    const parts = [
      [this.#short, jobs.filter((job) => !isLong(job))],
      [this.#long, jobs.filter(isLong)],
    ].filter(([, own]) => own.length > 0)
    const wait = Math.max(0, ...parts.map(([lane, own]) => lane.expectedWait(own)))
    if (wait > this.#limits.wait) {
      const seconds = Math.ceil(wait / 1000)
      throw new Refusal(
        429,
        `The turn of these texts would come in about ${seconds} s; try again later`,
        seconds,
      )
    }
    const leave = () => {
      for (const job of jobs) {
        job.left = true
        job.reject(signal.reason)
      }
      for (const [lane] of parts) lane.forget()
    }
    signal.addEventListener('abort', leave)
    for (const [lane, own] of parts) lane.add(own)
    try {
      return await Promise.all(results)
    } finally {
      signal.removeEventListener('abort', leave)
    }
  }

  /** Whether the engine answers; it is asked only where it has failed. */
  async works() {
    if (this.#failing)
      await this.#recognizer.recognizeAll(['works?']).then(() => (this.#failing = false), console.error)
    return !this.#failing
  }

  async #compute({ jobs, signal }) {
    try {
      const results = await this.#recognizer.recognizeAll(
        jobs.map(({ text }) => text),
        { signal },
      )
      for (const [i, { resolve }] of jobs.entries()) resolve(results[i])
      this.#failing = false
    } catch (error) {
      if (signal.aborted) return
      if (jobs.length === 1) {
        this.#failing = true
        jobs[0].reject(error)
      }
      // One of them may be why; the others are not to suffer for it.
      else for (const job of jobs) await this.#compute({ jobs: [job], signal })
    }
  }
}

/** Requests that take turns, a batch after another. */
class Lane {
  /** Each a list of jobs that wait; the first one's turn is next. */
  requests = []
  #most
  #compute
  #batch = { jobs: [], pieces: 0, abort: new AbortController() }
  #running = false
  /** Milliseconds a piece, of late. */
  #pace = 0

  /** @param most pieces in a batch; one text may have more */
  constructor(most, compute) {
    this.#most = most
    this.#compute = compute
  }

  get waiting() {
    return this.requests.reduce((sum, jobs) => sum + jobs.length, 0)
  }

  get computing() {
    return this.#batch.jobs.length
  }

  /** Milliseconds until the last of these would be read, if they came now: of the others' pieces as many go before as they have. */
  expectedWait(jobs) {
    const own = piecesOf(jobs)
    const others = this.requests.reduce((sum, other) => sum + Math.min(own, piecesOf(other)), 0)
    return (this.#batch.pieces + others + own) * this.#pace
  }

  add(jobs) {
    this.requests.push([...jobs])
    if (!this.#running) void this.#run()
  }

  /** Drops jobs whose client has left; a batch that nobody waits for any more is stopped. */
  forget() {
    this.requests = this.requests
      .map((jobs) => jobs.filter(({ left }) => !left))
      .filter(({ length }) => length > 0)
    if (this.#batch.jobs.every(({ left }) => left)) this.#batch.abort.abort()
  }

  async #run() {
    this.#running = true
    while (this.requests.length > 0) {
      const jobs = this.#take()
      const abort = new AbortController()
      this.#batch = { jobs, pieces: piecesOf(jobs), abort }
      const started = performance.now()
      await this.#compute({ jobs, signal: abort.signal })
      if (!abort.signal.aborted) {
        const pace = (performance.now() - started) / this.#batch.pieces
        this.#pace = this.#pace === 0 ? pace : 0.8 * this.#pace + 0.2 * pace
      }
      this.#batch = { jobs: [], pieces: 0, abort }
    }
    this.#running = false
  }

  /** The next batch: a text of each request in turn, while there is room. */
  #take() {
    const batch = []
    let pieces = 0
    while (this.requests.length > 0) {
      const [jobs] = this.requests
      pieces += jobs[0].pieces
      if (batch.length > 0 && pieces > this.#most) break
      batch.push(jobs.shift())
      this.requests.shift()
      if (jobs.length > 0) this.requests.push(jobs)
    }
    return batch
  }
}

const piecesOf = (jobs) => jobs.reduce((sum, { pieces }) => sum + pieces, 0)
