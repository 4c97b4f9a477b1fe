/** `iobert/mask-fetch` in Node, Deno and Bun. */

import { type MaskFetch, maskFetchOf } from './mask/mask-fetch.ts'
import { loadRecognizer } from './node.ts'

export type { MaskFetch, MaskFetchOptions } from './mask/mask-fetch.ts'
export type { MaskOptions } from './mask/options.ts'

/**
 * Makes of a `fetch` one that masks the texts of requests to language models, and puts the names back into their answers,
 * whole or streamed.
 *
 * @param fetch    what sends: `globalThis.fetch`, or what the client would use
 * @throws {TypeError} {RangeError} for an option that is not allowed
 *
 * docs/redaction.md says what is masked, what is refused, and how a client takes it.
 */
export const maskFetch: MaskFetch = /* @__PURE__ */ maskFetchOf(loadRecognizer)
