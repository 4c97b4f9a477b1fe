/**
 * Reads one hostile file in a process of its own and prints the outcome, the time relative to plain loops,
 * and the memory.
 */
import { readFileSync } from 'node:fs'
import { ModelFormatError } from '#dist/format/errors.js'
import { parseSafetensors } from '#dist/format/parse-safetensors.js'
import { parseSpec } from '#dist/model/read-spec.js'
import { cpuTime } from '../growth.ts'
import { createTokenizer } from '../text/create-tokenizer.ts'

/** The most memory this process had resident. On Linux the kernel's maxRSS starts from the parent's; VmHWM does not. */
function peakBytes(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))![1]) * 1024
}

const [kind, path] = process.argv.slice(2) as [string, string]
const bytes: Uint8Array = readFileSync(path)
const before = process.memoryUsage().rss
let code = 'ok'
const milliseconds = await cpuTime(async () => {
  try {
    if (kind === 'config') await parseSpec(bytes)
    else if (kind === 'tokenizer') createTokenizer({ tokenizerJson: bytes })
    else if (kind === 'vocabulary') createTokenizer({ vocab: bytes })
    else parseSafetensors(bytes)
  } catch (error) {
    code = error instanceof ModelFormatError ? error.code : `not a ModelFormatError: ${error}`
  }
})
const grown = peakBytes() - before
/** The processor's time for a plain loop over 2²⁷ bytes, a little more than the largest file has: what other times are compared with. */
let sum = 0
const page = new Uint8Array(2 ** 12)
const loop = await cpuTime(() => {
  for (let at = 0; at < 2 ** 27; at++) sum += page[at % page.length]!
})
console.log(JSON.stringify({ code, loops: milliseconds / loop, megabytes: grown / 2 ** 20, sum }))
