/** The models that are measured: weights by a formula, the same bytes each time, loadable like any model. */
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loadRecognizer } from '#dist/node.js'
import { root } from '../shared.ts'

interface Shape {
  readonly layers: number
  readonly hidden: number
  readonly heads: number
}

const { makeModel }: { makeModel(shape: Shape, folder: string): void } = await import(
  new URL('bench/make-model.mjs', root).href
)

test('makeModel writes the same bytes each time, and what it writes is a recognizer with all its weights', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'iobert-made-'))
  try {
    const hashes = ['one', 'two'].map((name) => {
      makeModel({ layers: 2, hidden: 16, heads: 2 }, join(folder, name))
      return createHash('sha256')
        .update(readFileSync(join(folder, name, 'model.safetensors')))
        .digest('hex')
    })
    assert.is(hashes[0], hashes[1])
    const ner = await loadRecognizer(join(folder, 'one'), { inline: true })
    const { words = [] } = await ner.recognize('Angela Merkel met Tim Cook in Berlin.', { words: true })
    ner.dispose()
    const [first] = words
    assert.is(words.length, 8)
    const sum = Array.from(first!.probabilities).reduce((total, share) => total + share, 0)
    assert.ok(Math.abs(sum - 1) < 1e-5)
    assert.not.equal(words[0]!.probabilities, words[1]!.probabilities, 'tokens stay distinct')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test.run()
