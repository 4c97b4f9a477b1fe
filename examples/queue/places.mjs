// Where rows wait and where their entities go.
import { Redis } from 'ioredis'

export const QUEUE = 'iobert'

/** A hash: a row's id to its answer as JSON. Written twice, it holds the same. */
export const resultsOf = (run) => `iobert-results:${run}`

/** A hash: how often a row was read alone, to find the one that a process dies of. */
export const triesOf = (run) => `iobert-tries:${run}`

export function connect() {
  return new Redis(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379', { maxRetriesPerRequest: null })
}
