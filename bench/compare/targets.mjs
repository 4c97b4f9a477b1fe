// The measurements, one entry for each comparison. `rivals` with a floor and a target are rows of the
// project's table of targets; those without are shown for comparison, including those that iobert loses to.
import { readFileSync } from 'node:fs'

/**
 * Whether the core has the 8-bit dot product that WebAssembly's compiles to: AVX-VNNI on x64, SDOT on ARM. Bounds are given
 * for both kinds; null: none.
 */
export const hasDotProduct =
  process.arch === 'arm64' ||
  (process.platform === 'linux' && /\bavx_vnni\b/.test(readFileSync('/proc/cpuinfo', 'utf8')))

const bounds = (withIt, without) => {
  const [floor, target] = (hasDotProduct ? withIt : without) ?? []
  return floor === undefined ? {} : { floor, target }
}

const ours = (precision, more = {}) => ({ engine: 'iobert', precision, ...more })
const web = (precision, more = {}) => ({ engine: 'onnxruntime-web', precision, ...more })
const native = (precision, more = {}) => ({ engine: 'onnxruntime-node', precision, ...more })

/** `seconds`: of one turn; a turn is one pass at least. `only`: the major version of Node it needs. */
export const FORWARD = [
  {
    id: 'base-int8-128',
    workload: 'BERT-base int8, 128 tokens',
    model: 'base',
    tokens: 128,
    ours: ours('int8'),
    rivals: [
      { ...web('q8'), ...bounds([2.5, 2.9], [1.8, 2.1]) },
      { ...web('fp32'), ...bounds([5.4, 7], [4.3, 5]) },
      { ...native('fp32'), ...bounds([1.1, 1.2], [1.2, 1.35]) },
      native('q8'),
    ],
  },
  {
    id: 'base-int8-16',
    workload: 'BERT-base int8, 16 tokens',
    model: 'base',
    tokens: 16,
    ours: ours('int8'),
    rivals: [{ ...web('q8'), ...bounds([2.2, 2.6], [1.9, 2.2]) }, native('q8')],
  },
  {
    id: 'base-int8-512',
    workload: 'BERT-base int8, 512 tokens',
    model: 'base',
    tokens: 512,
    ours: ours('int8'),
    rivals: [{ ...web('q8'), ...bounds([2.4, 2.8], [2, 2.3]) }, native('q8')],
  },
  {
    id: 'base-float32-128',
    workload: 'BERT-base float32, 128 tokens',
    model: 'base',
    tokens: 128,
    ours: ours('float32'),
    rivals: [{ ...web('fp32'), ...bounds([1.6, 1.8], [1.7, 1.8]) }, native('fp32')],
  },
  ...[16, 128, 512].map((tokens) => ({
    id: `shipped-int8-${tokens}`,
    workload: `the shipped model int8, ${tokens} tokens`,
    model: 'shipped',
    tokens,
    ours: ours('int8', { file: 'int8' }),
    rivals: [
      { ...web('q8'), ...(tokens > 128 ? {} : bounds([2.2, 2.8], [1.8, 2.2])) },
      { ...native('fp32'), floor: 1 },
    ],
  })),
  {
    id: 'large-int8-128',
    workload: 'BERT-large int8, 128 tokens',
    model: 'large',
    tokens: 128,
    ours: ours('int8', { file: 'int8' }),
    rivals: [{ ...web('q8'), ...bounds([2.4, 2.9], [1.7, 2]) }],
  },
  {
    id: 'turbo',
    workload: 'BERT-base int8 turbo, 128 tokens',
    model: 'base',
    tokens: 128,
    only: 24,
    ours: ours('int8', { turbo: true }),
    rivals: [
      { ...native('fp32'), ...bounds([2.2, 2.6], [1.9, 2.1]) },
      { ...native('q8'), ...bounds([0.65, 0.9], [0.65, 0.75]) },
    ],
  },
  {
    id: 'turbo-float32',
    workload: 'BERT-base float32 turbo, 128 tokens',
    model: 'base',
    tokens: 128,
    only: 24,
    ours: ours('float32', { turbo: true }),
    rivals: [native('fp32')],
  },
  {
    id: 'turbo-web',
    workload: 'BERT-base int8 turbo, 128 tokens, the flag on for both from the start',
    model: 'base',
    tokens: 128,
    only: 24,
    flags: ['--experimental-wasm-revectorize'],
    ours: ours('int8', { turbo: true }),
    rivals: [web('q8'), web('fp32')],
  },
  {
    id: 'threads-int8',
    workload: 'BERT-base int8, 128 tokens, 2 threads',
    model: 'base',
    tokens: 128,
    ours: ours('int8', { threads: 2 }),
    rivals: [{ ...ours('int8'), floor: 1.8, target: 1.9 }],
  },
  {
    id: 'threads-float32',
    workload: 'BERT-base float32, 128 tokens, 2 threads',
    model: 'base',
    tokens: 128,
    ours: ours('float32', { threads: 2 }),
    rivals: [{ ...ours('float32'), floor: 1.8, target: 1.9 }],
  },
  {
    id: 'threads-web',
    workload: 'BERT-base int8, 128 tokens, 2 threads each',
    model: 'base',
    tokens: 128,
    ours: ours('int8', { threads: 2 }),
    rivals: [web('q8', { threads: 2 }), web('fp32', { threads: 2 }), native('fp32', { threads: 2 })],
  },
]

/** Measured where they are asked for with `--only`: what makes them needs PyTorch. */
export const APART = [
  {
    id: 'deberta-int8-128',
    workload: 'DeBERTa-v3-base shape int8, 128 tokens',
    model: 'deberta',
    tokens: 128,
    ours: ours('int8'),
    // Ours in float32 is there so that outputs of float32 are compared.
    rivals: [web('q8'), web('fp32'), ours('float32')],
  },
]

/** Seconds and bytes are bounds of their own here, not ratios. */
export const LOAD = [
  {
    workload: 'Load BERT-large int8 (file int8)',
    ...ours('int8', { model: 'large', file: 'int8' }),
    floor: { seconds: 0.6, bytes: 0.46e9 },
    target: { seconds: 0.45, bytes: 0.43e9 },
  },
  {
    workload: 'Load BERT-base int8 (file float32, quantised on the way)',
    ...ours('int8', { model: 'base' }),
    floor: { seconds: 2.5 },
  },
  {
    workload: 'Load BERT-large int8 (file float32, quantised on the way)',
    ...ours('int8', { model: 'large' }),
  },
  { workload: 'Load BERT-large q8', ...web('q8', { model: 'large' }) },
  { workload: 'Load BERT-large fp32', ...web('fp32', { model: 'large' }) },
]

export const BROWSER = { ...bounds([6, 8], [5, 6]), batch: 32 }
export const SIZE = { floor: 58e3, target: 48e3 }
