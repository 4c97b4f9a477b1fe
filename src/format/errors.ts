/** The errors of model files, of downloads and of the Hub, each with a code that programs can rely on. */

/** An error with a code, which is stable and meant for programs. */
export abstract class CodedError<Code extends string> extends Error {
  /** The name of its class, also in minified code. */
  abstract override readonly name: string
  /** What happened, for programs. */
  readonly code: Code

  constructor(code: Code, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** Every way a model file can be wrong. The first group are the safetensors reference's own names. */
export type ModelFormatCode =
  | 'HeaderTooSmall'
  | 'HeaderTooLarge'
  | 'InvalidHeaderLength'
  | 'InvalidHeader'
  | 'InvalidHeaderDeserialization'
  | 'InvalidOffset'
  | 'ValidationOverflow'
  | 'MisalignedSlice'
  | 'TensorInvalidInfo'
  | 'MetadataIncompleteBuffer'
  | 'DuplicateKey'
  | 'MissingFile'
  | 'MissingTensor'
  | 'WrongShape'
  | 'NonFiniteWeights'
  | 'InvalidConfig'
  | 'UnsupportedConfig'
  | 'InvalidVocabulary'

/**
 * A model's file is invalid. `code` is stable, for use in programs; `message` says which file and value, what
 * was expected, and what to do.
 *
 * @example
 * try { parseSafetensors(bytes) } catch (error) {
 *   if (error instanceof ModelFormatError && error.code === 'InvalidOffset') ...
 * }
 */
export class ModelFormatError extends CodedError<ModelFormatCode> {
  override readonly name: string = 'ModelFormatError'
}

/** Why a URL did not give a file. */
export type DownloadErrorCode =
  /** Nobody answered, or the connection broke repeatedly. */
  | 'NoAnswer'
  /** The server answered with an error status. */
  | 'Refused'
  /** A redirect that goes in a circle, leads nowhere, or leaves https or the web. */
  | 'BadRedirect'
  /** The file changed while it was read. */
  | 'Changed'

/**
 * A file could not be downloaded from its URL. `code` is stable, for use in programs; `message` names the
 * URL, and says what to do.
 */
export class DownloadError extends CodedError<DownloadErrorCode> {
  override readonly name: string = 'DownloadError'
}

/** A name from a file, for an error: in quotes, control characters escaped, at most 100 characters. */
export function quoted(name: string): string {
  return JSON.stringify(name.length <= 100 ? name : `${name.slice(0, 97)}...`)
}

/** The innermost message, since `fetch failed` alone says nothing. */
export function reasonOf(error: unknown): string {
  if (!isError(error)) return String(error)
  if (isError(error.cause)) return reasonOf(error.cause)
  return error.message === '' ? (errorCode(error) ?? error.name) : error.message
}

/** Why the Hub, or its cache on disk, did not provide a file. The first four are the Hub's own names. */
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
 * The Hub refused, could not be reached, or sent something other than announced. `code` is stable, for use in
 * programs; `message` says what to do.
 */
export class HubError extends CodedError<HubErrorCode> {
  override readonly name: string = 'HubError'
}

/**
 * The code of a system error, such as `ENOENT`; undefined for any other error. Its class is not checked,
 * since an error may come from another realm, as Node's own do under Jest.
 */
export function errorCode(error: unknown): string | undefined {
  const { code } = Object(error) as { readonly code?: unknown }
  return typeof code === 'string' ? code : undefined
}

/** Whether a value is an error, possibly of another realm. */
function isError(value: unknown): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]'
}
