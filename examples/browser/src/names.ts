/** The list of names: each once, with its count and its score. */
import { find, make } from './elements.ts'
import { inOrderOfTypes, nameOf, paint, percent } from './entity-types.ts'
import type { Part } from './parts.ts'

interface Name {
  readonly type: string
  readonly text: string
  /** Positions in the whole text. */
  readonly spans: [start: number, end: number][]
  scores: number
}

interface NameEvents {
  onPick(start: number, end: number): void
  /** Undefined when the pointer or focus left. */
  onPoint(name: { type: string; text: string } | undefined): void
}

/** Rows of one type; a longer list helps nobody and slows the page. */
const MOST = 60

export class NameList {
  readonly #host = find('names', HTMLElement)
  readonly #events: NameEvents
  /** Which of its places a name showed last. */
  readonly #turn = new Map<string, number>()

  constructor(events: NameEvents) {
    this.#events = events
  }

  show(parts: readonly Part[]): void {
    const focused = (document.activeElement as HTMLElement | null)?.dataset['name']
    const names = collect(parts)
    const types = inOrderOfTypes(names.map(({ type }) => type))
    const blocks: HTMLElement[] = types.map((type) => this.#group(names.filter((name) => name.type === type)))
    if (blocks.length === 0) blocks.push(make('p', 'hint', 'None yet.'))
    this.#host.replaceChildren(...blocks)
    if (focused === undefined) return
    for (const button of this.#host.querySelectorAll('button')) {
      if (button.dataset['name'] === focused) button.focus({ preventScroll: true })
    }
  }

  #group(names: Name[]): HTMLElement {
    const { type } = names[0]!
    const count = names.reduce((sum, { spans }) => sum + spans.length, 0)
    names.sort((one, other) => other.spans.length - one.spans.length)
    const heading = make('h3', '', `${nameOf(type)} `, make('span', 'count', String(count)))
    const list = make('ul', '', ...names.slice(0, MOST).map((name) => make('li', '', this.#row(name))))
    const block = make('div', 'group', heading, list)
    if (names.length > MOST) block.append(make('p', 'hint', `and ${names.length - MOST} more`))
    paint(block, type)
    return block
  }

  #row(name: Name): HTMLButtonElement {
    const { type, text, spans, scores } = name
    const key = `${type} ${text}`
    const often = spans.length > 1 ? make('span', 'often', `×${spans.length}`) : ''
    const score = percent(scores / spans.length)
    const row = make('button', '', make('bdi', 'name', text), often, make('span', 'number', score))
    row.type = 'button'
    row.dataset['name'] = key
    row.addEventListener('click', () => {
      const turn = (this.#turn.get(key) ?? -1) + 1
      this.#turn.set(key, turn)
      this.#events.onPick(...spans[turn % spans.length]!)
    })
    for (const event of ['pointerenter', 'focus']) {
      row.addEventListener(event, () => this.#events.onPoint({ type, text }))
    }
    for (const event of ['pointerleave', 'blur']) {
      row.addEventListener(event, () => this.#events.onPoint(undefined))
    }
    return row
  }
}

function collect(parts: readonly Part[]): Name[] {
  const names = new Map<string, Name>()
  let at = 0
  for (const part of parts) {
    for (const { type, text, start, end, score } of part.entities) {
      const key = `${type} ${text}`
      const name = names.get(key) ?? { type, text, spans: [], scores: 0 }
      names.set(key, name)
      name.spans.push([at + start, at + end])
      name.scores += score
    }
    at += part.text.length
  }
  return [...names.values()]
}
