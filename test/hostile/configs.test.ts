/** Mutated configurations and indices: a checked value or a ModelFormatError, nothing else. */
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { quantizedConfig } from '#dist/convert/quantize-model.js'
import { openCheckpoint } from '#dist/format/checkpoint.js'
import { ModelFormatError } from '#dist/format/errors.js'
import { parseSpec } from '#dist/model/read-spec.js'
import { codeOfAsync, filesOf, goldenFiles, seededRandom } from '../format/safetensors-file.ts'
import { rootPath } from '../shared.ts'
import { times } from '../thorough.ts'
import { mutatedText, mutatedValue } from './mutations.ts'

/** Mutated files tried: 2,000, or a fifth of what the environment says. */
const RUNS =
  process.env['IOBERT_FUZZ'] === undefined ? times(500, 2_000) : Number(process.env['IOBERT_FUZZ']) / 5

const text = (model: string, name: string): string => new TextDecoder().decode(goldenFiles(model).get(name)!)
const CONFIGS = [
  text('plain', 'config.json'),
  text('distilbert', 'config.json'),
  await quantizedConfig(text('plain', 'config.json')),
  readFileSync(rootPath('test/goldens/families/deberta-v3/config.json'), 'utf8'),
  readFileSync(rootPath('test/goldens/families/modernbert/config.json'), 'utf8'),
]

test(`parseSpec answers ${RUNS} mutated configurations with a checked one or a ModelFormatError`, async () => {
  const random = seededRandom(0x5eed)
  const seen = new Map<string, number>()
  for (let run = 0; run < RUNS; run++) {
    const json = CONFIGS[random(CONFIGS.length)]!
    const input =
      random(3) === 0 ? mutatedText(json, random) : JSON.stringify(mutatedValue(JSON.parse(json), random))
    const code = await codeOfAsync(async () => {
      const { config } = await parseSpec(input)
      const { hiddenSize, numLayers, numHeads, intermediateSize, vocabSize, maxPositions, labels } = config
      for (const size of [hiddenSize, numLayers, numHeads, intermediateSize, vocabSize, maxPositions]) {
        assert.ok(Number.isSafeInteger(size) && size >= 1 && size <= 2 ** 24)
      }
      assert.is(hiddenSize % numHeads, 0)
      assert.ok(config.layerNormEps > 0 && config.layerNormEps < 1)
      assert.ok(labels.length > 0 && Array.from(labels).every((label) => typeof label === 'string'))
      assert.ok(['gelu', 'gelu_new', 'gelu_pytorch_tanh', 'relu', 'silu'].includes(config.hiddenActivation))
    })
    assert.ok(['ok', 'InvalidConfig', 'UnsupportedConfig'].includes(code), code)
    seen.set(code, (seen.get(code) ?? 0) + 1)
  }
  assert.is(seen.size, 3, JSON.stringify([...seen]))
})

test(`openCheckpoint answers ${RUNS / 2} mutated indices with a checkpoint or a ModelFormatError`, async () => {
  const random = seededRandom(0x1dea)
  const files = Object.fromEntries(goldenFiles('sharded-f16'))
  const json = text('sharded-f16', 'model.safetensors.index.json')
  const seen = new Map<string, number>()
  for (let run = 0; run < RUNS / 2; run++) {
    const index =
      random(3) === 0 ? mutatedText(json, random) : JSON.stringify(mutatedValue(JSON.parse(json), random))
    let code = 'ok'
    try {
      await openCheckpoint(filesOf({ ...files, 'model.safetensors.index.json': index }))
    } catch (error) {
      assert.instance(error, ModelFormatError)
      code = (error as ModelFormatError).code
    }
    seen.set(code, (seen.get(code) ?? 0) + 1)
  }
  for (const code of ['ok', 'InvalidConfig', 'MissingFile', 'MissingTensor'])
    assert.ok(seen.has(code), JSON.stringify([...seen]))
})

test('parseSpec does not overflow the stack on deep nesting', async () => {
  for (const deep of [
    '['.repeat(2 ** 20),
    '{"a":'.repeat(2 ** 17),
    `{"model_type":${'['.repeat(2 ** 18)}${']'.repeat(2 ** 18)}}`,
  ]) {
    assert.is(await codeOfAsync(() => parseSpec(deep)), 'InvalidConfig')
  }
})

test.run()
