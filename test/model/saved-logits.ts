/**
 * Saved logits: a line with the model and the hash of its weights, then for each sequence its ids and the
 * bits of its last rows of logits, float32 in base64. A single changed bit anywhere in a pass shows up there.
 */
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { folderFiles } from '#dist/format/folder-files.node.js'
import { compileKernels } from '#dist/kernels/module.js'
import { planOf } from '#dist/kernels/plan.js'
import { ReferenceKernels } from '#dist/kernels/reference/reference.js'
import { loadSpec } from '#dist/model/read-spec.js'
import { Engine } from '#dist/runtime/engine.js'
import { BATCH_TOKENS } from '#dist/runtime/engine-setup.js'
import { differentBits, relativeError, type Variant } from '../kernels/variants.ts'
import { rootPath } from '../shared.ts'

/** The models whose logits are saved; one whose folder is not there is not compared. */
export const SAVED_MODELS: readonly { name: string; folder: string }[] = [
  { name: 'shipped', folder: rootPath('weights') },
  { name: 'bert-base', folder: process.env['IOBERT_BERT_BASE'] ?? '' },
]

export function savedPath(name: string): string {
  return rootPath(`test/goldens/logits/${name}.jsonl`)
}

/** Rows of a sequence that are kept: attention has mixed all others into them. */
const MOST_ROWS = 64

export interface SavedSequence {
  readonly ids: readonly number[]
  /** [rows, C] */
  readonly logits: Float32Array
}

export interface SavedLogits {
  /** sha256 of model.safetensors. */
  readonly weights: string
  readonly sequences: readonly SavedSequence[]
}

export function readSaved(path: string): SavedLogits {
  const [head, ...lines] = readFileSync(path, 'utf8').trim().split('\n')
  const sequences = lines.map((line) => {
    const { ids, logits } = JSON.parse(line) as { ids: number[]; logits: string }
    return { ids, logits: new Float32Array(Uint8Array.from(Buffer.from(logits, 'base64')).buffer) }
  })
  return { weights: (JSON.parse(head!) as { weights: string }).weights, sequences }
}

export function writeSaved(path: string, model: string, { weights, sequences }: SavedLogits): void {
  const lines = sequences.map(({ ids, logits }) =>
    JSON.stringify({
      ids,
      logits: Buffer.from(logits.buffer, logits.byteOffset, logits.byteLength).toString('base64'),
    }),
  )
  writeFileSync(path, `${[JSON.stringify({ model, precision: 'int8', weights }), ...lines].join('\n')}\n`)
}

export function hashOfWeights(folder: string): string {
  return createHash('sha256')
    .update(readFileSync(join(folder, 'model.safetensors')))
    .digest('hex')
}

/** The last rows of each sequence's logits, int8, on that variant's kernels and tiles, one thread. */
export async function logitsOn(
  folder: string,
  { plan }: Variant,
  sequences: readonly (readonly number[])[],
): Promise<Float32Array[]> {
  const files = folderFiles(folder)
  const spec = await loadSpec(files)
  const { variant } = plan
  const module =
    variant === 'reference' ? undefined : await compileKernels({ variant, shared: false, turbo: false })
  const engine = await Engine.load(
    {
      ...{ spec, module, threads: 1, batchTokens: BATCH_TOKENS },
      plan: { ...planOf(variant, 'int8', false), ...plan, tuned: true },
    },
    files,
    { reference: (memory) => new ReferenceKernels(memory) },
  )
  const { logits } = await engine.forward(sequences, {}, () => {})
  engine.dispose()
  return logits.map((rows) => rows.slice(-MOST_ROWS * spec.config.labels.length))
}

/** What differs from what was saved, in words. */
export function differences(logits: readonly Float32Array[], { sequences }: SavedLogits): string[] {
  return logits.flatMap((found, index) => {
    const { ids, logits: wanted } = sequences[index]!
    const count = differentBits(found, wanted)
    if (count === 0) return []
    const worst = relativeError(found, wanted).toExponential(1)
    return [
      `sequence ${index} of ${ids.length}: ${count} of ${wanted.length} logits, by up to ${worst} of the largest`,
    ]
  })
}
