// Loads one model in a process of its own and prints seconds and peak memory as JSON. argument: an engine's spec
import { importOurs, labelOf, open } from './engines.mjs'

const spec = JSON.parse(process.argv[2])
/** Bytes; the most this process ever held, threads included. */
const peak = () => process.resourceUsage().maxRSS * 1024

await (spec.engine === 'iobert' ? importOurs() : import(spec.engine))
const before = peak()
const started = performance.now()
const engine = await open(spec)
const seconds = (performance.now() - started) / 1000
const loaded = peak()
await engine.run([101, 1109, 102])
const result = { label: labelOf(spec), seconds, before, peak: loaded, afterRun: peak() }
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0))
