/**
 * Answers for the page when there is no network. The page's own files are kept when it is installed; the model is kept
 * as it comes by, so that it is downloaded once. Answers carry the two headers that make a page cross-origin isolated:
 * with them, threads work on hosts that cannot set headers, from the second visit on.
 */

/** Put in by tools/demo.mjs: the page's files, and names that change with what is in them. */
declare const PAGE_FILES: readonly string[]
declare const PAGE_CACHE: string
declare const MODEL_CACHE: string

interface WorkerEvent extends Event {
  waitUntil(done: Promise<unknown>): void
}

interface FetchEvent extends WorkerEvent {
  readonly request: Request
  respondWith(response: Promise<Response>): void
}

interface Scope {
  readonly registration: { readonly scope: string }
  readonly clients: { claim(): Promise<void> }
  addEventListener(type: 'install' | 'activate', listener: (event: WorkerEvent) => void): void
  addEventListener(type: 'fetch', listener: (event: FetchEvent) => void): void
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
  const response = isolated(await fetch(event.request))
  if (response.status === 200 && url.href.startsWith(`${scope}weights/`)) {
    const copy = response.clone()
    // No room for it, or the download was cut: the next visit asks again.
    event.waitUntil(keepModel(url.href, copy).catch(() => undefined))
  }
  return response
}

async function keepModel(url: string, response: Response): Promise<void> {
  const cache = await caches.open(MODEL_CACHE)
  await cache.put(url, response)
}

function isolated(response: Response): Response {
  // A redirection that the browser follows itself; it has no status here.
  if (response.status === 0) return response
  const headers = new Headers(response.headers)
  headers.set('cross-origin-opener-policy', 'same-origin')
  headers.set('cross-origin-embedder-policy', 'require-corp')
  headers.set('cross-origin-resource-policy', 'same-origin')
  const { status, statusText } = response
  return new Response(status === 204 || status === 304 ? null : response.body, {
    status,
    statusText,
    headers,
  })
}
