/** Draws attention as pictures: all heads small, the chosen one large. */
import { make } from './elements.ts'

const LARGE = 288
const SMALL = 30

export class AttentionMap {
  readonly element: HTMLElement
  readonly #atlas = make('canvas', 'atlas')
  readonly #large = make('canvas', 'large')
  readonly #color: () => string
  #attentions: readonly Float32Array[] = []
  #length = 0
  #heads = 0
  /** The layer and head that the atlas shows as chosen. */
  #choice = ''
  readonly #pictures = new Map<string, OffscreenCanvas>()

  constructor(onPick: (layer: number, head: number) => void) {
    for (const canvas of [this.#atlas, this.#large]) canvas.setAttribute('role', 'img')
    const atlasTitle = make(
      'h3',
      '',
      'Every head ',
      make('small', '', 'a row a layer; press one to choose it'),
    )
    const largeTitle = make('h3', '', 'This head ', make('small', '', 'a row looks at its columns'))
    const scroller = make('div', 'scroller', this.#atlas)
    // What scrolls is to be reached by keys.
    scroller.tabIndex = 0
    scroller.setAttribute('role', 'group')
    scroller.setAttribute('aria-label', 'Every head')
    this.element = make(
      'div',
      'maps',
      make('div', '', largeTitle, this.#large),
      make('div', '', atlasTitle, scroller),
    )
    this.#color = () => getComputedStyle(this.element).color
    this.#atlas.addEventListener('click', ({ offsetX, offsetY }) => {
      const layer = Math.floor(offsetY / SMALL)
      const head = Math.floor(offsetX / SMALL)
      if (layer < this.#attentions.length && head < this.#heads) onPick(layer, head)
    })
  }

  /** @param attentions  L of [A, T, T] */
  load(attentions: readonly Float32Array[], length: number): void {
    this.#pictures.clear()
    this.#choice = ''
    this.#attentions = attentions
    this.#length = length
    this.#heads = attentions[0]!.length / length ** 2
    this.#atlas.setAttribute(
      'aria-label',
      `Attention of ${attentions.length} layers with ${this.#heads} heads each`,
    )
  }

  /** How much piece `query` attends to each, [T]; head -1 is the mean of all heads. */
  row(layer: number, head: number, query: number): Float32Array {
    const length = this.#length
    const row = new Float32Array(length)
    const heads = head < 0 ? [...Array(this.#heads).keys()] : [head]
    for (const one of heads) {
      const start = (one * length + query) * length
      for (let key = 0; key < length; key++)
        row[key]! += this.#attentions[layer]![start + key]! / heads.length
    }
    return row
  }

  draw(layer: number, head: number, query: number): void {
    const chosen = head < 0 ? 'the mean of all heads' : `head ${head + 1}`
    this.#large.setAttribute('aria-label', `Attention of layer ${layer + 1}, ${chosen}`)
    const large = prepare(this.#large, LARGE, LARGE)
    this.#paint(large, layer, head, 0, 0, LARGE)
    const step = LARGE / this.#length
    large.strokeStyle = this.#color()
    large.strokeRect(0.5, query * step + 0.5, LARGE - 1, Math.max(2, step - 1))
    const choice = `${layer} ${head}`
    if (choice === this.#choice) return
    this.#choice = choice
    const atlas = prepare(this.#atlas, this.#heads * SMALL, this.#attentions.length * SMALL)
    for (let row = 0; row < this.#attentions.length; row++) {
      for (let column = 0; column < this.#heads; column++) {
        this.#paint(atlas, row, column, column * SMALL + 1, row * SMALL + 1, SMALL - 2)
      }
    }
    atlas.strokeStyle = this.#color()
    atlas.lineWidth = 2
    if (head < 0) atlas.strokeRect(1, layer * SMALL + 1, this.#heads * SMALL - 2, SMALL - 2)
    else atlas.strokeRect(head * SMALL + 1, layer * SMALL + 1, SMALL - 2, SMALL - 2)
  }

  #paint(
    context: CanvasRenderingContext2D,
    layer: number,
    head: number,
    x: number,
    y: number,
    size: number,
  ): void {
    const key = `${layer} ${head}`
    const picture = this.#pictures.get(key) ?? this.#picture(layer, head)
    this.#pictures.set(key, picture)
    context.imageSmoothingEnabled = size < this.#length
    context.drawImage(picture, x, y, size, size)
  }

  /** One map: a pixel a pair of pieces, the colour's opacity the root of the weight, so that small ones show. */
  #picture(layer: number, head: number): OffscreenCanvas {
    const length = this.#length
    const picture = new OffscreenCanvas(length, length)
    const image = new ImageData(length, length)
    const color = getComputedStyle(this.element).getPropertyValue('--map').split(' ').map(Number)
    for (let query = 0, at = 0; query < length; query++) {
      for (const weight of this.row(layer, head, query)) {
        image.data.set(color, at)
        image.data[at + 3] = 255 * Math.sqrt(weight)
        at += 4
      }
    }
    picture.getContext('2d')!.putImageData(image, 0, 0)
    return picture
  }
}

/** Sizes a canvas for the screen's pixels and clears it. */
function prepare(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D {
  const ratio = window.devicePixelRatio
  canvas.width = width * ratio
  canvas.height = height * ratio
  canvas.style.width = `${width}px`
  canvas.style.height = `${height}px`
  const context = canvas.getContext('2d')!
  context.scale(ratio, ratio)
  return context
}
