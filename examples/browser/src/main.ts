/**
 * THE PAGE: text → parts → recognizer → coloured sheet, list of names, figures. The recognizer computes in a
 * worker; this file only handles what is seen.
 */
import { defaultSplit, type Entity, type Recognizer, type Split, splitNames } from 'iobert'
import { listenForDrops } from './dropped-files.ts'
import { Editor } from './editor.ts'
import { find, press } from './elements.ts'
import { nameOf, percent } from './entity-types.ts'
import { showMemory, showPace } from './figures.ts'
import { ModelPanel } from './model-panel.ts'
import { NameList } from './names.ts'
import { startOffline } from './offline.ts'
import { carryOver, type Part, splitParts } from './parts.ts'
import { isGuess, type Pace, readTexts, type TextReader } from './reader.ts'
import { SHORT_SAMPLE } from './short-sample.ts'
import { TakeOut } from './take-out.ts'

/** A reading that takes less shows no progress. */
const NOTICEABLE_MILLISECONDS = 200
/** What is found meanwhile is shown at most so often. */
const REDRAW_MILLISECONDS = 300
/** Rest after the last change until the list of names is said aloud. */
const QUIET_MILLISECONDS = 1200

const run = find('run', HTMLElement)
const progress = find('progress', HTMLProgressElement)
const progressText = find('progress-text', HTMLElement)
const idle = find('idle-text', HTMLElement)
const split = find('split', HTMLSelectElement)
const status = find('status', HTMLElement)
const inside = find('inside', HTMLDetailsElement)

let recognizer: TextReader | undefined
/** Whether it is the model of this site, which knows English. */
let isEnglish = false
/** What was found in what was read, by its text; a model's own. */
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
const takeOut = new TakeOut(() => ({ text: editor.text, parts: editor.parts }), say)
const panel = new ModelPanel((loaded, isOurs) => {
  controller?.abort()
  recognizer = loaded
  isEnglish = isOurs
  found = new Map()
  showMemory(loaded.model.info)
  void read()
})

/** Shows the text with what is known of it now. */
function draw(): void {
  clearTimeout(drawing)
  drawing = undefined
  const before = editor.parts
  const now = splitParts(editor.text, chosenSplit())
  const edited = editedPart(before, now)
  const parts = now.map((part, index): Part => {
    const entities = found.get(part.read)
    if (entities !== undefined) return { ...part, entities }
    if (before[index]?.text === part.text) return before[index]
    return edited?.index === index ? { ...part, entities: carryOver(edited.before, part.text) } : part
  })
  editor.show(parts)
  names.show(parts)
  void takeOut.show()
}

function chosenSplit(): Split {
  return split.value === '' ? false : (split.value as Split)
}

/** The part that a key was typed in, where all the others are as before. */
function editedPart(
  before: readonly Part[],
  now: readonly Part[],
): { index: number; before: Part } | undefined {
  if (before.length !== now.length) return undefined
  const index = now.findIndex(({ text }, at) => before[at]!.text !== text)
  return index < 0 ? undefined : { index, before: before[index]! }
}

/** Reads the parts that are not known yet. A reading that is under way is given up: its text is old. */
async function read(): Promise<void> {
  controller?.abort()
  if (recognizer === undefined) return
  const own = new AbortController()
  controller = own
  const texts = new Set(splitParts(editor.text, chosenSplit()).map(({ read }) => read))
  texts.delete('')
  for (const known of found.keys()) if (!texts.has(known)) found.delete(known)
  const left = [...texts].filter((text) => !found.has(text))
  const total = texts.size
  const known = total - left.length
  progress.value = total === 0 ? 1 : known / total
  const notice = setTimeout(showRun, NOTICEABLE_MILLISECONDS, true)
  const { model } = recognizer
  const onFound = (text: string, entities: readonly Entity[]): void => {
    found.set(
      text,
      entities.filter((entity) => !isEnglish || !isGuess(entity)),
    )
    drawing ??= setTimeout(draw, REDRAW_MILLISECONDS)
  }
  const onPace = (pace: Pace): void => {
    progress.value = (known + pace.share * left.length) / total
    progressText.textContent =
      total === 1 ? `${Math.round(pace.share * 100)} %` : `${total - pace.left} of ${total} parts`
    showPace(pace)
  }
  try {
    await readTexts(recognizer, left, own.signal, onFound, onPace)
    showMemory(model.info)
    showRun(undefined)
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

/** @param running  undefined where all was read */
function showRun(running: boolean | undefined): void {
  run.hidden = running === undefined
  stop.textContent = running === false ? 'Continue' : 'Stop'
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
  draw()
  const count = editor.parts.reduce((sum, { entities }) => sum + entities.length, 0)
  const text = count === 1 ? '1 name found' : `${count} names found`
  idle.textContent = text
  speaking = setTimeout(() => {
    status.textContent = text
  }, QUIET_MILLISECONDS)
}

/** The view of pieces and attention is fetched when it is opened first. */
async function lookInside(): Promise<void> {
  // What is seen inside are the labels of a recognizer.
  if (!inside.open || recognizer?.labels === undefined) return
  const view = await import('./inside.ts')
  await view.show(recognizer as Recognizer, editor.parts, editor.caret)
}

inside.addEventListener('toggle', () => void lookInside())
find('measure', HTMLDetailsElement).addEventListener('toggle', () => {
  void import('./measure.ts').then(({ show }) => show(say))
})
press('short-sample', () => editor.write(SHORT_SAMPLE))
press('clear', () => editor.write(''))
for (const name of ['mail', 'chat', 'lower', 'log']) {
  press(`${name}-sample`, () => {
    void import('./samples.ts').then(({ SAMPLES }) => editor.write(SAMPLES[name]!))
  })
}
split.append(...splitNames.map((name) => new Option(name)), new Option('not at all', ''))
// What is read as it is typed is read in pieces, also where the library splits only if it is asked.
split.value = defaultSplit === false ? 'lines' : String(defaultSplit)
split.addEventListener('change', () => {
  found = new Map()
  draw()
  void read()
})
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
