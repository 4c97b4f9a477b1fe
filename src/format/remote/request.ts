/** Sends a request, waits for it with a time limit, and retries if that may help. */
import { DownloadError, reasonOf } from '../errors.ts'

/** How a request waits and retries. Times in milliseconds. */
export interface RequestOptions {
  /** Replaces the runtime's own `fetch`, for proxies and tests. */
  readonly fetch?: typeof fetch
  readonly headers?: Readonly<Record<string, string>>
  /** The mode in which `fetch` uses the browser's HTTP cache. */
  readonly cache?: RequestCache
  readonly signal?: AbortSignal | undefined
  /** Maximum number of retries, on 408, 429, 5xx and broken connections. Default 5. */
  readonly retries?: number
  /** The first delay, doubled for each further one; `Retry-After` takes precedence. Default 500. */
  readonly retryDelay?: number
  /** Maximum wait for a response's headers, and for each piece of its body. Default 30 seconds. */
  readonly timeout?: number
}

const RETRYABLE: readonly number[] = [408, 429, 500, 502, 503, 504]
/** If a server requests a longer delay, its response is reported instead. */
const LONGEST_WAIT = 300_000

/**
 * A `fetch` with a bounded wait, retried if that can help. The last response is returned whatever its status,
 * with its body unread.
 *
 * @throws the signal's reason
 * @throws {DownloadError} `NoAnswer`, naming the URL, if no response came; `BadRedirect` at once
 */
export async function request(
  url: string,
  init: { method?: string; headers?: Record<string, string>; redirect?: RequestRedirect },
  options: RequestOptions,
): Promise<Response> {
  const retries = options.retries ?? 5
  for (let attempt = 0; ; attempt++) {
    options.signal?.throwIfAborted()
    let wait = backOff(attempt, options)
    try {
      const response = await requestOnce(url, init, options)
      if (!RETRYABLE.includes(response.status) || attempt >= retries) return response
      wait = retryAfter(response) ?? wait
      if (wait > LONGEST_WAIT) return response
      await response.body?.cancel()
    } catch (error) {
      options.signal?.throwIfAborted()
      if (error instanceof DownloadError) throw error
      if (attempt >= retries) throw noResponse(url, error)
    }
    await delay(wait, options.signal)
  }
}

/**
 * Milliseconds before try `attempt + 1`, plus a random part of up to a quarter, so that clients do not retry
 * in step.
 */
export function backOff(attempt: number, options: RequestOptions): number {
  return Math.min((options.retryDelay ?? 500) * 2 ** attempt, 30_000) * (1 + Math.random() / 4)
}

async function requestOnce(
  url: string,
  init: { method?: string; headers?: Record<string, string>; redirect?: RequestRedirect },
  options: RequestOptions,
): Promise<Response> {
  const send = options.fetch ?? fetch
  const timeout = options.timeout ?? 30_000
  const controller = new AbortController()
  const stop = (): void => controller.abort(options.signal?.reason)
  const timer = setTimeout(() => controller.abort(new Error(`no answer in ${timeout / 1000} s`)), timeout)
  options.signal?.addEventListener('abort', stop, { once: true })
  try {
    return await send(url, {
      ...init,
      headers: { ...options.headers, ...init.headers },
      ...(options.cache === undefined ? {} : { cache: options.cache }),
      signal: controller.signal,
    })
  } finally {
    clearTimeout(timer)
    options.signal?.removeEventListener('abort', stop)
  }
}

function noResponse(url: string, cause: unknown): DownloadError {
  return new DownloadError(
    'NoAnswer',
    `No answer from ${url}: ${reasonOf(cause)}; check the address and the connection`,
    { cause },
  )
}

/** Whether nobody answered, so that a retry or cached files can help. */
export function isNoAnswer(error: unknown): error is DownloadError {
  return error instanceof DownloadError && error.code === 'NoAnswer'
}

/** `Retry-After` in milliseconds: seconds, or a date. */
function retryAfter(response: Response): number | undefined {
  const header = response.headers.get('retry-after')
  if (header === null) return undefined
  if (/^\d+$/.test(header)) return Number(header) * 1000
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now())
}

/** Waits. @throws the signal's reason, at once */
export function delay(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, milliseconds)
    if (signal?.aborted) stop()
    else signal?.addEventListener('abort', stop, { once: true })
  })
}

/**
 * The next piece of a body, with a wait of at most `timeout`; `undefined` at its end.
 *
 * @throws the signal's reason; or what broke the connection
 */
export async function nextPiece(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  options: RequestOptions,
): Promise<Uint8Array | undefined> {
  const { signal } = options
  const timeout = options.timeout ?? 30_000
  signal?.throwIfAborted()
  let timer: ReturnType<typeof setTimeout> | undefined
  let stop: (() => void) | undefined
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(signal?.reason)
    signal?.addEventListener('abort', stop, { once: true })
    timer = setTimeout(() => reject(new Error(`no data for ${timeout / 1000} s`)), timeout)
  })
  try {
    const { done, value } = await Promise.race([reader.read(), stopped])
    return done ? undefined : value
  } finally {
    clearTimeout(timer)
    if (stop !== undefined) signal?.removeEventListener('abort', stop)
  }
}
