/** Downloads those files of a model that are needed, the weights last. */
import { defined } from '../check/kind.ts'
import { CALIBRATION, mayBeCalibrated } from '../format/calibration.ts'
import { ModelFormatError } from '../format/errors.ts'
import { folderFiles } from '../format/folder-files.node.ts'
import type { LoadWatch } from '../format/load-watch.ts'
import { noModel } from '../format/other-models.ts'
import { redirectingFetch } from '../format/remote/redirect.ts'
import type { RequestOptions } from '../format/remote/request.ts'
import { openUrl } from '../format/remote/url-source.ts'
import { readShardIndex, shardNames } from '../format/shards.ts'
import type { ByteSource, ModelFiles } from '../format/source.ts'
import { loadSpec } from '../model/read-spec.ts'
import { sentenceFiles } from '../model/sentence/sentence-settings.ts'
import type { HubCache } from './cache.node.ts'
import { downloadBlob, type FileMetadata, fileMetadata } from './download.node.ts'
import {
  hasVocabulary,
  mostBytes,
  noSafetensors,
  noVocabulary,
  OTHER_VOCABULARIES,
  type RepositoryKind,
  SENTENCE_MODULES,
  SMALL_FILES,
  TRANSFORMERS,
  WEIGHT_FORMS,
} from './model-files.ts'
import { type HubQuestion, hubRefusal } from './refusals.ts'
import { authorization, type HubId, resolveUrl } from './urls.ts'

/** The download options of `hubFolder`. */
export interface DownloadWishes extends LoadWatch {
  /** False to download only the small files, as for a tokenizer. Default true. */
  readonly weights?: boolean
  /** The kind of repository; default: a model of transformers. */
  readonly kind?: RepositoryKind
  /**
   * Called before weights are downloaded (not if they are cached); throw to refuse them. `remote` opens the
   * model's files, weights by ranges, so that their headers can be read first.
   */
  readonly beforeWeights?: (totalBytes: number, remote: ModelFiles) => void | Promise<void>
  readonly fetch?: typeof fetch
  /** See `RequestOptions`. */
  readonly retries?: number
  readonly retryDelay?: number
}

export interface DownloadOptions extends DownloadWishes {
  readonly endpoint: string
  readonly token: string | undefined
  readonly metadataTimeout: number
  readonly downloadTimeout: number
  /** Retries of the first request, which shows whether the Hub can be reached. */
  readonly firstRetries: number | undefined
}

/** A run that downloads the missing files of a model. */
export class ModelDownload {
  readonly #model: HubId
  readonly #cache: HubCache
  readonly #options: DownloadOptions
  /** Set by the first answer; all later requests are for this commit. */
  #commit = ''

  get commit(): string | undefined {
    return this.#commit || undefined
  }

  constructor(model: HubId, cache: HubCache, options: DownloadOptions) {
    this.#model = model
    this.#cache = cache
    this.#options = options
  }

  /**
   * @returns the commit, whose snapshot is then complete
   */
  async run(): Promise<string> {
    const config = await this.#resolve()
    await this.#download(config)
    await this.#fetchSmall(SMALL_FILES)
    const has = (fileName: string): Promise<boolean> => this.#cache.has(this.#commit, fileName)
    if (!(await hasVocabulary(has))) await this.#fetchSmall(OTHER_VOCABULARIES)
    if (!this.#kind.tokenizerElsewhere && !(await hasVocabulary(has))) throw await this.#noVocabulary()
    if (await has(SENTENCE_MODULES)) await this.#fetchSmall(await this.#named(sentenceFiles))
    await this.#fetchSmall(await this.#named(calibrationFiles))
    const { moreFiles } = this.#kind
    if (moreFiles) await this.#fetchSmall(await this.#named(moreFiles))
    if (this.#options.weights ?? true) await this.#fetchWeights()
    // Done last, so that an interrupted run leaves the revision at a complete snapshot.
    await this.#cache.setCommit(this.#model.revision, this.#commit)
    return this.#commit
  }

  get #kind(): RepositoryKind {
    return this.#options.kind ?? TRANSFORMERS
  }

  /** Finds the commit from the model's configuration. */
  async #resolve(): Promise<FileMetadata> {
    const { repository, revision } = this.#model
    const { firstRetries: retries } = this.#options
    const { configs } = this.#kind
    let config: FileMetadata | undefined
    for (const name of configs) config ??= await this.#metadata(name, revision, defined({ retries }))
    if (config === undefined) {
      const has = async (fileName: string): Promise<boolean> =>
        this.#kind === TRANSFORMERS && (await this.#metadata(fileName, revision)) !== undefined
      const otherwise = ` at revision ${revision}: it is not one of ${this.#kind === TRANSFORMERS ? 'transformers' : 'GLiNER'}`
      throw await noModel({ name: `The model ${repository}`, has }, configs[0]!, otherwise)
    }
    this.#commit = config.commit
    return config
  }

