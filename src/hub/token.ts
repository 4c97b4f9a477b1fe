/** Checks an access token of the Hub. */

/**
 * Checks a Hub token for use in a header, and removes the line break that a file or a copy leaves.
 *
 * @param where the source, for the error: `token`, `HF_TOKEN`
 * @returns `undefined` for an empty token
 * @throws {RangeError} for a character that no token has; the token itself is not shown
 */
export function checkToken(token: string | undefined, where: string): string | undefined {
  const trimmed = token?.trim()
  if (trimmed === undefined || trimmed === '') return undefined
  if (/^[\x21-\x7e]+$/.test(trimmed)) return trimmed
  throw new RangeError(
    `${where} holds a blank, a line break or another character that no token has: copy it again from the Hub's settings`,
  )
}

export function authorization(token: string | undefined): Record<string, string> {
  return token === undefined || token === '' ? {} : { authorization: `Bearer ${token}` }
}

/** Removes the token from an error and its causes, where a server may have put it, and returns the error. */
export function withoutToken(error: unknown, token: string | undefined): unknown {
  if (token === undefined || token === '') return error
  const hide = (text: string): string => text.replaceAll(token, '[token]')
  for (let at = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth++) {
    if (at.message.includes(token)) {
      Object.defineProperty(at, 'message', { value: hide(at.message), configurable: true, writable: true })
    }
    if (at.stack?.includes(token)) {
      Object.defineProperty(at, 'stack', { value: hide(at.stack), configurable: true, writable: true })
    }
  }
  return error
}
