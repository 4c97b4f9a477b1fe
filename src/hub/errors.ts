/** Why the Hub, or what is kept of it on disk, did not give a file. The first four are the Hub's own names. */
export type HubErrorCode =
  | 'RepoNotFound'
  | 'RevisionNotFound'
  | 'EntryNotFound'
  | 'GatedRepo'
  | 'Unauthorized'
  | 'Forbidden'
  | 'RateLimited'
  | 'Unavailable'
  | 'NotCached'
  | 'BadDownload'

/**
 * The Hub refused, was out of reach, or sent something else than it announced. `code` is stable and meant for programs;
 * `message` says what to do.
 */
export class HubError extends Error {
  /** What happened, for programs. */
  readonly code: HubErrorCode

  constructor(code: HubErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'HubError'
    this.code = code
  }
}
