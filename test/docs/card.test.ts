/** weights/README.md against the files beside it. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loadModel } from '#dist/node.js'
import { rootPath } from '../shared.ts'
import { readPage } from './blocks.ts'

const card = readPage('weights/README.md')

test('the card states the sha256 of the shipped weights', () => {
  const hash = createHash('sha256')
    .update(readFileSync(rootPath('weights/model.safetensors')))
    .digest('hex')
  assert.ok(card.includes(hash), `weights/README.md does not have the sha256 ${hash} of model.safetensors`)
})

test('the card states the sizes of config.json and the number of parameters', async () => {
  const model = await loadModel()
  try {
    const { numLayers, hiddenSize, numHeads, intermediateSize, vocabSize, maxPositions } = model.config
    const stated = [
      `${numLayers} layers`,
      `hidden size ${hiddenSize}`,
      `${numHeads} heads`,
      `feed-forward size ${intermediateSize}`,
      `${vocabSize.toLocaleString('en')} pieces`,
      `up to ${maxPositions} pieces`,
      `${model.info.parameters.toLocaleString('en')} parameters`,
    ]
    const told = card.replace(/\s+/g, ' ')
    assert.equal(
      stated.filter((phrase) => !told.includes(phrase)),
      [],
    )
  } finally {
    model.dispose()
  }
})

test.run()
