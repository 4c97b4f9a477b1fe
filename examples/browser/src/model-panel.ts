/** The panel that shows which model is used, how it runs, and the progress of loading. */
import { type LoadOptions, loadRecognizer, type ModelName } from 'iobert'
import { find, press } from './elements.ts'
import { megabytes } from './figures.ts'
import type { TextReader } from './reader.ts'
import { downloadModel } from './site-model.ts'

/** Why a loading ended that the user cancelled. */
const CANCELLED = new DOMException('The loading was cancelled', 'AbortError')

interface Choice {
  readonly title: string
  /** Gives the name or files that the library takes. */
  find(signal: AbortSignal): Promise<ModelName>
}

const MOST_THREADS = 8

/** Threads that may share memory here. */
export function mostThreads(): number {
  return crossOriginIsolated ? Math.min(MOST_THREADS, navigator.hardwareConcurrency) : 1
}

/** The model of this site. */
const OURS = 'iobert-small'

export class ModelPanel {
  readonly #form = find('model-form', HTMLFormElement)
  readonly #hubId = find('hub-id', HTMLInputElement)
  readonly #filesInput = find('files', HTMLInputElement)
  readonly #precision = find('precision', HTMLSelectElement)
  readonly #threads = find('threads', HTMLSelectElement)
  readonly #name = find('model-name', HTMLElement)
  readonly #problem = find('problem', HTMLElement)
  readonly #loading = find('loading', HTMLElement)
  readonly #idle = find('idle', HTMLElement)
  readonly #again = press('load-again', () => void this.load())
  readonly #progress = find('load-progress', HTMLProgressElement)
  readonly #progressText = find('load-text', HTMLElement)
  readonly #onModel: (recognizer: TextReader, isOurs: boolean) => void
  #files: readonly File[] = []
  #recognizer: TextReader | undefined
  #controller: AbortController | undefined

