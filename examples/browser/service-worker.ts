/**
 * Answers for the page when there is no network. The page's own files are cached when the service worker is
 * installed; the model is cached when it is first fetched, so that it is downloaded once. Answers carry the
 * two headers that make a page cross-origin isolated: from the second visit on, threads work even on hosts
 * that cannot set headers.
 */

/** Put in by tools/build/demo.mjs: the page's files, and names that change with what is in them. */
declare const PAGE_FILES: readonly string[]
declare const PAGE_CACHE: string
declare const MODEL_CACHE: string

interface WorkerEvent extends Event {
  waitUntil(done: Promise<unknown>): void
}

interface FetchEvent extends WorkerEvent {
  readonly request: Request
  readonly clientId: string
  respondWith(response: Promise<Response>): void
}

interface ClientMessage {
  readonly data: unknown
  readonly source: { readonly id: string } | null
}

interface Scope {
  readonly registration: { readonly scope: string }
  readonly clients: { claim(): Promise<void> }
  addEventListener(type: 'install' | 'activate', listener: (event: WorkerEvent) => void): void
  addEventListener(type: 'fetch', listener: (event: FetchEvent) => void): void
  addEventListener(type: 'message', listener: (event: ClientMessage) => void): void
}

const worker = globalThis as unknown as Scope
const { scope } = worker.registration

worker.addEventListener('install', (event) => event.waitUntil(keepPage()))
worker.addEventListener('activate', (event) => event.waitUntil(takeOver()))
worker.addEventListener('fetch', (event) => {
  const { method, url } = event.request
  // Other origins (the Hub) are the library's to keep.
  if (method === 'GET' && url.startsWith(scope)) event.respondWith(answer(event))
})

/** What is being downloaded for each page. */
const downloads = new Map<string, Set<AbortController>>()

worker.addEventListener('message', ({ data, source }) => {
  if (data !== 'iobert:stop') return
  for (const controller of downloads.get(source?.id ?? '') ?? []) controller.abort()
})

async function keepPage(): Promise<void> {
  const cache = await caches.open(PAGE_CACHE)
  await Promise.all(
    PAGE_FILES.map(async (file) => {
      const url = new URL(file, scope).href
      const response = await fetch(url, { cache: 'no-cache' })
      if (!response.ok) throw new Error(`${url} answered ${response.status}`)
      await cache.put(url, isolated(response))
    }),
  )
}

async function takeOver(): Promise<void> {
  for (const name of await caches.keys()) {
    const ours = name.startsWith('iobert-page-') || name.startsWith('iobert-model-')
    if (ours && name !== PAGE_CACHE && name !== MODEL_CACHE) await caches.delete(name)
  }
  await worker.clients.claim()
}

async function answer(event: FetchEvent): Promise<Response> {
  const url = new URL(event.request.url)
  url.search = ''
  if (url.href === `${scope}index.html`) url.href = scope
  for (const name of [PAGE_CACHE, MODEL_CACHE]) {
    const kept = await (await caches.open(name)).match(url.href)
    if (kept !== undefined) return kept
  }
  return url.href.startsWith(`${scope}weights/`)
    ? download(event, url.href)
    : isolated(await fetch(event.request))
}

/**
 * A file of the model, kept as it comes by. It is read as the page reads it: when the page gives it up, or goes, the
 * download ends too, and nothing is kept.
 */
async function download(event: FetchEvent, url: string): Promise<Response> {
  const controller = new AbortController()
  const own = downloads.get(event.clientId) ?? new Set()
  downloads.set(event.clientId, own.add(controller))
  const end = (): void => {
    own.delete(controller)
    if (own.size === 0) downloads.delete(event.clientId)
  }
  const { signal } = controller
  const response = await fetch(event.request, { signal }).catch((error: unknown) => {
    end()
    // Nobody waits for the answer: an error would be one on the console.
    if (signal.aborted) return new Response(null, { status: 204 })
    throw error
  })
  if (response.status !== 200 || response.body === null) {
    end()
    return isolated(response)
  }
  const reader = response.body.getReader()
  const { readable, writable } = new TransformStream<Uint8Array<ArrayBuffer>>()
  const copy = writable.getWriter()
  // No room for it, or the download was cut: the next visit asks again.
  event.waitUntil(keepModel(url, isolated(response, readable)).catch((error: unknown) => copy.abort(error)))
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(page): Promise<void> {
      const { done, value } = await reader.read().catch((error: unknown) => {
        end()
        void copy.abort(error).catch(() => undefined)
        if (signal.aborted) return { done: signal.aborted, value: undefined }
        throw error
      })
      if (value !== undefined) {
        page.enqueue(value)
        await copy.write(value).catch(() => undefined)
      }
      if (done) {
        end()
        await copy.close().catch(() => undefined)
        page.close()
      }
    },
    cancel(reason): void {
      end()
      void copy.abort(reason).catch(() => undefined)
      controller.abort()
    },
  })
  return isolated(response, body)
}

async function keepModel(url: string, response: Response): Promise<void> {
  const cache = await caches.open(MODEL_CACHE)
  await cache.put(url, response)
}

function isolated(response: Response, body: ReadableStream | null = response.body): Response {
  // A redirection that the browser follows itself; it has no status here.
  if (response.status === 0) return response
  const headers = new Headers(response.headers)
  headers.set('cross-origin-opener-policy', 'same-origin')
  headers.set('cross-origin-embedder-policy', 'require-corp')
  headers.set('cross-origin-resource-policy', 'same-origin')
  const { status, statusText } = response
  return new Response(status === 204 || status === 304 ? null : body, {
    status,
    statusText,
    headers,
  })
}
