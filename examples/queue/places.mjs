// Where rows wait and where their entities go.
import { Redis } from 'ioredis'

export const QUEUE = 'iobert'

/** A hash: a row's key to its answer as JSON. Written twice, it holds the same. */
export const resultsOf = (run) => `iobert-results:${run}`

/** A hash: a job's place in the run to the digest of its lines, so that a run is one list of rows and no other. */
export const jobsOf = (run) => `iobert-jobs:${run}`

/** A hash: a row's key to the number of its line, to tell rows that have the same id. */
export const linesOf = (run) => `iobert-lines:${run}`

/** A hash: a row's key to how often it was begun alone. */
export const triesOf = (run) => `iobert-tries:${run}`

export function connect() {
  return new Redis(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379', { maxRetriesPerRequest: null })
}
