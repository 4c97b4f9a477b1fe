/** Reads one hostile file in a process of its own and prints how it ended, how long it took and what memory it took. */
import { readFileSync } from 'node:fs'
import { ModelFormatError } from '#dist/format/errors.js'
import { parseSafetensors } from '#dist/format/parse-safetensors.js'
import { parseSpec } from '#dist/model/read-spec.js'
import { cpuTimeOf } from '../cpu-time.ts'
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
const milliseconds = await cpuTimeOf(async () => {
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
console.log(JSON.stringify({ code, milliseconds, megabytes: grown / 2 ** 20 }))
