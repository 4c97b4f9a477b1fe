/**
 * THE PAGE: text → parts → recognizer → coloured sheet, list of names, figures. The recognizer computes in a worker; here
 * is only what is seen.
 */
import type { Entity, Recognizer } from 'iobert'
import { listenForDrops } from './dropped-files.ts'
import { Editor } from './editor.ts'
import { find, press } from './elements.ts'
import { nameOf, percent } from './entity-types.ts'
import { showMemory, showPace } from './figures.ts'
import { ModelPanel } from './model-panel.ts'
import { NameList } from './names.ts'
import { startOffline } from './offline.ts'
import { carryOver, type Part, splitParts } from './parts.ts'
import { readParts } from './reader.ts'
import { SHORT_SAMPLE } from './short-sample.ts'

/** A reading that takes less shows no progress. */
const NOTICEABLE_MILLISECONDS = 200
/** What is found meanwhile is shown at most so often. */
const REDRAW_MILLISECONDS = 300
/** Rest after the last change until the list of names is said aloud. */
const QUIET_MILLISECONDS = 1200

const run = find('run', HTMLElement)
const progress = find('progress', HTMLProgressElement)
const progressText = find('progress-text', HTMLElement)
const status = find('status', HTMLElement)
const inside = find('inside', HTMLDetailsElement)

let recognizer: Recognizer | undefined
/** What was found in each part, by its text; a model's own. */
let found = new Map<string, readonly Entity[]>()
let controller: AbortController | undefined
let drawing: ReturnType<typeof setTimeout> | undefined
let speaking: ReturnType<typeof setTimeout> | undefined

const editor = new Editor({
  onInput: () => {
    draw()
    void read()
  },
  onCaret: () => void lookInside(),
  onEntity: ({ type, text, score }) => say(`${text}: ${nameOf(type)}, ${percent(score)}`),
})
const names = new NameList({
  onPick: (start, end) => editor.select(start, end),
  onPoint: (name) => editor.emphasize(name?.type ?? '', name?.text ?? ''),
})
const panel = new ModelPanel((loaded) => {
  controller?.abort()
  recognizer = loaded
  found = new Map()
  showMemory(loaded.model.info)
  void read()
})

/** Shows the text with what is known of it now. */
function draw(): void {
  clearTimeout(drawing)
  drawing = undefined
  const before = editor.parts
  const texts = splitParts(editor.text)
  const edited = editedPart(before, texts)
  const parts = texts.map((text, index): Part => {
    const entities = found.get(text)
    if (entities !== undefined) return { text, entities }
    if (before[index]?.text === text) return before[index]
    return { text, entities: edited?.index === index ? carryOver(edited.before, text) : NONE }
  })
  editor.show(parts)
  names.show(parts)
}

const NONE: readonly Entity[] = []

/** The part that a key was typed in, where all the others are as before. */
function editedPart(
  before: readonly Part[],
  texts: readonly string[],
): { index: number; before: Part } | undefined {
  if (before.length !== texts.length) return undefined
  const index = texts.findIndex((text, at) => before[at]!.text !== text)
  return index < 0 ? undefined : { index, before: before[index]! }
}

/** Reads the parts that are not known yet. A reading that is under way is given up: its text is old. */
async function read(): Promise<void> {
  controller?.abort()
  if (recognizer === undefined) return
  const own = new AbortController()
  controller = own
  const texts = new Set(splitParts(editor.text).filter((text) => text.trim() !== ''))
  for (const known of found.keys()) if (!texts.has(known)) found.delete(known)
  const left = [...texts].filter((text) => !found.has(text))
  const total = texts.size
  progress.value = total === 0 ? 1 : (total - left.length) / total
  const notice = setTimeout(showRun, NOTICEABLE_MILLISECONDS, true)
  const { model } = recognizer
  try {
    await readParts(recognizer, left, own.signal, (part, entities, pace) => {
      found.set(part, entities)
      progress.value = (total - pace.partsLeft) / total
      progressText.textContent = `${total - pace.partsLeft} of ${total} parts`
      showPace(pace)
      drawing ??= setTimeout(draw, REDRAW_MILLISECONDS)
    })
    showMemory(model.info)
    run.hidden = true
    sayFindings()
  } catch (error) {
    // A newer reading has taken over, or the user stopped this one.
    if (!own.signal.aborted)
      say(`The text could not be read: ${error instanceof Error ? error.message : error}`)
  } finally {
    clearTimeout(notice)
    if (drawing !== undefined) draw()
    if (controller === own) void lookInside()
  }
}

function showRun(running: boolean): void {
  run.hidden = false
  stop.textContent = running ? 'Stop' : 'Continue'
}

const stop = press('stop', () => {
  if (stop.textContent === 'Continue') {
    void read()
    showRun(true)
    return
  }
  controller?.abort()
  showRun(false)
  say(`Stopped. ${progressText.textContent} read.`)
})

function say(text: string): void {
  clearTimeout(speaking)
  status.textContent = text
}

function sayFindings(): void {
  clearTimeout(speaking)
  speaking = setTimeout(() => {
    const count = editor.parts.reduce((sum, { entities }) => sum + entities.length, 0)
    status.textContent = count === 1 ? '1 name found' : `${count} names found`
  }, QUIET_MILLISECONDS)
}

/** The view of pieces and attention is fetched when it is opened first. */
async function lookInside(): Promise<void> {
  if (!inside.open || recognizer === undefined) return
  const view = await import('./inside.ts')
  await view.show(recognizer, editor.parts, editor.caret)
}

inside.addEventListener('toggle', () => void lookInside())
press('short-sample', () => editor.write(SHORT_SAMPLE))
press('clear', () => editor.write(''))
press('long-sample', () => {
  void import('./long-sample.ts').then(({ longSample }) => {
    editor.write(longSample())
  })
})
press('isolate', () => location.reload())
listenForDrops((files) => {
  const [file] = files
  if (file === undefined) return
  const ofModel = files.length > 1 || /\.(json|safetensors)$|^vocab\.txt$/i.test(file.name)
  if (ofModel) void panel.loadFiles(files)
  else void file.text().then((text) => editor.write(text))
})

async function start(): Promise<void> {
  if (editor.text === '') editor.write(SHORT_SAMPLE)
  else draw()
  // The model is asked for through the service worker, which keeps it: it is downloaded once.
  const served = await startOffline()
  find('isolate', HTMLElement).hidden = crossOriginIsolated || !served
  await panel.load()
  find('offline-note', HTMLElement).textContent = served
    ? 'This page and its model are kept here: they work without a network.'
    : 'The browser keeps nothing of this page: it needs the network at each visit.'
}

void start()
