/** As many as browsers follow. */
const MOST_REDIRECTS = 20

/**
 * `fetch` that follows redirects itself, so that the token stays with the host it was meant for: files live at another
 * host, whose addresses are signed and need none.
 *
 * @throws {TypeError} for a redirect from https to something else
 */
export function redirectingFetch(send: typeof fetch): typeof fetch {
  return async (input, init = {}) => {
    let url = new URL(input instanceof Request ? input.url : input)
    const headers = new Headers(init.headers)
    for (let redirects = 0; ; redirects++) {
      const response = await send(url.href, { ...init, headers, redirect: 'manual' })
      const next = redirectTarget(response, url)
      if (next === undefined) return response
      await response.body?.cancel()
      if (redirects === MOST_REDIRECTS) throw new TypeError(`${url.href} redirects again and again`)
      if (url.protocol === 'https:' && next.protocol !== 'https:') {
        throw new TypeError(`${url.host} redirects to ${next.href}, which is not https`)
      }
      if (next.host !== url.host) headers.delete('authorization')
      url = next
    }
  }
}

export function redirectTarget(response: Response, url: URL): URL | undefined {
  if (![301, 302, 303, 307, 308].includes(response.status)) return undefined
  const location = response.headers.get('location')
  return location === null ? undefined : new URL(location, url)
}
