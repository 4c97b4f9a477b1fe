/** Token types: which ones forward() accepts, and what they change. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loadModel } from '#dist/node.js'
import { rootPath } from '../shared.ts'

test('forward() reads token types, takes 0 where there are none, and refuses what the model does not have', async () => {
  const model = await loadModel(rootPath('test/goldens/families/bert-rerank'), { inline: true })
  try {
    const ids = [
      [2, 50, 3, 60, 3],
      [2, 3],
    ]
    const plain = await model.forward(ids)
    const zeros = await model.forward(ids, {
      tokenTypeIds: [
        [0, 0, 0, 0, 0],
        [0, 0],
      ],
    })
    assert.equal(zeros.logits, plain.logits)
    const typed = await model.forward(ids, {
      tokenTypeIds: [
        [0, 0, 0, 1, 1],
        [0, 0],
      ],
    })
    assert.is(typed.logits[0]!.length, 1)
    assert.not.equal(typed.logits[0], plain.logits[0])
    assert.equal(typed.logits[1], plain.logits[1])
    const refused = async (tokenTypeIds: unknown): Promise<Error> => {
      try {
        await model.forward(ids, { tokenTypeIds: tokenTypeIds as number[][] })
      } catch (error) {
        return error as Error
      }
      throw new Error('taken')
    }
    assert.instance(await refused([0, 1]), TypeError)
    for (const wrong of [
      [[0, 0, 0, 0, 0]],
      [
        [0, 0, 0, 0],
        [0, 0],
      ],
      [
        [0, 0, 0, 0, 2],
        [0, 0],
      ],
      [
        [0, 0, 0, 0, 0.5],
        [0, 0],
      ],
    ]) {
      assert.instance(await refused(wrong), RangeError)
    }
  } finally {
    model.dispose()
  }
})

test('a model without token types takes those that its tokenizer gives a pair, and leaves them out', async () => {
  for (const folder of ['deberta-v3', 'modernbert']) {
    const model = await loadModel(rootPath(`test/goldens/families/${folder}`), { inline: true })
    try {
      const ids = [[1, 20, 2, 30, 2]]
      const plain = await model.forward(ids)
      const typed = await model.forward(ids, { tokenTypeIds: [[0, 0, 0, 1, 1]] })
      assert.equal(typed, plain)
    } finally {
      model.dispose()
    }
  }
})

test.run()
