/**
 * Layers that share their weights: the settings of ALBERT's config.json, and that each weight is in memory
 * once.
 */
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { parseSpec } from '#dist/model/read-spec.js'
import type { ModelSpec } from '#dist/model/spec.js'
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
const parse = (more: object): ReturnType<typeof parseSpec> =>
  parseSpec(JSON.stringify({ ...written, ...more }))

/** The stored layer of each layer: its group, and its number there. */
const layersOf = ({ layers }: ModelSpec): string[] =>
  layers.map(({ output }) => {
    const [, group, layer] = /groups\.(\d+)\.albert_layers\.(\d+)\./.exec(output.from[0]!.weight.name)!
    return `${group}.${layer}`
  })

test('parseSpec tells which stored layer each layer is', async () => {
  const one = await parse({ num_hidden_layers: 4 })
  assert.equal([one.config.numLayers, layersOf(one)], [4, ['0.0', '0.0', '0.0', '0.0']])
  assert.is(new Set(one.layers).size, 1)
  const groups = await parse({ num_hidden_layers: 5, num_hidden_groups: 2, inner_group_num: 2 })
  assert.is(groups.config.numLayers, 10)
  assert.equal(layersOf(groups), ['0.0', '0.1', '0.0', '0.1', '0.0', '0.1', '1.0', '1.1', '1.0', '1.1'])
  assert.is(new Set(groups.layers).size, 4)
  assert.equal(layersOf(await parse({ num_hidden_layers: 2, num_hidden_groups: 3 })), ['0.0', '1.0'])
})

test("parseSpec takes transformers' defaults", async () => {
  const { num_hidden_groups, inner_group_num, hidden_act, ...rest } = written
  const { config, layers } = await parseSpec(JSON.stringify(rest))
  assert.equal([config.hiddenActivation, new Set(layers).size], ['gelu_new', 1])
  assert.is((await parse({ hidden_act: 'gelu' })).config.hiddenActivation, 'gelu')
})

test('parseSpec refuses by name what is not computed', async () => {
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
