/**
 * Loads, uses and disposes of a model repeatedly: `leaks-child.js MODEL OPTIONS CYCLES LEAK`; prints the
 * memory after each cycle. LEAK: bytes that each cycle leaks on purpose, to show that leaks are detected.
 */
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { loadRecognizer } from '#dist/node.js'
import { sentence } from './models.ts'

const [model, options, cycles, leak] = process.argv.slice(2)
const samples: { resident: number; address: number }[] = []
const leaked: Uint8Array[] = []

for (let cycle = 0; cycle < Number(cycles); cycle++) {
  const ner = await loadRecognizer(model, JSON.parse(options!))
  await ner.recognize(sentence)
  ner.dispose()
  if (Number(leak) > 0) leaked.push(new Uint8Array(Number(leak)).fill(cycle))
  // Threads take a moment to end; what they held is counted after that.
  await delay(20)
  globalThis.gc?.()
  const status = readFileSync('/proc/self/status', 'utf8')
  const kilobytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)![1])
  samples.push({ resident: kilobytes('VmRSS') / 1024, address: kilobytes('VmSize') / 1024 })
}
process.stdout.write(JSON.stringify(samples))
