/**
 * The cost of a long text, for the shape of ModernBERT-base with random weights, one thread, int8: time by
 * kind of work, and kernel memory. Everything is linear in the length except the scores of global layers.
 */
import { hasRelaxedDot, hasRelaxedSimd } from '#dist/kernels/features.js'
import type { AttentionCall, Kernels } from '#dist/kernels/kernels.js'
import { createKernels, MODERNBERT_BASE, randomIds, randomModernBert, timedKernels } from './engine.ts'
import { check, quick, report } from './measure.ts'

const LENGTHS = quick ? [64] : [512, 2048, 8192]
const config = quick ? { ...MODERNBERT_BASE, numLayers: 3 } : MODERNBERT_BASE

const KINDS = ['global', 'local', 'linear', 'other'] as const

/** Milliseconds by kind of work. */
type Clock = Record<(typeof KINDS)[number], number>

/** The kernels, with a clock round what they compute. */
function timed(kernels: Kernels, clock: Clock): Kernels {
  return timedKernels(kernels, (call, [first], started) => {
    const attends = call === 'attention' ? (first as AttentionCall) : undefined
    const kind = attends ? (attends.window ? 'local' : 'global') : call === 'linear' ? call : 'other'
    clock[kind] += performance.now() - started
  })
}

const variant = hasRelaxedSimd() && hasRelaxedDot() ? 'relaxed' : 'simd'
const kernels = await createKernels(
  { variant, precision: 'int8', turbo: false },
  undefined,
  config.maxPositions,
)
const clock: Clock = { global: 0, local: 0, linear: 0, other: 0 }
const model = randomModernBert(kernels, config, 'int8', timed(kernels, clock))
const weights = kernels.memory.end
const rows: string[][] = []
for (const tokens of LENGTHS) {
  const ids = [randomIds(tokens, config.vocabSize)]
  // Once to place the buffers and the angles; of a long text that is little beside the pass.
  if (tokens <= 2048) await model.forward(ids, {}, async () => {})
  for (const kind of KINDS) clock[kind] = 0
  const started = performance.now()
  const { logits } = await model.forward(ids, {}, async () => {})
  const total = performance.now() - started
  check(logits[0]!.every(Number.isFinite), `logits of ${tokens} tokens`)
  rows.push([
    String(tokens),
    (total / 1000).toFixed(2),
    String(Math.round((1000 * tokens) / total)),
    ...KINDS.map((kind) => (clock[kind] / 1000).toFixed(2)),
    ((kernels.memory.end - weights) / 2 ** 20).toFixed(0),
    (kernels.memory.byteLength / 2 ** 20).toFixed(0),
  ])
}
report(
  `ModernBERT-base's shape, int8 ${variant}, one thread`,
  [
    ...[
      'tokens',
      's',
      'tokens/s',
      'attention, 8 global layers',
      'attention, 14 local ones',
      'linear layers',
      'the rest',
    ],
    ...['MB of a pass', 'MB of kernel memory'],
  ],
  rows,
)