  /** The files that others name; errors in those are reported when the model is loaded. */
  async #named(read: (files: ModelFiles) => Promise<readonly string[]>): Promise<readonly string[]> {
    try {
      return await read(folderFiles(this.#cache.snapshot(this.#commit)))
    } catch (error) {
      if (error instanceof ModelFormatError) return []
      throw error
    }
  }

  /** Most models without a vocabulary are of another kind, which makes a better error. */
  async #noVocabulary(): Promise<Error> {
    const spec = loadSpec(folderFiles(this.#cache.snapshot(this.#commit)))
    const error: unknown = await spec.catch((reason: unknown) => reason)
    const isOther = error instanceof ModelFormatError && error.code === 'UnsupportedConfig'
    return isOther ? error : noVocabulary(this.#model.repository)
  }

  /** Downloads those of the files that exist, all at once. */
  async #fetchSmall(fileNames: readonly string[]): Promise<void> {
    const results = await Promise.allSettled(
      fileNames.map(async (fileName) => {
        const metadata = await this.#lookUp(fileName)
        if (metadata !== undefined) await this.#download(metadata)
      }),
    )
    for (const result of results) if (result.status === 'rejected') throw result.reason
  }

  async #fetchWeights(): Promise<void> {
    const fileNames = await this.#weightFiles()
    const wanted: FileMetadata[] = []
    for (const fileName of fileNames) {
      const metadata = await this.#lookUp(fileName)
      if (metadata !== undefined) wanted.push(metadata)
      else if (!(await this.#cache.has(this.#commit, fileName))) {
        throw new ModelFormatError(
          'MissingFile',
          `The index of ${this.#model.repository}'s weights names ${fileName}, which the model does not have`,
        )
      }
    }
    if (wanted.length === 0) return
    for (const { fileName, size } of wanted) mostBytes(this.#model.repository, fileName, size)
    const totalBytes = wanted.reduce((total, { size }) => total + (size ?? 0), 0)
    await this.#options.beforeWeights?.(totalBytes, this.#remoteFiles())
    for (const metadata of wanted) await this.#download(metadata)
  }

  /** `model.safetensors`, or the shards that its index names; else PyTorch's. */
  async #weightFiles(): Promise<readonly string[]> {
    for (const [whole, index, extension] of WEIGHT_FORMS) {
      if (await this.#exists(whole)) return [whole]
      await this.#fetchSmall([index])
      const files = folderFiles(this.#cache.snapshot(this.#commit))
      const shards = await readShardIndex(files, index, extension)
      if (shards !== undefined) return shardNames(shards)
    }
    throw await noSafetensors(this.#model.repository, (fileName) => this.#exists(fileName))
  }

  async #exists(fileName: string): Promise<boolean> {
    return (await this.#cache.has(this.#commit, fileName)) || (await this.#lookUp(fileName)) !== undefined
  }

  /** The Hub's description of a file; `undefined` if it is cached, or known not to exist. */
  async #lookUp(fileName: string): Promise<FileMetadata | undefined> {
    const commit = this.#commit
    if (await this.#cache.has(commit, fileName)) return undefined
    if (await this.#cache.isKnownMissing(commit, fileName)) return undefined
    const metadata = await this.#metadata(fileName, commit)
    if (metadata === undefined) await this.#cache.setMissing(commit, fileName)
    return metadata
  }

  async #download(metadata: FileMetadata): Promise<void> {
    const { fileName, etag } = metadata
    if (await this.#cache.has(this.#commit, fileName)) return
    const asked = this.#asked(fileName, this.#commit)
    const options = this.#requests(this.#options.downloadTimeout)
    await this.#cache.prepare()
    await downloadBlob(this.#cache, { asked, metadata, options, onProgress: this.#options.onProgress })
    await this.#cache.point(this.#commit, fileName, etag)
  }

  /** The files before they are downloaded: cached ones from the disk, the others by ranges. */
  #remoteFiles(): ModelFiles {
    const local = folderFiles(this.#cache.snapshot(this.#commit))
    return {
      name: this.#model.repository,
      open: async (fileName: string): Promise<ByteSource | undefined> => {
        const here = await local.open(fileName)
        if (here !== undefined) return here
        const asked = this.#asked(fileName, this.#commit)
        return openUrl(resolveUrl(asked.endpoint, asked, fileName), {
          ...this.#requests(this.#options.downloadTimeout),
          fetch: redirectingFetch(this.#options.fetch ?? fetch),
          headers: authorization(asked.token),
          onError: (response) => {
            if (response.status !== 404) throw hubRefusal(response, asked)
          },
        })
      },
    }
  }

  #metadata(fileName: string, revision: string, more?: RequestOptions): Promise<FileMetadata | undefined> {
    const options = { ...this.#requests(this.#options.metadataTimeout), ...more }
    return fileMetadata(this.#asked(fileName, revision), options)
  }

  #asked(fileName: string, revision: string): HubQuestion {
    const { endpoint, token } = this.#options
    return { endpoint, repository: this.#model.repository, revision, fileName, token }
  }

  #requests(timeout: number): RequestOptions {
    const { signal, retries, retryDelay } = this.#options
    return { fetch: this.#options.fetch ?? fetch, timeout, signal, ...defined({ retries, retryDelay }) }
  }
}

/** The file of a model whose labels may be calibrated. */
async function calibrationFiles(files: ModelFiles): Promise<readonly string[]> {
  return mayBeCalibrated((await loadSpec(files)).config) ? [CALIBRATION] : []
}
