// What `iobert convert` writes, loaded by Python's transformers, where IOBERT_PYTHON names a Python that has it.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { writeSafetensors } from '#dist/convert/safetensors-writer.js'
import { loadModel } from '#dist/node.js'
import { iobert } from '../cli/run.ts'
import { goldenModels } from '../model/golden.ts'
import { rootPath } from '../shared.ts'

/** Of the largest logit: float32 differs by the order of sums, float16 by the rounding of each weight. */
const TOLERANCE = { float32: 2e-4, float16: 1e-2 } as const

/** Parts of names of weights that a model has not, since nothing uses them; transformers makes them anew. */
const UNUSED: Readonly<Record<string, string[]>> = {
  'albert-unused': ['albert_layer_groups.2.', 'pooler.'],
  'mpnet-bare': ['pooler.'],
}

const python = process.env['IOBERT_PYTHON']
const has =
  python !== undefined && spawnSync(python, ['-c', 'import torch, transformers, safetensors']).status === 0
if (!has) {
  console.log(
    'skipped: converted models in transformers: IOBERT_PYTHON does not name a Python with torch, transformers and safetensors',
  )
} else {
  test('iobert convert --dtype float32 and float16 writes what transformers loads, with the same logits', async () => {
    const work = mkdtempSync(join(tmpdir(), 'iobert-transformers-'))
    try {
      const jobs: unknown[] = []
      for (const { name, folder } of goldenModels()) {
        // Its key is that of version 4, which transformers 5 does not read.
        if (name === 'eurobert-text-mean') continue
        for (const dtype of ['float32', 'float16'] as const) {
          const out = join(work, `${name}-${dtype}`)
          const run = await iobert(['convert', '--dtype', dtype, folder, out])
          assert.is(run.code, 0, run.stderr)
          const expected = `${folder}/expected.safetensors`
          jobs.push({ folder: out, expected, tolerance: TOLERANCE[dtype], unused: UNUSED[name] ?? [] })
        }
      }
      // A pickle, a SavedModel and int8 weights: their logits are those of our own float32
      const quantized = join(work, 'quantized')
      assert.is((await iobert(['quantize', goldenModels()[0]!.folder, quantized])).code, 0)
      const others = [
        'pytorch-zip',
        'saved-model',
        'saved-model-distilbert',
        'tensorflow-checkpoint',
        'spark-nlp',
      ]
      for (const from of [...others.map((name) => rootPath(`test/goldens/convert/${name}`)), quantized]) {
        const out = join(work, `${jobs.length}`)
        const run = await iobert(['convert', '--dtype', 'float32', from, out])
        assert.is(run.code, 0, run.stderr)
        const expected = `${out}.safetensors`
        await writeLogits(out, expected)
        jobs.push({ folder: out, expected, tolerance: TOLERANCE.float32 })
      }
      writeFileSync(join(work, 'jobs.json'), JSON.stringify(jobs))
      const script = rootPath('tools/goldens/check-transformers.py')
      const checked = spawnSync(python, [script, join(work, 'jobs.json')], {
        encoding: 'utf8',
        timeout: 240_000,
        env: { ...process.env, HF_HUB_OFFLINE: '1', TRANSFORMERS_VERBOSITY: 'error' },
      })
      const lines = checked.stdout.split('\n').filter((line) => line.startsWith('{'))
      assert.is(checked.status, 0, `${lines.join('\n')}\n${checked.stderr}`)
      assert.is(lines.length, jobs.length)
    } finally {
      rmSync(work, { recursive: true, force: true })
    }
  })
}

async function writeLogits(folder: string, path: string): Promise<void> {
  const model = await loadModel(folder, { precision: 'float32', threads: 1 })
  const ids = [2, 5, 6, 7, 8, 9, 3]
  const [logits] = (await model.forward([ids])).logits
  model.dispose()
  const rows = logits as Float32Array
  const chunks: Uint8Array[] = []
  const bytes = (array: Int32Array | Float32Array): Uint8Array =>
    new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
  await writeSafetensors({ write: async (chunk) => void chunks.push(chunk.slice()) }, [
    { name: '0.input_ids', dtype: 'I32', shape: [ids.length], chunks: () => [bytes(Int32Array.from(ids))] },
    {
      name: '0.logits',
      dtype: 'F32',
      shape: [ids.length, rows.length / ids.length],
      chunks: () => [bytes(rows)],
    },
  ])
  writeFileSync(path, Buffer.concat(chunks))
}

test.run()
