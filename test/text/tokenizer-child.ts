/** Reads the tokenizer of a folder in a process of its own; prints milliseconds, CPU time and the memory that it took. */
import { readFileSync } from 'node:fs'
import { folderFiles } from '#dist/format/folder-files.node.js'
import { readTokenizer } from '#dist/text/read-tokenizer.js'

/** Bytes: the most that was resident. On Linux the kernel's maxRSS starts from the parent's; VmHWM does not. */
function peak(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))![1]) * 1024
}

const [folder] = process.argv.slice(2) as [string]
const before = peak()
const started = performance.now()
const used = process.cpuUsage()
const tokenizer = await readTokenizer(folderFiles(folder))
const { user, system } = process.cpuUsage(used)
const milliseconds = performance.now() - started
const grown = peak() - before
const { vocabularySize: pieces, maskId } = tokenizer
const known = tokenizer.encode('<mask>').ids[1]
if (known !== maskId) throw new Error(`<mask> is ${known}, not ${maskId}`)
console.log(JSON.stringify({ milliseconds, cpu: (user + system) / 1000, grown, pieces, known }))
