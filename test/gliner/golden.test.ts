/** What the package gliner answers, with small random models: the same entities, scores to 1e-5; and int8 the same everywhere. */
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { hasRelaxedSimd } from '#dist/kernels/features.js'
import { type Gliner, loadGliner, type Recognition } from '#dist/node.js'
import { rootPath } from '../shared.ts'

/** A line of found.jsonl: tools/make-gliner-goldens.py. */
interface Line {
  readonly text: string
  readonly types: string[]
  readonly threshold: number
  readonly nested?: boolean
  readonly flat?: boolean
  readonly multiLabel?: boolean
  readonly found: [type: string, start: number, end: number, score: number][]
}

const names = readdirSync(rootPath('test/goldens/gliner'))
const folderOf = (name: string): string => rootPath(`test/goldens/gliner/${name}`)

function linesOf(name: string): Line[] {
  const lines = readFileSync(`${folderOf(name)}/found.jsonl`, 'utf8')
    .trim()
    .split('\n')
  return lines.map((line) => JSON.parse(line)).filter((line) => line.text !== undefined)
}

function find(
  gliner: Gliner,
  { text, types, threshold, nested, flat, multiLabel }: Line,
): Promise<Recognition> {
  // The package cuts what is longer than the model reads.
  return gliner.find(text, types, {
    threshold,
    nested: nested ?? !flat,
    multiLabel: multiLabel ?? false,
    windows: false,
  })
}

for (const name of names) {
  for (const kernels of ['reference', 'simd', 'relaxed'] as const) {
    if (kernels === 'relaxed' && !hasRelaxedSimd()) {
      console.log('skipped: GLiNER on relaxed kernels: this engine has no relaxed SIMD')
      continue
    }
    test(`find() of ${name} equals the package's predict_entities, ${kernels}`, async () => {
      const gliner = await loadGliner(folderOf(name), {
        precision: 'float32',
        kernels,
        inline: kernels === 'reference',
      })
      try {
        let found = 0
        for (const line of linesOf(name)) {
          const { entities } = await find(gliner, line)
          assert.equal(
            entities.map(({ type, start, end }) => [type, start, end]),
            line.found.map(([type, start, end]) => [type, start, end]),
            JSON.stringify(line.text),
          )
          for (const [index, { text, start, end, score }] of entities.entries()) {
            assert.is(text, line.text.slice(start, end))
            assert.ok(Math.abs(score - line.found[index]![3]) < 1e-5, `${score} and ${line.found[index]![3]}`)
          }
          found += entities.length
        }
        assert.ok(found > 20, `there is something to compare: ${found}`)
      } finally {
        gliner.dispose()
      }
    })
  }

  test(`find() of ${name} as int8 is the same whatever computes it`, async () => {
    const answers: Recognition[][] = []
    for (const options of [
      { kernels: 'reference', inline: true },
      { kernels: 'simd', threads: 2 },
      { kernels: 'auto', threads: 1, inline: true },
    ] as const) {
      const gliner = await loadGliner(folderOf(name), options)
      const found: Recognition[] = []
      for (const line of linesOf(name).slice(0, 12)) found.push(await find(gliner, line))
      // In one batch too
      const [{ types }] = linesOf(name) as [Line]
      found.push(
        ...(await gliner.findAll(
          linesOf(name).map(({ text }) => text),
          types,
          { threshold: 0.3 },
        )),
      )
      answers.push(found)
      gliner.dispose()
    }
    for (const other of answers.slice(1)) assert.equal(other, answers[0])
  })
}

test.run()
