/** Recognizes one long text in a process of its own, and prints what memory that took beside the text, and what it held up. */
import { readFileSync } from 'node:fs'
import { loadRecognizer } from '#dist/node.js'
import { rootPath } from '../shared.ts'

const [unit, megabytes, abortAfter] = process.argv.slice(2) as [string, string, string | undefined]

/** The most memory this process had resident, bytes. */
function peakBytes(): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))![1]) * 1024
}

const ner = await loadRecognizer(rootPath('test/goldens/models/plain'), { threads: 1 })
await ner.recognize('tok1')
const text = Buffer.alloc(Number(megabytes) * 1e6, unit).toString('latin1')
const before = process.memoryUsage().rss
const aborter = new AbortController()
let abortedAt = 0
if (abortAfter !== undefined) {
  setTimeout(() => {
    abortedAt = performance.now()
    aborter.abort()
  }, Number(abortAfter))
}
let outcome: string
try {
  const { entities } = await ner.recognize(text, { signal: aborter.signal, threshold: 1 })
  outcome = `${entities.length} entities`
} catch (error) {
  outcome = (error as Error).name
}
const waited = abortedAt === 0 ? 0 : performance.now() - abortedAt
console.log(JSON.stringify({ outcome, waited, megabytes: (peakBytes() - before) / 1e6 }))
ner.dispose()
