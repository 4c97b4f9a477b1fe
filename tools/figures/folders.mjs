/** Draws the folders in the table of docs/architecture.md from top to bottom. */
import { rect, svg, text } from './svg.mjs'

/** Rows of the picture, the user at the top. A folder imports only rows below its own. */
const ROWS = [
  ['cli'],
  ['entry'],
  ['tasks', 'mask'],
  ['flow'],
  ['runtime', 'evaluate', 'markup'],
  ['hub', 'entities'],
  ['convert', 'rules'],
  ['model', 'text'],
  ['kernels'],
  ['format', 'generated'],
  ['check'],
]

/** `| \`folder\` | a, b |` below `<!-- rules -->`. */
export function readRules(page) {
  const table = page.split('<!-- rules -->')[1].split('\n\n')[0]
  return new Map(
    Array.from(table.matchAll(/^\| `(\w+)` +\| *([^|]*?) *\|$/gm), ([, folder, imports]) => [
      folder,
      imports === '' ? [] : imports.split(', '),
    ]),
  )
}

export function drawFolders(page) {
  const rules = readRules(page)
  const places = new Map()
  ROWS.forEach((row, index) => {
    row.forEach((folder, column) => {
      const x = (680 / (row.length + 1)) * (column + 1)
      places.set(folder, { x, y: 30 + index * 84, row: index })
    })
  })
  const edges = []
  for (const [folder, imports] of rules) {
    const from = places.get(folder)
    if (from === undefined) throw new Error(`The picture has no place for the folder ${folder}`)
    for (const other of imports) {
      const to = places.get(other)
      if (to === undefined || to.row <= from.row)
        throw new Error(`${folder} imports ${other}, which is not below it`)
      const [y1, y2] = [from.y + 20, to.y - 20]
      const bend = (y2 - y1) / 2
      // Long arrows fade, so that the short ones, which are the flow, stand out.
      const opacity = to.row - from.row === 1 ? 0.9 : 0.3
      const d = `M${Math.round(from.x)} ${y1}C${Math.round(from.x)} ${y1 + bend} ${Math.round(to.x)} ${y2 - bend} ${Math.round(to.x)} ${y2}`
      edges.push(
        `<path class="edge" data-edge="${folder} ${other}" d="${d}" stroke-opacity="${opacity}" stroke-width="1.5" marker-end="url(#tip)"/>`,
      )
    }
  }
  const boxes = [...places].map(([folder, { x, y }]) => [
    rect(x - 52, y - 18, 104, 36, 'box', 'rx="8"'),
    text(x, y + 5, ['entry', 'flow'].includes(folder) ? folder : `${folder}/`, 'middle strong'),
  ])
  const tip =
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="a" d="M0 0L8 4L0 8Z"/></marker></defs>'
  return svg(680, 30 + (ROWS.length - 1) * 84 + 30, 'Folders of src/ and what they import', [
    tip,
    edges,
    boxes,
  ])
}
