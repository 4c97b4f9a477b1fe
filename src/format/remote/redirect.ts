/** Follows the redirects of a request itself, so that a token never reaches another host. */
import { DownloadError, quoted } from '../errors.ts'

/** The same maximum as in browsers. */
const MOST_REDIRECTS = 20

/**
 * A `fetch` that follows redirects itself, if the runtime shows them: it ends at once for a circle or an
 * invalid URL, never leaves https, follows no scheme except http and https (Deno and Bun fetch `file:` too),
 * and sends a token only to the host it was meant for. The Hub's files are on another host, whose URLs are
 * signed and need no token.
 *
 * @throws {DownloadError} `BadRedirect`
 */
export function redirectingFetch(send: typeof fetch): typeof fetch {
  return async (input, init = {}) => {
    let url = new URL(input instanceof Request ? input.url : input)
    const headers = new Headers(init.headers)
    for (let redirects = 0; ; redirects++) {
      const response = await send(url.href, { ...init, headers, redirect: 'manual' })
      // In a browser, which enforces these rules itself.
      if (response.type === 'opaqueredirect') return send(url.href, { ...init, headers, redirect: 'follow' })
      const next = await redirectTarget(response, url)
      if (next === undefined) return response
      if (redirects === MOST_REDIRECTS) throw badRedirect(url, 'redirects again and again')
      if (!mayHaveToken(url, next)) headers.delete('authorization')
      url = next
    }
  }
}

/**
 * The target of a redirect, with the response's body cancelled; `undefined` if it is not a redirect.
 *
 * @throws {DownloadError} `BadRedirect`
 */
export async function redirectTarget(response: Response, url: URL): Promise<URL | undefined> {
  if (![301, 302, 303, 307, 308].includes(response.status)) return undefined
  const location = response.headers.get('location')
  if (location === null) return undefined
  await response.body?.cancel()
  if (!URL.canParse(location, url.href)) {
    throw badRedirect(url, `redirects to ${quoted(location)}, which is no address`)
  }
  const next = new URL(location, url)
  if (!/^https?:$/.test(next.protocol)) {
    throw badRedirect(url, `redirects to ${quoted(next.href)}, which is not on the web`)
  }
  if (url.protocol === 'https:' && next.protocol !== 'https:') {
    throw badRedirect(url, `redirects to ${quoted(next.href)}, which is not https`)
  }
  return next
}

/** Whether a token for `url` may be sent to `next`, which `redirectTarget` has found to be no less safe. */
export function mayHaveToken(url: URL, next: URL): boolean {
  return next.host === url.host
}

export function badRedirect(url: URL, what: string): DownloadError {
  return new DownloadError('BadRedirect', `${url.origin}${url.pathname} ${what}: check the address`)
}
