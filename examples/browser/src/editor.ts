/** The text field, and the coloured sheet behind it, aligned letter by letter. */
import type { Entity } from 'iobert'
import { find, make } from './elements.ts'
import { nameOf, paint, percent } from './entity-types.ts'
import type { Part } from './parts.ts'

interface Shown extends Part {
  readonly node: HTMLSpanElement
}

interface EditorEvents {
  /** The text was changed by the user. */
  onInput(): void
  /** The caret went elsewhere. */
  onCaret(): void
  /** The caret went into a name. */
  onEntity(entity: Entity): void
}

export class Editor {
  readonly #field = find('text', HTMLTextAreaElement)
  readonly #backdrop = find('backdrop', HTMLElement)
  readonly #tip = find('tip', HTMLElement)
  readonly #entities = new WeakMap<Element, Entity>()
  readonly #events: EditorEvents
  #shown: Shown[] = []
  #tipped: Element | undefined
  /** Where the caret stood when Escape put the tip away: there it stays away. */
  #dismissedAt: number | undefined

  constructor(events: EditorEvents) {
    this.#events = events
    this.#field.addEventListener('input', () => events.onInput())
    this.#field.addEventListener('pointermove', (event) => this.#point(event))
    this.#field.addEventListener('pointerleave', () => this.#showTip(undefined))
    this.#field.addEventListener('blur', () => this.#showTip(undefined))
    this.#field.addEventListener('keydown', ({ key }) => {
      if (key !== 'Escape') return
      this.#dismissedAt = this.caret
      this.#showTip(undefined)
    })
    document.addEventListener('selectionchange', () => {
      if (document.activeElement === this.#field) this.#followCaret()
    })
    document.addEventListener('scroll', () => this.#showTip(undefined), { capture: true, passive: true })
  }

  get text(): string {
    return this.#field.value
  }

  /** Takes another text in place of the one that is there. */
  write(text: string): void {
    this.#field.value = text
    this.#field.setSelectionRange(0, 0)
    this.#events.onInput()
  }

  get caret(): number {
    return this.#field.selectionStart
  }

  get parts(): readonly Part[] {
    return this.#shown
  }

  /** Shows parts, keeping the nodes of those that did not change: a long text is not laid out anew at each key. */
  show(parts: readonly Part[]): void {
    const old = this.#shown
    const shorter = Math.min(old.length, parts.length)
    let head = 0
    while (head < shorter && same(old[head]!, parts[head]!)) head++
    let tail = 0
    while (tail < shorter - head && same(old.at(-1 - tail)!, parts.at(-1 - tail)!)) tail++
    const fresh = parts.slice(head, parts.length - tail).map((part) => this.#draw(part))
    const next = old[old.length - tail]?.node ?? null
    for (const { node } of old.slice(head, old.length - tail)) node.remove()
    const fragment = document.createDocumentFragment()
    fragment.append(...fresh.map(({ node }) => node))
    this.#backdrop.insertBefore(fragment, next)
    this.#shown = [...old.slice(0, head), ...fresh, ...old.slice(old.length - tail)]
    if (document.activeElement === this.#field) this.#followCaret()
    else this.#showTip(undefined)
  }

  /** Selects a stretch and brings it into view. */
  select(start: number, end: number): void {
    this.#field.focus({ preventScroll: true })
    this.#field.setSelectionRange(start, end)
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches
    this.#markAt(start)?.scrollIntoView({ block: 'center', behavior: still ? 'auto' : 'smooth' })
  }

  /** Makes the marks of one name stand out. */
  emphasize(type: string, text: string): void {
    for (const mark of this.#backdrop.querySelectorAll('mark')) {
      const entity = this.#entities.get(mark)
      mark.classList.toggle('strong', entity?.type === type && entity.text === text)
    }
  }

  #draw({ text, read, entities }: Part): Shown {
    const node = make('span', '')
    let at = 0
    for (const entity of entities) {
      const mark = make('mark', '', text.slice(entity.start, entity.end))
      mark.dataset['type'] = entity.type
      paint(mark, entity.type)
      this.#entities.set(mark, entity)
      node.append(text.slice(at, entity.start), mark)
      at = entity.end
    }
    node.append(text.slice(at))
    return { text, read, entities, node }
  }

  /** The field lies over the marks, so they are looked for under the pointer. */
  #point({ clientX, clientY }: PointerEvent): void {
    this.#showTip(document.elementsFromPoint(clientX, clientY).find((element) => this.#entities.has(element)))
  }

  #followCaret(): void {
    if (this.caret !== this.#dismissedAt) this.#dismissedAt = undefined
    const mark = this.#markAt(this.caret)
    if (mark !== undefined && mark !== this.#tipped) this.#events.onEntity(this.#entities.get(mark)!)
    this.#showTip(this.#dismissedAt === undefined ? mark : undefined)
    this.#events.onCaret()
  }

  #markAt(position: number): Element | undefined {
    let start = 0
    for (const { text, entities, node } of this.#shown) {
      if (position <= start + text.length) {
        const index = entities.findIndex(
          (one) => start + one.start <= position && position <= start + one.end,
        )
        if (index >= 0) return node.querySelectorAll('mark')[index]
      }
      start += text.length
      if (start > position) return undefined
    }
    return undefined
  }

  #showTip(mark: Element | undefined): void {
    const entity = mark && this.#entities.get(mark)
    this.#tip.hidden = entity === undefined
    this.#tipped = mark
    if (mark === undefined || entity === undefined) return
    paint(this.#tip, entity.type)
    const score = make('span', 'score')
    score.style.setProperty('--share', String(entity.score))
    this.#tip.replaceChildren(make('b', '', nameOf(entity.type)), ` ${percent(entity.score)}`, score)
    const box = mark.getClientRects()[0]!
    const below = box.bottom + 6
    const room = document.documentElement.clientWidth - this.#tip.offsetWidth - 8
    this.#tip.style.left = `${Math.max(8, Math.min(box.left, room))}px`
    this.#tip.style.top = `${below}px`
  }
}

function same(one: Part, other: Part): boolean {
  return one.text === other.text && one.entities === other.entities
}
