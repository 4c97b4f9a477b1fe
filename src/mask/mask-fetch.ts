/**
 * A `fetch` that takes names out of what goes to a language model, and puts them back into what comes: for every client
 * that takes a `fetch` (OpenAI's SDK, Anthropic's, Vercel's AI SDK, LangChain, Ollama).
 */
import { isObject, kindOf } from '../check/kind.ts'
import type { Rows } from '../check/option-rows.ts'
import { checkOptions } from '../check/options.ts'
import type { Redactor } from '../markup/redact.ts'
import { EventRestorer, type Expected, restoreValue } from './answers.ts'
import { interfaceOf, saysNothing } from './interfaces.ts'
import { type Finder, Masker } from './masker.ts'
import { type MaskOptions, maskRows, readMaskOptions } from './options.ts'
import { BodyReader, RefusedRequest } from './places.ts'
import { restoredStream } from './streams.ts'

/** What is masked, and what is let through. */
export interface MaskFetchOptions extends MaskOptions {
  /** What finds the names; default is the shipped model. */
  ner?: Finder
  /**
   * What goes through unread: `'image'`, `'audio'`, `'file'`; members of bodies by their path, as the error names it
   * (`'messages.name'`); and paths of addresses, with a `/` in front, that end an address (`'/v1/files'`).
   */
  allow?: readonly string[]
  /** A line for the model, which says what placeholders are; `false` for none. It is sent where something was masked. */
  note?: string | false
}

/** What the model elsewhere is told. */
const NOTE =
  'Placeholders in square brackets, such as [PER_1] or [EMAIL_2], stand for names and numbers that were taken out. Use them as if they were these names, and write each exactly as it is written here.'

/** What it is told of stand-ins, which look like names: what is written otherwise is not known again. */
const NOTE_OF_STAND_INS = 'Write each name, address and number exactly as it is written here.'

const rows: Rows<MaskFetchOptions> = {
  ...maskRows,
  allow: { type: 'strings' },
  note: { type: 'string', orFalse: '' },
}

/** Any function that is called as `fetch` is. */
type AnyFetch = (...request: never[]) => Promise<unknown>

/** Makes of a `fetch` one that masks; `JSON.stringify(masked.redactor)` saves the names of its conversation. */
export type MaskFetch = <Fetch extends AnyFetch>(
  fetch: Fetch,
  options?: MaskFetchOptions,
) => Promise<Fetch & { readonly redactor: Redactor }>

/** @param loadFinder  loads the shipped model */
export function maskFetchOf(loadFinder: () => Promise<Finder>): MaskFetch {
  return async <Fetch extends AnyFetch>(send: Fetch, options: MaskFetchOptions = {}) => {
    if (typeof send !== 'function') throw new TypeError(`fetch is ${kindOf(send)}, expected a function`)
    const { ner, allow, note, ...masking } = checkOptions<MaskFetchOptions>(options, rows)
    const { names, asked } = await readMaskOptions(masking)
    const masker = new Masker(ner ?? (await loadFinder()), names, asked)
    const usual = names.toJSON().placeholder === 'fake' ? NOTE_OF_STAND_INS : NOTE
    const channel = new Channel(send as unknown as typeof fetch, masker, names, new Set(allow), note ?? usual)
    const masked: typeof fetch = (input, init) => channel.fetch(input, init)
    return Object.assign(masked as unknown as Fetch, { redactor: names })
  }
}

class Channel {
  readonly #send: typeof fetch
  readonly #masker: Masker
  readonly #redactor: Redactor
  readonly #allow: ReadonlySet<string>
  readonly #note: string | false

  constructor(
    send: typeof fetch,
    masker: Masker,
    redactor: Redactor,
    allow: ReadonlySet<string>,
    note: string | false,
  ) {
    this.#send = send
    this.#masker = masker
    this.#redactor = redactor
    this.#allow = allow
    this.#note = note
  }

  async fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    try {
      const { request, expected } = await this.#masked(input, init)
      const response = await this.#send(...request)
      return expected === undefined ? response : restoreResponse(response, this.#redactor, expected)
    } catch (error) {
      if (error instanceof RefusedRequest) return refusal(error, input)
      throw error
    }
  }

