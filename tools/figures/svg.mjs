/** Small SVG drawings, legible on light and dark pages. */

const STYLE = `
    text { font: 13px system-ui, "Segoe UI", Roboto, "Liberation Sans", sans-serif; fill: #1f2328 }
    .muted { fill: #59636e } .small { font-size: 11px } .strong { font-weight: 600 } .end { text-anchor: end } .middle { text-anchor: middle }
    .on { fill: #ffffff }
    .grid { stroke: #d1d9e0; fill: none } .axis { stroke: #59636e; fill: none } .box { fill: #f6f8fa; stroke: #d1d9e0 }
    .line { fill: none; stroke-width: 2 } .dashed { stroke-dasharray: 6 4 }
    .a { fill: #0b6bcb } .b { fill: #b35900 } .c { fill: #2d7d46 } .d { fill: #8250df }
    .line.a, .edge { stroke: #0b6bcb } .line.b { stroke: #b35900 } .line.c { stroke: #2d7d46 } .line.d { stroke: #8250df }
    .line.a, .line.b, .line.c, .line.d, .edge { fill: none }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3 } .muted { fill: #9198a1 } .on { fill: #0d1117 } .grid { stroke: #3d444d } .axis { stroke: #9198a1 } .box { fill: #161b22; stroke: #3d444d }
      .a { fill: #58a6ff } .b { fill: #f0883e } .c { fill: #3fb950 } .d { fill: #bc8cff }
      .line.a, .edge { stroke: #58a6ff } .line.b { stroke: #f0883e } .line.c { stroke: #3fb950 } .line.d { stroke: #bc8cff }
      .line.a, .line.b, .line.c, .line.d, .edge { fill: none }
    }`

export const escapeText = (text) =>
  String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** A length without more digits than a screen has. */
export const round = (value) => Math.round(value * 100) / 100

export function text(x, y, content, classes = '') {
  return `<text x="${round(x)}" y="${round(y)}" class="${classes}">${escapeText(content)}</text>`
}

export function line(x1, y1, x2, y2, classes = 'grid') {
  return `<path class="${classes}" d="M${round(x1)} ${round(y1)}L${round(x2)} ${round(y2)}"/>`
}

export function rect(x, y, width, height, classes, more = '') {
  return `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" class="${classes}" ${more}/>`
}

export function path(points, classes) {
  return `<path class="${classes}" d="M${points.map(([x, y]) => `${round(x)} ${round(y)}`).join('L')}"/>`
}

export function svg(width, height, title, parts) {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeText(title)}">
  <title>${escapeText(title)}</title>
  <style>${STYLE}
  </style>
  ${parts.flat(3).join('\n  ')}
</svg>
`
}

/** A map from numbers to a stretch of the page. */
export function scale([from, to], [start, end], logarithmic = false) {
  const place = logarithmic ? Math.log10 : (value) => value
  return (value) => start + ((place(value) - place(from)) / (place(to) - place(from))) * (end - start)
}

/** A grid of cells whose darkness is a number from 0 to 1. */
export function heat(x, y, size, rows) {
  return rows.map((row, i) =>
    Array.from(row, (value, j) =>
      value < 0.005
        ? ''
        : rect(x + j * size, y + i * size, size - 1, size - 1, 'a', `fill-opacity="${round(value)}"`),
    ),
  )
}
