/** What the model sees: the pieces around the caret, their labels, and how they attend to one another. */
import type { Encoding, Recognizer } from 'iobert'
import { AttentionMap } from './attention-map.ts'
import { find, make } from './elements.ts'
import { paint, percent } from './entity-types.ts'
import type { Part } from './parts.ts'

/** Pieces in view, `[CLS]` and `[SEP]` included: attention maps grow with its square. */
const MOST_PIECES = 96

interface Reading {
  readonly recognizer: Recognizer
  readonly tokens: readonly string[]
  /** [T, C], softmax of the logits. */
  readonly probabilities: readonly Float32Array[]
  /** L of [A, T, T]. */
  readonly attentions: readonly Float32Array[]
}

const host = find('inside-view', HTMLElement)
let reading: Reading | undefined
let shownText: string | undefined
let selected = 0
let turn = 0

const note = make('p', 'hint')
const layers = make('select', '')
const heads = make('select', '')
const chips = make('div', 'chips')
const summary = make('p', 'summary')
const labels = make('ul', 'labels')
const map = new AttentionMap((layer, head) => {
  layers.value = String(layer)
  heads.value = String(head)
  update()
})

function build(): void {
  chips.setAttribute('role', 'radiogroup')
  chips.setAttribute('aria-label', 'Pieces of the text')
  summary.setAttribute('role', 'status')
  layers.addEventListener('change', update)
  heads.addEventListener('change', update)
  chips.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key]
    if (step === undefined || reading === undefined) return
    event.preventDefault()
    select((selected + step + reading.tokens.length) % reading.tokens.length)
    ;(chips.children[selected] as HTMLElement).focus()
  })
  host.append(
    note,
    make('div', 'pair', make('label', '', 'Layer ', layers), make('label', '', 'Head ', heads)),
    chips,
    summary,
    make(
      'div',
      'inside-columns',
      make('div', '', make('h3', '', 'Label of this piece'), labels),
      map.element,
    ),
  )
}

/** Shows the part that holds the caret, around it. */
export async function show(recognizer: Recognizer, parts: readonly Part[], caret: number): Promise<void> {
  if (host.childElementCount === 0) build()
  const { text, at } = partAt(parts, caret)
  if (shownText === text && reading?.recognizer === recognizer) return
  shownText = text
  const own = ++turn
  const { tokens, ids, cut } = excerpt(recognizer, text, at)
  const { logits, attentions } = await recognizer.model.forward([ids], { attentions: true })
  // The caret has moved on in the meantime.
  if (own !== turn) return
  const classes = recognizer.labels.length
  const probabilities = ids.map((_, piece) =>
    softmax(logits[0]!.subarray(piece * classes, (piece + 1) * classes)),
  )
  reading = { recognizer, tokens, probabilities, attentions: attentions![0]! }
  note.textContent = cut
    ? `${tokens.length} pieces around the caret, read by themselves.`
    : `${tokens.length} pieces. Point at one, or use the arrow keys, to see which pieces it looks at.`
  offer(layers, reading.attentions.length, [])
  offer(heads, reading.attentions[0]!.length / ids.length ** 2, ['mean of all'])
  drawChips(reading)
  selected = Math.min(1, ids.length - 1)
  map.load(reading.attentions, ids.length)
  update()
}

function partAt(parts: readonly Part[], caret: number): { text: string; at: number } {
  let start = 0
  for (const { text } of parts) {
    if (caret < start + text.length && text.trim() !== '') return { text, at: Math.max(0, caret - start) }
    start += text.length
  }
  const last = parts.findLast(({ text }) => text.trim() !== '')
  return { text: last?.text ?? '', at: last?.text.length ?? 0 }
}

function excerpt(
  { tokenizer }: Recognizer,
  text: string,
  at: number,
): { tokens: string[]; ids: number[]; cut: boolean } {
  const { ids, tokens, offsets }: Encoding = tokenizer.encode(text)
  if (ids.length <= MOST_PIECES) return { ids, tokens, cut: false }
  const body = MOST_PIECES - 2
  const near = offsets.findIndex(([, end]) => end > at)
  const middle = near < 0 ? ids.length - 1 : near
  const from = Math.max(1, Math.min(middle - (body >> 1), ids.length - 1 - body))
  const around = <Value>(all: Value[]): Value[] => [all[0]!, ...all.slice(from, from + body), all.at(-1)!]
  return { ids: around(ids), tokens: around(tokens), cut: true }
}

function softmax(logits: Float32Array): Float32Array {
  const largest = Math.max(...logits)
  const powers = logits.map((logit) => Math.exp(logit - largest))
  const sum = powers.reduce((total, power) => total + power, 0)
  return powers.map((power) => power / sum)
}

function offer(list: HTMLSelectElement, count: number, first: readonly string[]): void {
  if (list.length === count + first.length) return
  list.replaceChildren()
  for (const [index, text] of first.entries()) list.add(new Option(text, String(index - first.length)))
  for (let index = 0; index < count; index++) list.add(new Option(String(index + 1), String(index)))
}

function drawChips({ recognizer, tokens, probabilities }: Reading): void {
  chips.replaceChildren(
    ...tokens.map((token, index) => {
      const chip = make('button', 'chip', make('bdi', 'piece', token), make('span', 'weight'))
      chip.type = 'button'
      chip.setAttribute('role', 'radio')
      const label = recognizer.labels[best(probabilities[index]!)]!
      const type = label.replace(/^[BIESLU][-_]/, '')
      if (type !== 'O') {
        chip.classList.add('named')
        paint(chip, type)
      }
      chip.addEventListener('click', () => select(index))
      chip.addEventListener('pointerenter', ({ pointerType }) => {
        if (pointerType === 'mouse') select(index)
      })
      return chip
    }),
  )
}

function best(probabilities: Float32Array): number {
  return probabilities.indexOf(Math.max(...probabilities))
}

function select(index: number): void {
  selected = index
  update()
}

/** All that depends on the piece, layer and head that are chosen. */
function update(): void {
  if (reading === undefined) return
  const { recognizer, tokens, probabilities } = reading
  const layer = Number(layers.value)
  const head = Number(heads.value)
  const weights = map.row(layer, head, selected)
  const largest = Math.max(...weights)
  for (const [index, chip] of ([...chips.children] as HTMLElement[]).entries()) {
    const chosen = index === selected
    chip.setAttribute('aria-checked', String(chosen))
    chip.tabIndex = chosen ? 0 : -1
    chip.style.setProperty('--share', String(weights[index]! / largest))
    chip.lastElementChild!.textContent =
      weights[index]! >= 0.01 ? `${Math.round(weights[index]! * 100)} %` : ''
  }
  const order = [...weights.keys()].sort((one, other) => weights[other]! - weights[one]!).slice(0, 3)
  const looks = order
    .map((index) => `\u2068${tokens[index]}\u2069 (${Math.round(weights[index]! * 100)} %)`)
    .join(', ')
  summary.textContent = `\u2068${tokens[selected]}\u2069 looks most at ${looks}.`
  const own = probabilities[selected]!
  labels.replaceChildren(
    ...[...own.keys()]
      .sort((one, other) => own[other]! - own[one]!)
      .slice(0, 5)
      .map((index) => {
        const row = make(
          'li',
          '',
          make('b', '', recognizer.labels[index]!),
          make('span', 'number', percent(own[index]!)),
        )
        row.style.setProperty('--share', String(own[index]!))
        return row
      }),
  )
  map.draw(layer, head, selected)
}
