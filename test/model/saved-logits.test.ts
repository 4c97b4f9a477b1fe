/**
 * The bits of a whole int8 pass against saved ones, on every variant of the kernels: for the shipped model,
 * and for BERT-base if IOBERT_BERT_BASE names the folder that make_bert_base.py wrote. Kernels may become
 * faster, but no bit may change unnoticed. `npm test` takes one variant of each build, and short sequences
 * through the reference.
 *
 * `node tools/goldens/renew-logits.mjs` renews them after an intended change of bits, and reports by how much
 * they changed.
 */
import { existsSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loadModel } from '#dist/node.js'
import { reference, variants } from '../kernels/variants.ts'
import { isThorough, times } from '../thorough.ts'
import { differences, hashOfWeights, logitsOn, readSaved, SAVED_MODELS, savedPath } from './saved-logits.ts'

const every = [reference, ...variants().filter((variant) => variant.exact)]
const builds = new Map(every.map((variant) => [variant.plan.variant, variant]))
const exact = isThorough ? every : [...builds.values()]
/** What the plain loops of the reference are given: of 512 tokens they take minutes in BERT-base. Sequences are saved shortest first. */
const MOST_PLAIN_TOKENS = times(14, 130)

for (const { name, folder } of SAVED_MODELS) {
  if (!existsSync(folder)) {
    console.log(
      'skipped: the saved logits of BERT-base: IOBERT_BERT_BASE does not name the folder that make_bert_base.py wrote',
    )
    continue
  }
  const saved = readSaved(savedPath(name))
  const ids = saved.sequences.map((sequence) => sequence.ids)

  test(`the saved logits of ${name} are of these weights`, () => {
    assert.is(
      hashOfWeights(folder),
      saved.weights,
      'the weights are others: node tools/goldens/renew-logits.mjs',
    )
  })

  for (const variant of exact) {
    test(`${name} gives the saved logits on ${variant.name}, bit for bit`, async () => {
      const most = variant === reference ? MOST_PLAIN_TOKENS : Number.POSITIVE_INFINITY
      const some = ids.filter(({ length }) => length <= most)
      assert.equal(differences(await logitsOn(folder, variant, some), saved), [])
    })
  }

  test(`${name} gives the saved logits as it is loaded, one by one and on two threads`, async () => {
    const model = await loadModel(folder, { threads: 2 })
    const found: Float32Array[] = []
    for (const [index, sequence] of ids.entries()) {
      const [logits] = (await model.forward([sequence])).logits
      found.push(logits!.slice(-saved.sequences[index]!.logits.length))
    }
    model.dispose()
    assert.equal(differences(found, saved), [])
  })
}

test.run()
