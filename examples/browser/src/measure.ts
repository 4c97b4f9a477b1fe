/**
 * Measures how fast this browser computes, like `iobert bench --share`, as a row for the same table. Loaded
 * when it is opened.
 */
import { loadModel } from 'iobert'
import { kernelRate } from '#dist/cli/bench-kernel.js'
import { modelFigures } from '#dist/cli/bench-model.js'
import type { Figure, Report } from '#dist/cli/bench-report.js'
import { shareRows, threeDigits } from '#dist/cli/bench-report.js'
import { copyText } from './copy.ts'
import { find, make } from './elements.ts'
import { mostThreads } from './model-panel.ts'
import { downloadModel } from './site-model.ts'
import { version } from './version.ts'

/** Pieces of the texts: those that the row tells. */
const LENGTHS: readonly number[] = [16, 32, 128, 512]
const SECONDS = 0.4
/** Of the linear layer whose speed is told. */
const ROWS = 128
const CANCELLED = new DOMException('The measuring was cancelled', 'AbortError')

const host = find('measure-view', HTMLElement)
const start = make('button', 'primary', 'Measure')
const progress = make('progress', '')
const doing = make('span', 'number')
const results = make('dl', 'figures')
const row = make('pre', 'redacted')
const after = make('div', '')
const copy = make('button', '', 'Copy the row')
let controller: AbortController | undefined

/** Puts the view into the page. @param say  tells the user what happened */
export function show(say: (text: string) => void): void {
  if (host.childElementCount > 0) return
  for (const button of [start, copy]) button.type = 'button'
  progress.setAttribute('aria-label', 'Measured')
  row.tabIndex = 0
  row.setAttribute('aria-label', 'Row for the table of other machines')
  start.addEventListener('click', () => {
    if (controller === undefined) void run(say)
    else controller.abort(CANCELLED)
  })
  copy.addEventListener('click', () => {
    copyText(row.textContent).then(
      () => say('Copied the row'),
      (error: unknown) => say(`Could not copy: ${error instanceof Error ? error.message : error}`),
    )
  })
  after.append(
    results,
    row,
    make('p', 'hint', "In place of the question mark goes the processor's name."),
    copy,
  )
  after.hidden = true
  host.append(make('div', 'bar', start, progress, doing), after)
  showRunning(false)
}

function showRunning(running: boolean): void {
  start.textContent = running ? 'Cancel' : 'Measure'
  for (const element of [progress, doing]) element.hidden = !running
}

async function run(say: (text: string) => void): Promise<void> {
  const own = new AbortController()
  controller = own
  showRunning(true)
  try {
    const report = await measure(own.signal)
    row.textContent = shareRows(report)
    showFigures(report)
    after.hidden = false
    say('Measured')
  } catch (error) {
    say(
      own.signal.aborted
        ? CANCELLED.message
        : `Not measured: ${error instanceof Error ? error.message : error}`,
    )
  } finally {
    controller = undefined
    showRunning(false)
  }
}

/** With one thread and with all, the model of this site, as int8. */
async function measure(signal: AbortSignal): Promise<Report> {
  const counts = [...new Set([1, mostThreads()])]
  const total = 1 + counts.length * 2 * LENGTHS.length
  progress.max = total
  let done = -1
  let name = ''
  const onStep = (next: string, share: number): void => {
    if (next !== name) done++
    name = next
    progress.value = done + share
    doing.textContent = name
  }
  doing.textContent = 'Loading'
  progress.removeAttribute('value')
  const files = await downloadModel(() => {}, signal)
  const worker = new URL('worker.js', document.baseURI)
  const figures: Figure[] = []
  let build = ''
  for (const threads of counts) {
    const model = await loadModel(files, { threads, worker, signal })
    try {
      build = model.info.kernels
      if (threads === 1 && (build === 'simd' || build === 'relaxed')) {
        const { hiddenSize: inputs, intermediateSize: outputs } = model.config
        const layer = `int8, linear layer ${inputs} to ${outputs}, ${ROWS} rows`
        onStep(layer, 0)
        // Computed here and not in a worker: what was told is shown before.
        await new Promise((resolve) => setTimeout(resolve, 50))
        const shape = { inputs, outputs, rows: ROWS, seconds: SECONDS }
        const value = await kernelRate({ ...shape, precision: 'int8', variant: build, turbo: false })
        figures.push({ name: layer, value, unit: 'GOP/s' })
      }
      figures.push(...(await modelFigures(model, LENGTHS, { seconds: SECONDS, signal, onStep })))
    } finally {
      model.dispose()
    }
  }
  const machine = {
    // No browser tells it.
    processor: 'processor: ?',
    cores: navigator.hardwareConcurrency,
    system: /\(([^)]*)\)/.exec(navigator.userAgent)?.[1] ?? 'system: ?',
    runtime: browserName(navigator.userAgent),
    date: new Date().toISOString(),
  }
  const engine = { version, kernels: { int8: build }, turbo: false }
  return { model: 'the model that ships', engine, machine, figures }
}

function browserName(agent: string): string {
  const [, name, number] =
    /(Edg|OPR|Firefox|HeadlessChrome|Chrome)\/([\d.]+)/.exec(
      agent.replace(/Chrome\S+ Safari\S+ (?=Edg|OPR)/, ''),
    ) ?? []
  if (name !== undefined) return `${name} ${number}`
  return `Safari ${/Version\/([\d.]+)/.exec(agent)?.[1] ?? '?'}`
}

/** Those that tell most; the row has the others. */
function showFigures({ engine, figures }: Report): void {
  const entries: [string, string][] = [['Kernels', engine?.kernels.int8 ?? '–']]
  for (const { name, value, unit } of figures) {
    const [, threads, what] = /^int8, (\d+ threads?), (128 pieces|32 pieces, batched)$/.exec(name) ?? []
    if (unit === 'GOP/s') entries.push(['Linear layer, 1 thread', `${threeDigits(value)} ${unit}`])
    else if (threads !== undefined)
      entries.push([
        `${what === '128 pieces' ? what : 'Texts of 32'}, ${threads}`,
        `${threeDigits(value)} ${unit}`,
      ])
  }
  results.replaceChildren(
    ...entries.map(([title, text]) => make('div', '', make('dt', '', title), make('dd', '', text))),
  )
}
