/**
 * Reads the tokenizer of a folder in a process of its own; prints its memory and processor time, and those of
 * JSON.parse.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { folderFiles } from '#dist/format/folder-files.node.js'
import { readTokenizer } from '#dist/text/read-tokenizer.js'
import type { Tokenizer } from '#dist/text/tokenizer.js'
import { cpuTime } from '../growth.ts'

/** Bytes: the most that was resident. On Linux the kernel's maxRSS starts from the parent's; VmHWM does not. */
function peak(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))![1]) * 1024
}

const [folder] = process.argv.slice(2) as [string]
const before = peak()
let tokenizer: Tokenizer | undefined
const reading = await cpuTime(async () => {
  tokenizer = await readTokenizer(folderFiles(folder))
})
const grown = peak() - before
const { vocabularySize: pieces, maskId } = tokenizer!
const known = tokenizer!.encode('<mask>').ids[1]
if (known !== maskId) throw new Error(`<mask> is ${known}, not ${maskId}`)
const json = readFileSync(join(folder, 'tokenizer.json'), 'utf8')
const parsing = await cpuTime(() => JSON.parse(json))
console.log(JSON.stringify({ reading, parsing, grown, pieces, known }))
