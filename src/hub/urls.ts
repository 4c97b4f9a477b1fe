/** Parses a model's Hub id, builds the URLs of its files, and checks the token that is sent to them. */

export const DEFAULT_ENDPOINT: string = 'https://huggingface.co'
const DEFAULT_REVISION: string = 'main'

/** A model on the Hub: `repository` is `owner/name` or, for a few old models, `name`. */
export interface HubId {
  readonly repository: string
  readonly revision: string
}

/**
 * Reads `owner/name[@revision]` by the Hub's rules: each part is 1 to 96 of `A-Z a-z 0-9 _ - .`, does not start or end
 * with `-` or `.`, and has no `--` or `..`; the name does not end in `.git`.
 *
 * @param revision a branch, tag or commit; takes precedence over one in `id`
 * @throws {RangeError} if `id` or the revision is invalid
 *
 * @example
 * parseHubId('dslim/bert-base-NER@main') // { repository: 'dslim/bert-base-NER', revision: 'main' }
 */
export function parseHubId(id: string, revision?: string): HubId {
  const at = id.indexOf('@')
  const repository = at < 0 ? id : id.slice(0, at)
  const wanted = revision ?? (at < 0 ? DEFAULT_REVISION : id.slice(at + 1))
  const parts = repository.split('/')
  if (parts.length > 2 || !parts.every(isPart) || repository.endsWith('.git')) {
    throw new RangeError(
      `${JSON.stringify(id)} is no model id: it must be owner/name or owner/name@revision, of letters, digits and single - _ . (as in dslim/bert-base-NER)`,
    )
  }
  if (!isRevision(wanted)) {
    throw new RangeError(
      `${JSON.stringify(wanted)} is no revision: it must be a branch, tag or commit, such as main`,
    )
  }
  return { repository, revision: wanted }
}

function isPart(part: string): boolean {
  return (
    /^[A-Za-z0-9_]([\w.-]{0,94}[A-Za-z0-9_])?$/.test(part) && !part.includes('--') && !part.includes('..')
  )
}

/**
 * Whether a name is valid for a git reference, which also makes it safe as a path: the cache has a file of
 * that name.
 */
function isRevision(revision: string): boolean {
  const parts = revision.split('/')
  return (
    /^[^\s~^:?*[\\\p{Cc}]{1,256}$/u.test(revision) &&
    parts.every((part) => part !== '' && !part.startsWith('.') && !part.includes('..'))
  )
}

/** Whether a revision is a full commit id, which always means the same files. */
export function isCommit(revision: string): boolean {
  return /^[0-9a-f]{40}$/.test(revision)
}

/** Removes the trailing slash that people add. @throws {RangeError} if it is not an http(s) URL */
export function checkEndpoint(endpoint: string): string {
  if (!URL.canParse(endpoint) || !/^https?:$/.test(new URL(endpoint).protocol)) {
    throw new RangeError(
      `The Hub's address (HF_ENDPOINT) must begin with https:// or http://, not be ${JSON.stringify(endpoint)}`,
    )
  }
  return endpoint.replace(/\/+$/, '')
}

/** The URL of a file. A revision is one part of the path: `refs/pr/1` becomes `refs%2Fpr%2F1`. */
export function resolveUrl(endpoint: string, id: HubId, fileName: string): string {
  return `${endpoint}/${id.repository}/resolve/${encodeURIComponent(id.revision)}/${fileName.split('/').map(encodeURIComponent).join('/')}`
}

/** The URL of the list of a model's files with sizes and hashes. */
export function filesUrl(endpoint: string, id: HubId): string {
  return `${endpoint}/api/models/${id.repository}/revision/${encodeURIComponent(id.revision)}?blobs=true`
}

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
