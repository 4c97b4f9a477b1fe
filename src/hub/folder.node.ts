/** The cache folder of a Hub model; downloads the model if it is not there. */
import { DownloadError, HubError } from '../format/errors.ts'
import { folderFiles } from '../format/folder-files.node.ts'
import { isNoAnswer } from '../format/remote/request.ts'
import { readShardIndex, shardNames } from '../format/shards.ts'
import { HubCache } from './cache.node.ts'
import { readEnvironment } from './environment.node.ts'
import { type DownloadWishes, ModelDownload } from './model-download.node.ts'
import { hasVocabulary, TRANSFORMERS, WEIGHT_FORMS, WEIGHTS } from './model-files.ts'
import { asHubError } from './refusals.ts'
import { checkEndpoint, checkToken, type HubId, parseHubId, withoutToken } from './urls.ts'

/** Options of `hubFolder`; those left out come from the environment variables that Python reads. */
export interface HubFolderOptions extends DownloadWishes {
  /** A branch, tag or commit; takes precedence over one in the id. */
  readonly revision?: string
  readonly token?: string
  /** Uses no network, only what is in the cache. */
  readonly offline?: boolean
  /** The folder with `models--owner--name`. */
  readonly cacheDir?: string
  readonly endpoint?: string
}

/** A model in the cache. */
export interface HubFolder {
  /** Contains `config.json` and the other files, in the layout of Python's huggingface_hub. */
  readonly folder: string
  readonly commit: string
}

/**
 * Provides a model of the Hub as a folder on this disk: from the cache shared with Python, or downloaded into
 * it. If the Hub cannot be reached, the last known commit of the revision is used.
 *
 * @param id `owner/name[@revision]`
 * @throws {HubError} if the Hub refuses, or nothing is cached and it cannot be reached
 * @throws {ModelFormatError} `MissingFile` if the model lacks a required file, or has no weights in a
 *   supported format
 * @throws {RangeError} if `id` is not a Hub id, or the token is invalid
 *
 * @example
 * const { folder } = await hubFolder('dslim/bert-base-NER', { onProgress: ({ file, loaded, total }) => ... })
 */
export async function hubFolder(id: string, options: HubFolderOptions = {}): Promise<HubFolder> {
  const model = parseHubId(id, options.revision)
  const given = checkToken(options.token, 'token')
  const environment = readEnvironment()
  const cache = new HubCache(options.cacheDir ?? environment.cacheDir, model.repository, environment.symlinks)
  const offline = options.offline ?? environment.offline
  const cached = await findCached(cache, model, options)
  if (cached.folder !== undefined && (offline || cached.isCommit)) return cached.folder
  if (offline) throw notCached(model, cached.missing, undefined)
  const token = given ?? checkToken(environment.token, 'HF_TOKEN (or the file that holds it)')
  const hub = new ModelDownload(model, cache, {
    ...options,
    endpoint: checkEndpoint(options.endpoint ?? environment.endpoint),
    token,
    metadataTimeout: environment.metadataTimeout,
    downloadTimeout: environment.downloadTimeout,
    // With a cached copy, nobody waits for a Hub that cannot be reached.
    firstRetries: cached.folder === undefined ? options.retries : 0,
  })
  try {
    const commit = await hub.run()
    return { folder: cache.snapshot(commit), commit }
  } catch (error) {
    options.signal?.throwIfAborted()
    withoutToken(error, token)
    // If the Hub has named another commit, the cached one is not what was requested.
    const same = hub.commit === undefined || hub.commit === cached.folder?.commit
    if (cached.folder !== undefined && same && isOutOfReach(error)) return cached.folder
    throw isNoAnswer(error) && hub.commit === undefined
      ? notCached(model, cached.missing, error)
      : asHubError(error)
  }
}

/** As in Python, files that were downloaded while allowed stay usable after a refusal. */
function isOutOfReach(error: unknown): boolean {
  if (error instanceof DownloadError) return error.code !== 'Changed'
  return (
    error instanceof HubError && !['RevisionNotFound', 'EntryNotFound', 'BadDownload'].includes(error.code)
  )
}

function notCached(model: HubId, missing: string | undefined, cause: Error | undefined): HubError {
  const why =
    cause === undefined ? 'the network is switched off (offline)' : `cannot be fetched: ${cause.message}`
  const what = missing === undefined ? 'is not in the cache' : `is only in part in the cache (no ${missing})`
  return new HubError(
    'NotCached',
    `The model ${model.repository}@${model.revision} ${what}, and ${why}: load it once with a connection`,
    { cause },
  )
}

interface Cached {
  readonly folder: HubFolder | undefined
  readonly isCommit: boolean
  /** The first file that is missing in the snapshot. */
  readonly missing: string | undefined
}

/** The snapshot of a revision, if it has everything that a model needs. */
async function findCached(cache: HubCache, model: HubId, wishes: DownloadWishes): Promise<Cached> {
  const commit = await cache.commitOf(model.revision)
  if (commit === undefined) return { folder: undefined, isCommit: false, missing: undefined }
  const missing = await firstMissing(cache, commit, wishes)
  return {
    folder: missing === undefined ? { folder: cache.snapshot(commit), commit } : undefined,
    isCommit: commit === model.revision,
    missing,
  }
}

async function firstMissing(
  cache: HubCache,
  commit: string,
  { weights = true, kind = TRANSFORMERS }: DownloadWishes,
): Promise<string | undefined> {
  const has = (fileName: string): Promise<boolean> => cache.has(commit, fileName)
  const known = await Promise.all(kind.configs.map(has))
  if (!known.includes(true)) return kind.configs[0]
  if (!kind.tokenizerElsewhere && !(await hasVocabulary(has))) return 'vocab.txt'
  if (!weights) return undefined
  const files = folderFiles(cache.snapshot(commit))
  for (const [whole, index, extension] of WEIGHT_FORMS) {
    if (await has(whole)) return undefined
    const shards = await readShardIndex(files, index, extension)
    if (shards === undefined) continue
    for (const shard of shardNames(shards)) if (!(await has(shard))) return shard
    return undefined
  }
  return WEIGHTS
}
