// Texts of concurrent requests, computed together. While one batch computes the next gathers, so that a lone request
// never waits and many fill their batch; nobody waits on a timer.

/** Why a request is not served, with the HTTP status that says so. */
export class Refusal extends Error {
  constructor(status, message) {
    super(message)
    this.status = status
  }
}

export class Batcher {
  #recognizer
  #limits
  #queue = []
  #computing = 0

  /** @param limits `queue`: texts that may wait; `batchChars`: characters that are computed together */
  constructor(recognizer, limits) {
    this.#recognizer = recognizer
    this.#limits = limits
  }

  get waiting() {
    return this.#queue.length
  }

  get computing() {
    return this.#computing
  }

  /**
   * @param signal ends the wait: texts leave the queue, and results of those that are computing already are dropped
   * @returns one recognition a text
   * @throws {Refusal} 429 where the queue has no room for all of them
   */
  async recognize(texts, signal) {
    signal.throwIfAborted()
    if (this.#queue.length + texts.length > this.#limits.queue) {
      throw new Refusal(429, `${this.#queue.length} texts wait already; try again later`)
    }
    const jobs = new Set()
    const results = texts.map((text) => new Promise((resolve, reject) => jobs.add({ text, resolve, reject })))
    const leave = () => {
      this.#queue = this.#queue.filter((job) => !jobs.has(job))
      for (const { reject } of jobs) reject(signal.reason)
    }
    signal.addEventListener('abort', leave)
    this.#queue.push(...jobs)
    if (this.#computing === 0) void this.#run()
    return Promise.all(results).finally(() => signal.removeEventListener('abort', leave))
  }

  async #run() {
    while (this.#queue.length > 0) {
      const batch = this.#take()
      this.#computing = batch.length
      try {
        const results = await this.#recognizer.recognize(batch.map(({ text }) => text))
        for (const [i, { resolve }] of batch.entries()) resolve(results[i])
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
      this.#computing = 0
    }
  }

  #take() {
    let chars = 0
    const next = this.#queue.findIndex(({ text }, i) => {
      chars += text.length
      return i > 0 && chars > this.#limits.batchChars
    })
    return this.#queue.splice(0, next < 0 ? this.#queue.length : next)
  }
}
