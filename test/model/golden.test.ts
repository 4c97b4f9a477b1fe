/**
 * float32 follows PyTorch: every layer of every golden model is within 2e-4 of its largest absolute value.
 * `npm test` computes all of them on one build, and every eighth on the others, since the tests of the
 * kernels show that the numbers are the same.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { hasRelaxedSimd } from '#dist/kernels/features.js'
import { loadModel } from '#dist/node.js'
import { withShared } from '../shared.ts'
import { share } from '../thorough.ts'
import { compare, Expected, goldenModels } from './golden.ts'

const TOLERANCE = 2e-4

const models = goldenModels()
withShared('goldens/family', "the other models of BERT's family", (path) => {
  const known = new Set(models.map(({ name }) => name))
  const others = readdirSync(path).filter((name) => !known.has(name))
  models.push(...others.map((name) => ({ name, folder: `${path}/${name}` })))
})

for (const kernels of ['reference', 'simd', 'relaxed'] as const) {
  if (kernels === 'relaxed' && !hasRelaxedSimd()) {
    console.log('skipped: golden models on relaxed kernels: this engine has no relaxed SIMD')
    continue
  }
  for (const { name, folder } of kernels === 'simd' ? models : share(models, 8)) {
    test(`forward() of ${name} equals PyTorch, ${kernels}`, async () => {
      // Without its tokenizer: ids are given
      const names = ['config.json', 'model.safetensors'].filter((file) => existsSync(`${folder}/${file}`))
      const alone = new Map(names.map((file) => [file, new Uint8Array(readFileSync(`${folder}/${file}`))]))
      const model = await loadModel(alone.size === 2 ? alone : folder, {
        precision: 'float32',
        kernels,
        inline: true,
      })
      try {
        const expected = new Expected(`${folder}/expected.safetensors`)
        const errors = await compare(model, expected)
        assert.equal(errors.map((each) => each.name).sort(), expected.outputs().sort(), 'all is compared')
        assert.ok(errors.length >= 3, 'there is something to compare')
        for (const { name: tensor, error } of errors) {
          assert.ok(
            error < TOLERANCE,
            `first tensor that differs: ${tensor}, by ${error} of its largest value`,
          )
        }
      } finally {
        model.dispose()
      }
    })
  }
}

test.run()
