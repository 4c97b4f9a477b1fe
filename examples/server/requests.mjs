// Parses a request's path, and its body as texts, or gives a refusal that says what is wrong with it. Nothing
// here throws anything else, whatever a client sends.
import { Refusal } from './batcher.mjs'

/** The path of a request's target, which may be a whole address, or nothing that an address may be. */
export function pathOf(target) {
  return /^(?:https?:\/\/[^/?#]*)?([^?#]*)/i.exec(target)[1]
}

/** Bodies that are being received, bounded each and together. */
export class Bodies {
  #limits
  #bytes = 0

  constructor(limits) {
    this.#limits = limits
  }

  /** @returns the body as JSON */
  async read(request) {
    const { bodyBytes, bodiesBytes } = this.#limits
    const tooLarge = () => new Refusal(413, `The body has more than ${bodyBytes} bytes`)
    if (Number(request.headers['content-length'] ?? 0) > bodyBytes) throw tooLarge()
    const chunks = []
    let size = 0
    try {
      for await (const chunk of request.iterator({ destroyOnReturn: false })) {
        size += chunk.length
        this.#bytes += chunk.length
        if (size > bodyBytes) throw tooLarge()
        if (this.#bytes > bodiesBytes) throw new Refusal(429, 'Too much is being received; try again later')
        chunks.push(chunk)
      }
    } catch (error) {
      throw error instanceof Refusal ? error : new Refusal(499, 'The client has left')
    } finally {
      this.#bytes -= size
    }
    try {
      return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)))
    } catch {
      throw new Refusal(400, 'The body is not JSON in UTF-8')
    }
  }
}

/** @returns { texts: { text, pieces }[], single } */
export function readTexts(body, limits, tokenizer) {
  const single = typeof body?.text === 'string'
  const texts = single ? [body.text] : body?.texts
  if (!Array.isArray(texts) || !texts.every((text) => typeof text === 'string')) {
    throw new Refusal(400, 'Expected {"text": "..."} or {"texts": ["...", ...]}')
  }
  if (texts.length > limits.texts) throw new Refusal(413, `At most ${limits.texts} texts are read at once`)
  const chars = texts.reduce((sum, { length }) => sum + length, 0)
  if (chars > limits.chars) {
    throw new Refusal(413, `The texts have ${chars} characters, at most ${limits.chars} are read at once`)
  }
  // Characters say little of what a text costs: 100,000 of them are anything from 0 to 100,000 pieces.
  const counted = texts.map((text) => ({ text, pieces: tokenizer.encode(text).ids.length }))
  const pieces = counted.reduce((sum, text) => sum + text.pieces, 0)
  if (pieces > limits.pieces) {
    throw new Refusal(
      413,
      `The texts have ${pieces} pieces, at most ${limits.pieces} are read at once: send parts`,
    )
  }
  return { texts: counted, single }
}