  /** The same request, masked, and how its answer is read. */
  async #masked(
    input: string | URL | Request,
    init: RequestInit | undefined,
  ): Promise<{ request: Parameters<typeof fetch>; expected?: Expected }> {
    const given = input instanceof Request ? input : undefined
    const pathname = pathOf(input)
    if ([...this.#allow].some((one) => one.startsWith('/') && pathname.endsWith(one))) {
      return { request: [input, init] }
    }
    const headers = new Headers(init?.headers ?? given?.headers)
    const text = await textOf(init?.body ?? given, headers)
    if (text === '' && saysNothing(pathname))
      return { request: [input, init], expected: { name: 'responses', jsonWords: false } }
    const found = interfaceOf(pathname)
    if (found === undefined) {
      throw new RefusedRequest(
        `Requests to ${pathname} are not known, so names in them would not be found: if they hold none, pass them on unread by allow: [${JSON.stringify(pathname)}]`,
      )
    }
    const body = parseBody(text)
    const reader = new BodyReader(this.#allow)
    reader.read(body, found.body)
    const signal = init?.signal ?? given?.signal
    const { masked, some } = await this.#masker.mask(
      reader.words.map((words) => words.text),
      signal ?? undefined,
    )
    reader.replace(masked)
    if (some && this.#note !== false) found.addNote(body, this.#note)
    headers.delete('content-length')
    const expected = { name: found.name, jsonWords: wantsJson(body) }
    return { request: [input, { ...init, headers, body: JSON.stringify(body) }], expected }
  }
}

/** @throws {RefusedRequest} for a body that is no text */
async function textOf(body: BodyInit | Request | null | undefined, headers: Headers): Promise<string> {
  if (body === null || body === undefined) return ''
  if (headers.has('content-encoding')) {
    throw new RefusedRequest('The body is compressed, so it cannot be read: send it as it is')
  }
  if (typeof body === 'string') return body
  if (body instanceof Request) return await body.clone().text()
  if (body instanceof FormData || body instanceof URLSearchParams) {
    throw new RefusedRequest(
      'The body is a form, expected JSON: if it names nobody, allow the path of its address',
    )
  }
  return await new Response(body).text()
}

function parseBody(text: string): Record<string, unknown> {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    // The engine's own message quotes the text.
    throw new RefusedRequest(`The body is no JSON (${text.length} UTF-16 units), so it cannot be read`)
  }
  if (!isObject(body)) throw new RefusedRequest(`The body is ${kindOf(body)}, expected an object`)
  return body as Record<string, unknown>
}

/** Whether the request asks for JSON: `response_format` and `text.format` of OpenAI, `format` of Ollama. */
function wantsJson({ response_format, text, format }: Record<string, unknown>): boolean {
  const stated = response_format ?? (isObject(text) ? text['format'] : undefined) ?? format
  if (isObject(stated)) return stated['type'] !== 'text'
  return stated === 'json'
}

function restoreResponse(response: Response, redactor: Redactor, expected: Expected): Response {
  const type = response.headers.get('content-type') ?? ''
  const kind = /^text\/event-stream/i.test(type)
    ? 'server-sent'
    : /^application\/x-ndjson/i.test(type)
      ? 'lines'
      : undefined
  const isJson = /^application\/(?:[\w.+-]+\+)?json/i.test(type)
  if (response.body === null || (kind === undefined && !isJson)) return response
  const headers = new Headers(response.headers)
  for (const name of ['content-length', 'content-encoding']) headers.delete(name)
  const { status, statusText, url } = response
  const body =
    kind === undefined
      ? restoredJson(response, redactor, expected)
      : response.body.pipeThrough(restoredStream(kind, new EventRestorer(redactor, expected)))
  const restored = new Response(body, { status, statusText, headers })
  return Object.defineProperty(restored, 'url', { value: url })
}

/** A whole answer, which is read when somebody reads it. */
function restoredJson(
  response: Response,
  redactor: Redactor,
  expected: Expected,
): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      const text = await response.text()
      controller.enqueue(new TextEncoder().encode(restoredText(text, redactor, expected)))
      controller.close()
    },
  })
}

function restoredText(text: string, redactor: Redactor, expected: Expected): string {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return text
  }
  return JSON.stringify(restoreValue(value, redactor, expected))
}

/** An answer that no provider gave: clients show its message, and do not ask again. */
function refusal(refused: RefusedRequest, input: string | URL | Request): Response {
  const message = `iobert sent nothing. ${refused.message}`
  // Ollama's errors are texts; Anthropic's and OpenAI's are objects.
  const error = pathOf(input).includes('/api/')
    ? message
    : { type: 'invalid_request_error', code: 'not_masked', message }
  return Response.json({ type: 'error', error }, { status: 400 })
}

function pathOf(input: string | URL | Request): string {
  return new URL(input instanceof Request ? input.url : String(input), 'http://localhost').pathname
}
