/**
 * Draws the chart of bench/RESULTS.md: a bar for each ratio of its first table, with a line at 1, where both
 * are as fast.
 */
import { line, rect, scale, svg, text } from './svg.mjs'

const ROW = /^\| ([^|]+?) +\| ([^|]+?) +\| *([^|]*?) *\| *([^|]*?) *\|$/gm
const BAR = 11
const GAP = 12
const LEFT = 330
const WIDTH = 760
/** Ratios from a quarter to eight times, in a logarithmic scale: twice as fast is as far from 1 as half as fast. */
const RANGE = [0.25, 8]

const ratioOf = (cell) => Number(/^\*\*([\d.]+)x\*\*$/.exec(cell)?.[1] ?? Number.NaN)

/** Rows of the first table: workload, against, the ratio with AVX-VNNI and without (NaN where there is none). */
export function readRatios(page) {
  const table = page.split(/^## Compared with others$/m)[1].split(/^## /m)[0]
  return Array.from(table.matchAll(ROW), ([, workload, against, withDot, without]) => ({
    workload,
    against,
    ratios: [ratioOf(withDot), ratioOf(without)],
  })).filter(({ ratios }) => ratios.some((ratio) => ratio > 0))
}

export function drawResults(page) {
  const rows = readRatios(page)
  const x = scale(RANGE, [LEFT, WIDTH - 50], true)
  const parts = []
  let y = 64
  for (const { workload, against, ratios } of rows) {
    const bars = ratios.flatMap((ratio, index) => (ratio > 0 ? [{ ratio, color: 'ab'[index] }] : []))
    const middle = y + (bars.length * BAR) / 2
    parts.push(text(LEFT - 10, middle - 1, workload, 'end small'))
    parts.push(text(LEFT - 10, middle + 11, `against ${against}`, 'end small muted'))
    for (const { ratio, color } of bars) {
      const [from, to] = [x(1), x(Math.min(ratio, RANGE[1]))].sort((a, b) => a - b)
      parts.push(rect(from, y, to - from, BAR - 1, color))
      const beside = ratio < 1 ? [from - 4, 'end small'] : [to + 4, 'small']
      parts.push(text(beside[0], y + BAR - 2, `${ratio.toFixed(2)}x`, beside[1]))
      y += BAR
    }
    y += bars.length === 1 ? GAP + BAR : GAP
  }
  const grid = [0.25, 0.5, 1, 2, 4, 8].flatMap((at) => [
    line(x(at), 48, x(at), y, at === 1 ? 'axis' : 'grid'),
    text(x(at), 42, at === 1 ? 'as fast' : `${at}x`, 'small muted middle'),
  ])
  const legend = [
    rect(LEFT, 8, 12, 12, 'a'),
    text(LEFT + 18, 18, 'core with AVX-VNNI', 'small'),
    rect(LEFT + 160, 8, 12, 12, 'b'),
    text(LEFT + 178, 18, 'core without', 'small'),
  ]
  return svg(WIDTH, y + 4, 'How many times as fast as other engines iobert is', [legend, grid, parts])
}
