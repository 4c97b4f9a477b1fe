/** Reads one hostile file in a process of its own and prints how it ended, how long it took and what memory it took. */
import { readFileSync } from 'node:fs'
import { ModelFormatError } from '#dist/format/errors.js'
import { parseSafetensors } from '#dist/format/safetensors.js'
import { parseConfig } from '#dist/model/config.js'

const [kind, path] = process.argv.slice(2) as [string, string]
const bytes = new Uint8Array(readFileSync(path))
const before = process.memoryUsage().rss
const start = performance.now()
let code = 'ok'
try {
  if (kind === 'config') parseConfig(bytes)
  else parseSafetensors(bytes)
} catch (error) {
  code = error instanceof ModelFormatError ? error.code : `not a ModelFormatError: ${error}`
}
const milliseconds = performance.now() - start
const grown = process.resourceUsage().maxRSS * 1024 - before
console.log(JSON.stringify({ code, milliseconds, megabytes: grown / 2 ** 20 }))
