/** The memory for loading a pytorch_model.bin: as much as for safetensors, whatever the size of the file. */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { BERT_LAYERS } from '#dist/model/modules.js'
import { parseSpec } from '#dist/model/read-spec.js'
import { temporaryFolder } from '../../hub/sample.ts'
import { seeded } from '../../random.ts'
import { rootPath } from '../../shared.ts'
import { type FloatTensor, stateDict } from './state-dict-file.ts'

const CONFIG = {
  architectures: ['BertForTokenClassification'],
  model_type: 'bert',
  vocab_size: 28_996,
  hidden_size: 768,
  num_hidden_layers: 6,
  num_attention_heads: 12,
  intermediate_size: 3072,
  max_position_embeddings: 512,
  num_labels: 9,
}

/** A BERT of six layers of full width: 65 million numbers, 260 MB. */
async function write(folder: string): Promise<number> {
  const { config } = await parseSpec(JSON.stringify(CONFIG))
  const { hiddenSize: H, intermediateSize: I, vocabSize } = config
  const random = seeded(3)
  const numbers = Float32Array.from({ length: vocabSize * H }, () => random() - 0.5)
  const tensors: FloatTensor[] = []
  const add = (name: string, ...shape: number[]): void => {
    const values = numbers.subarray(
      0,
      shape.reduce((product, size) => product * size, 1),
    )
    tensors.push({ name, shape, values })
  }
  const layer = (name: string, outputs: number, inputs: number): void => {
    add(`${name}.weight`, outputs, inputs)
    add(`${name}.bias`, outputs)
  }
  const norm = (name: string): void => {
    add(`${name}.weight`, H)
    add(`${name}.bias`, H)
  }
  add('bert.embeddings.word_embeddings.weight', vocabSize, H)
  add('bert.embeddings.position_embeddings.weight', 512, H)
  add('bert.embeddings.token_type_embeddings.weight', 2, H)
  norm('bert.embeddings.LayerNorm')
  for (let index = 0; index < CONFIG.num_hidden_layers; index++) {
    const nameOf = (role: keyof typeof BERT_LAYERS): string =>
      `bert.${BERT_LAYERS[role].replace('{i}', String(index))}`
    for (const role of ['query', 'key', 'value', 'attentionOutput'] as const) layer(nameOf(role), H, H)
    layer(nameOf('intermediate'), I, H)
    layer(nameOf('output'), H, I)
    norm(nameOf('attentionLayerNorm'))
    norm(nameOf('outputLayerNorm'))
  }
  layer('classifier', 9, H)
  const bytes = stateDict(tensors)
  writeFileSync(join(folder, 'pytorch_model.bin'), bytes)
  writeFileSync(join(folder, 'config.json'), JSON.stringify(CONFIG))
  return bytes.length
}

if (process.platform !== 'linux') {
  console.log('skipped: the memory of a pytorch_model.bin: /proc/self/status is only on Linux')
} else {
  const folder = temporaryFolder()
  const size = write(folder)
  for (const precision of ['int8', 'float32']) {
    test(`loadModel of a pytorch_model.bin at ${precision} takes at most 1.15 times its packed weights and 80 MB`, async () => {
      const bytes = await size
      const child = rootPath('build/test/checkpoints/memory-child.js')
      const run = spawnSync(process.execPath, [child, folder, precision], {
        encoding: 'utf8',
        timeout: 120_000,
      })
      assert.is(run.status, 0, run.stderr)
      const { milliseconds, weights, peak } = JSON.parse(run.stdout)
      const mb = (count: number): string => `${(count / 1e6).toFixed(0)} MB`
      console.log(
        `pytorch_model.bin of ${mb(bytes)} at ${precision}: ${milliseconds.toFixed(0)} ms, weights ${mb(weights)}, peak ${mb(peak)} (${mb(peak - weights)} more)`,
      )
      assert.ok(bytes > 250e6)
      assert.ok(peak <= 1.15 * weights + 80e6, `${mb(peak)} for ${mb(weights)}`)
    })
  }
}

test.run()
