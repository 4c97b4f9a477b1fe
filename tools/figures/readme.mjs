/**
 * Draws the picture at the top of the README: what `iobert examples/texts/letter.txt` prints on a terminal 56
 * columns wide, and the marked text and the entities of the same letter on a page. int8 gives the same bits
 * everywhere, so a test can check that the picture shows what the shipped model finds today.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { escapeText, rect, round } from './svg.mjs'

const letter = fileURLToPath(new URL('../../examples/texts/letter.txt', import.meta.url))

const [TERMINAL_WIDTH, PAGE_WIDTH, GAP, HEIGHT] = [470, 390, 20, 378]
/** Columns of the terminal, and the advance of its letters and lines in pixels. */
const [COLUMNS, ADVANCE, LINE] = [56, 7.8, 19]

/** Grounds of a terminal's colours 42 to 46, as usual themes have them. */
const GROUNDS = { 42: '#3fb950', 43: '#d29922', 45: '#bc8cff', 46: '#39c5cf' }

const STYLE = `
    .mono { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; white-space: pre; fill: #e6edf3 }
    .black { fill: #0d1117 } .prompt { fill: #8b949e } .cursor { fill: #8b949e }
    .sans { font: 14px system-ui, "Segoe UI", Roboto, "Liberation Sans", sans-serif; fill: #1f2328 }
    .mark { fill: #111 } .small { font-size: 11px } .muted { fill: #59636e } .number { font-variant-numeric: tabular-nums; text-anchor: end }
    .bold { font-weight: 700 }
    .screen { fill: #0d1117; stroke: #30363d } .paper { fill: #fff; stroke: #d1d9e0 } .rule { stroke: #d1d9e0 }
    .bar { fill: #f6f8fa; stroke: #d1d9e0 } .dot { fill: #d1d9e0 } .dark { fill: #30363d }
    @media (prefers-color-scheme: dark) {
      .sans { fill: #e6edf3 } .sans.mark { fill: #111 } .sans.muted { fill: #9198a1 }
      .paper { fill: #161b22; stroke: #3d444d } .bar { fill: #21262d; stroke: #3d444d } .rule { stroke: #3d444d } .dot { fill: #3d444d }
    }`

/** Text that takes `width` whatever font draws it, so that what stands behind it fits. */
function fitted(x, y, content, width, classes) {
  const exact = `textLength="${round(width)}" lengthAdjust="spacingAndGlyphs"`
  return `<text x="${round(x)}" y="${round(y)}" class="${classes}" ${exact}>${escapeText(content)}</text>`
}

