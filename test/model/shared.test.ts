/** Layers that share their weights: what is read of ALBERT's config.json, and that each is in memory once. */
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { parseConfig } from '#dist/model/config/read-config.js'
import { loadModel } from '#dist/node.js'
import { formatError } from '../format/safetensors-file.ts'
import { rootPath } from '../shared.ts'

const folder = rootPath('test/goldens/families/albert-tokens')
const files = (): Map<string, Uint8Array> =>
  new Map(
    ['config.json', 'model.safetensors'].map((name) => [
      name,
      new Uint8Array(readFileSync(`${folder}/${name}`)),
    ]),
  )
const written = JSON.parse(readFileSync(`${folder}/config.json`, 'utf8'))
const parse = (more: object): ReturnType<typeof parseConfig> =>
  parseConfig(JSON.stringify({ ...written, ...more }))

test('parseConfig tells which stored layer each layer is', async () => {
  const one = await parse({ num_hidden_layers: 4 })
  assert.equal([one.numLayers, one.sharedLayers], [4, { order: [0, 0, 0, 0], names: ['0.albert_layers.0'] }])
  const groups = await parse({ num_hidden_layers: 5, num_hidden_groups: 2, inner_group_num: 2 })
  assert.is(groups.numLayers, 10)
  assert.equal(groups.sharedLayers, {
    order: [0, 1, 0, 1, 0, 1, 2, 3, 2, 3],
    names: ['0.albert_layers.0', '0.albert_layers.1', '1.albert_layers.0', '1.albert_layers.1'],
  })
  const unused = await parse({ num_hidden_layers: 2, num_hidden_groups: 3 })
  assert.equal([unused.sharedLayers!.order, unused.sharedLayers!.names.length], [[0, 1], 3])
})

test("parseConfig takes transformers' defaults", async () => {
  const { num_hidden_groups, inner_group_num, hidden_act, ...rest } = written
  const config = await parseConfig(JSON.stringify(rest))
  assert.equal([config.hiddenActivation, config.sharedLayers!.names.length], ['gelu_new', 1])
  assert.is((await parse({ hidden_act: 'gelu' })).hiddenActivation, 'gelu')
})

test('parseConfig refuses by name what is not computed', async () => {
  for (const [more, code, pattern] of [
    [{ embedding_size: 24 }, 'UnsupportedConfig', /embedding_size 24, as hidden_size/],
    [{ num_hidden_groups: 0 }, 'InvalidConfig', /num_hidden_groups must be a whole number/],
    [{ inner_group_num: 1.5 }, 'InvalidConfig', /inner_group_num/],
    [{ inner_group_num: 1000 }, 'InvalidConfig', /num_hidden_layers 3 and inner_group_num 1000/],
    [{ position_embedding_type: 'relative_key' }, 'UnsupportedConfig', /position_embedding_type/],
  ] as const) {
    const error = await formatError(() => parse(more))
    assert.is(error.code, code, JSON.stringify(more))
    assert.match(error.message, pattern)
  }
})

test('shared weights are in memory once, however many layers they are', async () => {
  const sizes: number[] = []
  for (const layers of [1, 40]) {
    const config = JSON.stringify({ ...written, num_hidden_layers: layers })
    const model = await loadModel(files().set('config.json', new TextEncoder().encode(config)), {
      inline: true,
    })
    assert.is(model.config.numLayers, layers)
    const { hiddenStates } = await model.forward([[2, 5, 7]], { hiddenStates: true })
    assert.is(hiddenStates![0]!.length, layers + 1)
    sizes.push(model.info.weightBytes)
    model.dispose()
  }
  assert.is(sizes[0], sizes[1])
})

test.run()