  /** @param onModel  takes the new model; the one before it is given up after that */
  constructor(onModel: (recognizer: TextReader, isOurs: boolean) => void) {
    this.#onModel = onModel
    this.#offerThreads()
    this.#showFields()
    this.#form.addEventListener('change', () => this.#showFields())
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault()
      void this.load()
    })
    this.#filesInput.addEventListener('change', () => {
      this.#files = [...(this.#filesInput.files ?? [])]
    })
    press('cancel', () => this.#controller?.abort(CANCELLED))
  }

  /** Loads from files that were dropped on the page. */
  async loadFiles(files: readonly File[]): Promise<void> {
    this.#files = files
    const radio = this.#form.elements.namedItem('source') as RadioNodeList
    radio.value = 'files'
    this.#showFields()
    await this.load()
  }

  /** Loads what the form says. Where that fails, the model that was there stays. */
  async load(): Promise<void> {
    this.#controller?.abort(new DOMException('Another model was chosen', 'AbortError'))
    const controller = new AbortController()
    this.#controller = controller
    this.#problem.textContent = ''
    this.#showProgress('', 0, 0)
    this.#loading.hidden = false
    this.#idle.hidden = true
    const started = performance.now()
    try {
      const { title, find } = this.#choice()
      const model = await find(controller.signal)
      const recognizer = await this.#open(model, this.#options(controller.signal))
      if (controller.signal.aborted) {
        recognizer.dispose()
        return
      }
      this.#show(title, recognizer, performance.now() - started)
      const before = this.#recognizer
      this.#recognizer = recognizer
      this.#onModel(recognizer, title === OURS)
      before?.dispose()
    } catch (error) {
      if (this.#controller === controller) this.#explain(error)
    } finally {
      if (this.#controller === controller) {
        this.#loading.hidden = true
        this.#showIdle()
        this.#controller = undefined
      }
    }
  }

  /** A model of GLiNER has no labels of its own: there is then a field for types. */
  async #open(model: ModelName, options: LoadOptions): Promise<TextReader> {
    try {
      return await loadRecognizer(model, options)
    } catch (error) {
      if (!/gliner_config/.test((error as Error).message)) throw error
      const { loadOwnTypes } = await import('./own-types.ts')
      const reader = await loadOwnTypes(model, options, () => this.#onModel(reader, false))
      return reader
    }
  }

  #choice(): Choice {
    const source = new FormData(this.#form).get('source')
    if (source === 'hub') {
      const id = this.#hubId.value.trim()
      if (!id.includes('/')) throw new RangeError('Give a Hub id of the form owner/name')
      return { title: id, find: async () => id.replace(/\/+$/, '') }
    }
    if (source === 'files') {
      if (this.#files.length === 0)
        throw new RangeError('Choose or drop config.json, vocab.txt and model.safetensors')
      const files = new Map(this.#files.map((file) => [file.name, file]))
      return { title: 'your files', find: async () => files }
    }
    const onProgress = this.#showProgress.bind(this, 'Downloaded')
    return { title: OURS, find: (signal) => downloadModel(onProgress, signal) }
  }

  #options(signal: AbortSignal): LoadOptions {
    const threads = this.#threads.value
    return {
      precision: this.#precision.value === 'float32' ? 'float32' : 'int8',
      threads: threads === 'auto' ? 'auto' : Number(threads),
      // A file of this site, since the page's policy forbids workers out of text.
      worker: new URL('worker.js', document.baseURI),
      signal,
      onProgress: ({ loaded, total }) => this.#showProgress('Read', loaded, total),
    }
  }

  #show(title: string, { model }: TextReader, milliseconds: number): void {
    const { precision, kernels, threads, weightBytes, parameters } = model.info
    this.#name.textContent = [
      title,
      `${(parameters / 1e6).toFixed(0)} million weights`,
      `${precision}, ${megabytes(weightBytes)}`,
      kernels,
      threads === 1 ? '1 thread' : `${threads} threads`,
      `loaded in ${(milliseconds / 1000).toFixed(1)} s`,
    ].join(' · ')
  }

  #showProgress(what: string, loaded: number, total: number): void {
    if (total > 0) {
      this.#progress.max = total
      this.#progress.value = loaded
    } else this.#progress.removeAttribute('value')
    this.#progressText.textContent =
      total > 0 ? `${what} ${megabytes(loaded)} of ${megabytes(total)}` : 'Asking …'
  }

  #explain(error: unknown): void {
    const cancelled = error === CANCELLED || this.#controller?.signal.reason === CANCELLED
    if (!cancelled) this.#problem.textContent = error instanceof Error ? error.message : String(error)
    if (this.#recognizer === undefined) {
      this.#name.textContent = cancelled ? 'No model: the loading was cancelled' : 'No model'
    }
  }

  /** Where the eye is: whether there is a model to read with, and else the way to one. */
  #showIdle(): void {
    this.#idle.hidden = false
    const none = this.#recognizer === undefined
    this.#again.hidden = !none
    if (none) find('idle-text', HTMLElement).textContent = this.#name.textContent
  }

  #showFields(): void {
    const source = new FormData(this.#form).get('source')
    find('hub-field', HTMLElement).hidden = source !== 'hub'
    find('files-field', HTMLElement).hidden = source !== 'files'
    // The model of this site is stored as int8: there is nothing finer to read.
    const floats = source !== 'shipped'
    this.#precision.options[1]!.disabled = !floats
    if (!floats) this.#precision.value = 'int8'
  }

  #offerThreads(): void {
    const most = mostThreads()
    if (most > 1) this.#threads.add(new Option(`all cores (${most})`, 'auto'))
    for (let count = 1; count <= most; count++) this.#threads.add(new Option(String(count)))
    this.#threads.disabled = most === 1
    find('threads-note', HTMLElement).textContent = crossOriginIsolated
      ? 'This page is cross-origin isolated: threads share memory.'
      : 'This page is not cross-origin isolated, so the browser gives it no shared memory: one thread.'
  }
}
