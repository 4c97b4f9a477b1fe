/**
 * Recognizes one long text in a process of its own; prints the memory used in addition to the text, and the
 * delay of an abort.
 */
import { readFileSync } from 'node:fs'
import { loadRecognizer } from '#dist/node.js'
import { rootPath } from '../shared.ts'

const [unit, megabytes, abortAt] = process.argv.slice(2) as [string, string, string | undefined]

/** The most memory this process had resident, bytes. */
function peakBytes(): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))![1]) * 1024
}

const ner = await loadRecognizer(rootPath('test/goldens/models/plain'), { threads: 1 })
await ner.recognize('tok1')
const text = Buffer.alloc(Number(megabytes) * 1e6, unit).toString('latin1')
const before = process.memoryUsage().rss
const aborter = new AbortController()
let read = 0
const encode = ner.tokenizer.encode.bind(ner.tokenizer)
// The abort is a task of this thread like any other, and waits for its turn from the moment when so much is read.
Object.assign(ner.tokenizer, {
  encode(part: string) {
    const before = read
    read += part.length
    const at = 1e6 * Number(abortAt ?? Number.POSITIVE_INFINITY)
    if (before < at && read >= at) setTimeout(() => aborter.abort())
    return encode(part)
  },
})
let outcome: string
try {
  const { entities } = await ner.recognize(text, { signal: aborter.signal, threshold: 1 })
  outcome = `${entities.length} entities`
} catch (error) {
  outcome = (error as Error).name
}
console.log(JSON.stringify({ outcome, read: read / 1e6, megabytes: (peakBytes() - before) / 1e6 }))
ner.dispose()
