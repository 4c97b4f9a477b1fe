/** `iobert models`, and the page with the same rows. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { knownModels, TASKS, workOf } from '#dist/cli/known-models.js'
import { HEADINGS, modelCells } from '#dist/cli/models.js'
import { parseHubId } from '#dist/hub/urls.js'
import { modelTypes } from '#dist/model/read-spec.js'
import { readPage } from '../docs/blocks.ts'
import { iobert } from './run.ts'

test('the list is of models that load: families, ids, tasks and sizes are such', () => {
  assert.ok(knownModels.length >= 30, `${knownModels.length} models`)
  assert.is(new Set(knownModels.map(({ id }) => id)).size, knownModels.length)
  for (const model of knownModels) {
    assert.is(parseHubId(model.id).repository, model.id)
    assert.ok(modelTypes.includes(model.modelType), `${model.id} is of ${model.modelType}`)
    assert.ok(model.tasks.length > 0 && model.tasks.every((task) => TASKS.has(task)), model.id)
    // A model has at least the numbers of its encoder: 12 L H² where it has no gates.
    assert.ok(model.parameters > (workOf(model) * 12 * 12 * 768 ** 2) / 1e6, model.id)
    assert.ok(['', 'model.safetensors', 'pytorch_model.bin'].includes(model.weights), model.id)
  }
  assert.is(workOf(knownModels.find(({ id }) => id === 'dslim/bert-base-NER')!), 1)
  for (const task of TASKS.keys())
    assert.ok(
      knownModels.some(({ tasks }) => tasks.includes(task)),
      task,
    )
})

test('the page has its rows', () => {
  const table = readPage('docs/which-model.md').split('<!-- known models -->')[1]!.split('\n\n')[0]!.trim()
  const rows = table.split('\n').map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  )
  assert.equal(rows[0], [...HEADINGS])
  assert.equal(
    rows.slice(2),
    knownModels.map((model) => [...modelCells(model)]),
  )
})

test('iobert models prints those of a task, without a network', async () => {
  const { code, stdout } = await iobert(['models', '--task', 'pii'], '', {
    HF_ENDPOINT: 'http://127.0.0.1:9',
  })
  assert.is(code, 0)
  const pii = knownModels.filter(({ tasks }) => tasks.includes('pii'))
  const lines = stdout.trimEnd().split('\n')
  assert.is(lines.length, 1 + pii.length)
  for (const [index, { id }] of pii.entries()) assert.ok(lines[index + 1]!.startsWith(`${id} `))
  assert.equal(JSON.parse((await iobert(['models', '--json'])).stdout), knownModels)
  const wrong = await iobert(['models', '--task', 'poems'])
  assert.is(wrong.code, 2)
  assert.match(wrong.stderr, /--task is 'poems', expected one of 'news', 'pii'/)
  assert.is((await iobert(['models', 'pii'])).code, 2)
})

test.run()