/** A line with the colours that its escape sequences ask for. */
function terminalLine(line, x, y) {
  const parts = []
  let style = { ground: undefined, classes: 'mono' }
  let column = 0
  for (const part of line.split('\x1b')) {
    const [, codes, run] = /^(?:\[([\d;]*)m)?(.*)$/.exec(part)
    if (codes !== undefined) {
      const numbers = codes.split(';')
      const ground = GROUNDS[numbers.find((code) => code in GROUNDS)]
      style = { ground, classes: `mono${ground ? ' black' : ''}${numbers.includes('1') ? ' bold' : ''}` }
    }
    const width = run.length * ADVANCE
    const left = x + column * ADVANCE
    if (style.ground) parts.push(rect(left, y - 14, width, LINE - 1, 'ground', `fill="${style.ground}"`))
    if (run.trim() !== '') parts.push(fitted(left, y, run, width, style.classes))
    column += run.length
  }
  return parts
}

function drawTerminal(commands) {
  const parts = [
    rect(0.5, 0.5, TERMINAL_WIDTH - 1, HEIGHT - 1, 'screen', 'rx="8"'),
    [18, 36, 54].map((x) => `<circle class="dark" cx="${x}" cy="18" r="5"/>`),
  ]
  let y = 52
  for (const { command, output } of commands) {
    parts.push(fitted(16, y, '$', ADVANCE, 'mono prompt'))
    parts.push(fitted(16 + 2 * ADVANCE, y, command, command.length * ADVANCE, 'mono bold'))
    for (const line of output.split('\n')) {
      y += LINE
      parts.push(terminalLine(line, 16, y))
    }
    y += LINE + 6
  }
  parts.push(
    fitted(16, y, '$', ADVANCE, 'mono prompt'),
    rect(16 + 2 * ADVANCE, y - 12, ADVANCE, 15, 'cursor'),
  )
  return parts
}

/** Widths of letters in a usual sans-serif font, in parts of its size. */
function widthOf(word, size) {
  const width = (letter) => {
    if (/[ijl.,:;'|!]/.test(letter)) return 0.26
    if (/[ftrI ()-]/.test(letter)) return 0.33
    if (/[mwMW]/.test(letter)) return 0.83
    return /[A-Z]/.test(letter) ? 0.68 : 0.56
  }
  return size * [...word].reduce((sum, one) => sum + width(one), 0)
}

/** The marks of `highlight(text, entities, { format: 'html' })`, word by word on lines of `PAGE_WIDTH`. */
function drawMarkedText(html, left, top) {
  const right = left + PAGE_WIDTH - 32
  const parts = []
  let [x, y] = [left, top]
  const plain = (text) => text.replaceAll('&#39;', "'").replaceAll('&quot;', '"').replaceAll('&amp;', '&')
  for (const [, hue, marked, type, between] of html.matchAll(
    /<mark [^>]*--hue:(\d+)[^>]*>([^<]*)<small[^>]*> ([^<]*)<\/small><\/mark>|([^<]+)/g,
  )) {
    if (between !== undefined) {
      for (const [piece] of plain(between).matchAll(/\n|[^\S\n]+|\S+/g)) {
        const width = widthOf(piece, 14)
        if (piece === '\n') [x, y] = [left, y + 22]
        else if (piece.trim() === '') x += x === left ? 0 : width
        else {
          // What has no space before it stays with the mark.
          const closes = /^[.,;:!?]/.test(piece)
          if (x + width > right && !closes) [x, y] = [left, y + 22]
          parts.push(fitted(x, y, piece, width, 'sans'))
          x += width
        }
      }
      continue
    }
    const [name, label] = [widthOf(plain(marked), 14), widthOf(type, 11)]
    const width = name + label + 13
    if (x + width > right) [x, y] = [left, y + 22]
    parts.push(rect(x, y - 14, width, 18, 'ground', `rx="4" fill="hsl(${hue} 80% 82%)"`))
    parts.push(fitted(x + 4, y, plain(marked), name, 'sans mark'))
    parts.push(fitted(x + name + 9, y, type, label, 'sans mark small bold'))
    x += width
  }
  return { parts, bottom: y }
}

function drawPage(html, entities) {
  const left = TERMINAL_WIDTH + GAP
  const { parts, bottom } = drawMarkedText(html, left + 16, 62)
  const rows = entities.map(({ type, text, start, end, score }, index) => {
    const y = bottom + 46 + index * 18
    return [
      `<text x="${left + 16}" y="${y}" class="sans small">${escapeText(text)}</text>`,
      `<text x="${left + 150}" y="${y}" class="sans small muted">${type}</text>`,
      `<text x="${left + 250}" y="${y}" class="sans small muted number">${start} to ${end}</text>`,
      `<text x="${left + PAGE_WIDTH - 16}" y="${y}" class="sans small muted number">${score.toFixed(3)}</text>`,
    ]
  })
  return [
    rect(left + 0.5, 0.5, PAGE_WIDTH - 1, HEIGHT - 1, 'paper', 'rx="8"'),
    [18, 36, 54].map((x) => `<circle class="dot" cx="${left + x}" cy="18" r="5"/>`),
    rect(left + 74.5, 8.5, PAGE_WIDTH - 90, 19, 'bar', 'rx="9"'),
    `<text x="${left + 86}" y="22" class="sans small muted">localhost:8080</text>`,
    parts,
    `<path class="rule" d="M${left + 16} ${bottom + 24.5}h${PAGE_WIDTH - 32}"/>`,
    rows,
  ]
}

/** @returns the SVG's text */
export async function drawReadme() {
  const { highlight, loadRecognizer, redact } = await import('../../dist/node.js')
  const { highlightTerminal } = await import('../../dist/markup/terminal.js')
  const text = readFileSync(letter, 'utf8').trimEnd()
  const ner = await loadRecognizer(undefined, { inline: true, threads: 1 })
  const { entities } = await ner.recognize(text)
  ner.dispose()
  const style = { color: true, columns: COLUMNS, terminal: true }
  const redacted = redact(text, entities, { placeholder: 'numbered' }).text
  const commands = [
    { command: 'npx iobert letter.txt', output: highlightTerminal(text, entities, style) },
    {
      command: 'npx iobert --redact --placeholder numbered letter.txt',
      output: highlightTerminal(redacted, [], { ...style, color: false }),
    },
  ]
  const title = 'A letter with its people, organisations and places marked, on a terminal and on a page'
  const width = TERMINAL_WIDTH + GAP + PAGE_WIDTH
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${HEIGHT}" role="img" aria-label="${title}">
  <title>${title}</title>
  <style>${STYLE}
  </style>
  ${[drawTerminal(commands), drawPage(highlight(text, entities, { format: 'html' }), entities)].flat(3).join('\n  ')}
</svg>
`
}
