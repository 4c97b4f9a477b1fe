// Medians, a description of the machine, and Markdown tables.
import { readFileSync } from 'node:fs'
import { cpus, release, totalmem, type } from 'node:os'

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** Lower and upper quartile of the rounds' own ratios: how far one round may be from another. */
export function spread(theirs, ours) {
  const ratios = theirs.map((value, round) => value / ours[round]).sort((a, b) => a - b)
  const at = (part) => ratios[Math.round(part * (ratios.length - 1))]
  return [at(0.25), at(0.75)]
}

/** `ratio` against a floor and a target: higher is better. */
export function verdict(ratio, floor, target) {
  if (floor === undefined) return ''
  if (ratio >= target) return 'target'
  return ratio >= floor ? 'floor' : '**below the floor**'
}

export function machine() {
  const { model } = cpus()[0]
  let load = ''
  try {
    load = `, load average ${readFileSync('/proc/loadavg', 'utf8').split(' ').slice(0, 3).join(' ')} at the start`
  } catch {
    // Only Linux tells.
  }
  const memory = `${(totalmem() / 2 ** 30).toFixed(0)} GiB`
  return `${model.trim()}, ${cpus().length} cores, ${memory}, ${type()} ${release()}${load}`
}

export function markdown(headings, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  return [line(headings), line(headings.map(() => '---')), ...rows.map(line)].join('\n')
}
