/** Explains the Hub's refusals, and what to do about them. */
import { DownloadError, HubError, quoted } from '../format/errors.ts'

/** What was requested, for an error. */
export interface HubQuestion {
  readonly endpoint: string
  readonly repository: string
  readonly revision: string
  readonly fileName: string
  readonly token: string | undefined
}

/**
 * The error for an unsuccessful response. The Hub distinguishes refusals by `X-Error-Code`. A private model
 * and one that does not exist look the same without access, so the message names both.
 */
export function hubRefusal(response: Response, asked: HubQuestion): HubError {
  const { endpoint, repository, revision, fileName, token } = asked
  const { status } = response
  const code = response.headers.get('x-error-code')
  const message = response.headers.get('x-error-message')
  const said = message === null ? undefined : quoted(message)
  const model = `${endpoint}/${repository}`
  const withToken = 'pass { token } or set HF_TOKEN'
  if (code === 'GatedRepo') {
    return new HubError(
      'GatedRepo',
      `The model ${repository} is gated: accept its conditions at ${model}, then ${
        token === undefined
          ? `${withToken} to a token of that account`
          : 'use a token of the account that did'
      }`,
    )
  }
  if (code === 'RevisionNotFound') {
    return new HubError(
      'RevisionNotFound',
      `The model ${repository} has no revision ${JSON.stringify(revision)}: see its branches and commits at ${model}/commits`,
    )
  }
  if (code === 'EntryNotFound') {
    return new HubError(
      'EntryNotFound',
      `The model ${repository} has no file ${fileName} at revision ${revision}: see ${model}/tree/${encodeURIComponent(revision)}`,
    )
  }
  if (status === 401 && /^invalid credentials/i.test(message ?? '')) {
    return new HubError(
      'Unauthorized',
      `${endpoint} refused the token (${said}): make a new one at ${endpoint}/settings/tokens, or leave it out for a public model`,
    )
  }
  if (code === 'RepoNotFound' || status === 401 || status === 404) {
    return new HubError(
      'RepoNotFound',
      `There is no model ${repository} at ${endpoint}, or it is private: check the name${
        token === undefined
          ? `; for a private model ${withToken}`
          : '; if it is private, the token given has no access to it'
      }`,
    )
  }
  if (status === 403) {
    return new HubError(
      'Forbidden',
      `${endpoint} forbids reading ${repository}${said === undefined ? '' : ` (${said})`}: use a token with read permission for it`,
    )
  }
  if (status === 429) {
    return new HubError(
      'RateLimited',
      `${endpoint} answers 429 (too many requests) for ${repository}: wait some minutes${
        token === undefined ? `, or ${withToken}: accounts have a higher limit` : ''
      }`,
    )
  }
  return new HubError(
    'Unavailable',
    `${endpoint} answered ${status} ${response.statusText.slice(0, 100)}`.trimEnd() +
      ` for ${fileName} of ${repository}: try again later`,
  )
}

/** Turns an error of a Hub URL into one of the Hub's errors; any other error stays as it is. */
export function asHubError(error: unknown): unknown {
  if (!(error instanceof DownloadError)) return error
  const code = error.code === 'Changed' ? 'BadDownload' : 'Unavailable'
  return new HubError(code, error.message, { cause: error })
}
