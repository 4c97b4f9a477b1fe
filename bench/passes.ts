/**
 * The fastest pass for the shapes of BERT-base and the shipped model, one thread, in this process. On a busy
 * machine, two builds are compared by their fastest passes: run this in a clone of each, alternating several
 * times. `--turbo`: with V8's flag.
 */
import { hasRelaxedDot } from '#dist/kernels/features.js'
import { BERT_BASE, createKernels, randomBert, randomIds, SHIPPED } from './engine.ts'
import { milliseconds, quick, report } from './measure.ts'
import { turbo } from './turbo.ts'

const LENGTHS = quick ? [16] : [16, 128, 512]
const SECONDS = quick ? 0 : 2

const rows: string[][] = []
const variant = hasRelaxedDot() ? 'relaxed' : 'simd'
for (const [name, shape] of [
  ['the shipped model', SHIPPED],
  ['BERT-base', BERT_BASE],
] as const) {
  const kernels = await createKernels({ variant, precision: 'int8', turbo })
  const bert = randomBert(kernels, quick ? { ...shape, numLayers: 1 } : shape, 'int8')
  for (const tokens of LENGTHS) {
    const ids = [randomIds(tokens, shape.vocabSize)]
    let fastest = Number.POSITIVE_INFINITY
    for (const end = performance.now() + 1000 * SECONDS; ; ) {
      const started = performance.now()
      await bert.forward(ids, {}, async () => {})
      fastest = Math.min(fastest, performance.now() - started)
      if (performance.now() >= end) break
    }
    rows.push([name, String(tokens), milliseconds(fastest / 1000)])
  }
}
report(`int8 ${variant}${turbo ? ' turbo' : ''}`, ['shape', 'tokens', 'fastest pass, ms'], rows)
