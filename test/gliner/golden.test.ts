/**
 * Answers of the package gliner for small random models: the same entities, scores within 1e-5; and int8 the
 * same everywhere.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { hasRelaxedSimd } from '#dist/kernels/features.js'
import { type Gliner, loadGliner, type Recognition } from '#dist/node.js'
import { rootPath } from '../shared.ts'
import { isThorough, share } from '../thorough.ts'

/** A line of found.jsonl: tools/goldens/make-gliner-goldens.py. */
interface Line {
  readonly text: string
  readonly types: string[]
  readonly threshold: number
  readonly nested?: boolean
  readonly flat?: boolean
  readonly multiLabel?: boolean
  readonly found: Found[]
}

type Found = [type: string, start: number, end: number, score: number]
const TOLERANCE = 1e-5

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
    style: 'gliner',
  })
}

/**
 * The same entities with the same scores. Of two that are in each other's way and equally good (near 1 many scores are the same
 * float32) either may have been kept: an entity that only one side has must be in the way of one that only the other has, with a
 * score that differs by no more than scores may.
 */
function compare(mine: readonly Found[], { text, found }: Line): void {
  const key = ([type, start, end]: Found): string => `${type} ${start} ${end}`
  const without = (ones: readonly Found[], others: readonly Found[]): Found[] => {
    const known = new Set(others.map(key))
    return ones.filter((one) => !known.has(key(one)))
  }
  const scores = new Map(found.map((one) => [key(one), one[3]]))
  for (const one of mine) {
    const score = scores.get(key(one)) ?? one[3]
    assert.ok(Math.abs(one[3] - score) < TOLERANCE, `${text}: ${one} and ${score}`)
  }
  const [onlyMine, onlyFound] = [without(mine, found), without(found, mine)]
  for (const [ones, others] of [
    [onlyMine, onlyFound],
    [onlyFound, onlyMine],
  ] as const) {
    for (const one of ones) {
      const isTie = others.some(
        (other) => other[1] < one[2] && one[1] < other[2] && Math.abs(other[3] - one[3]) < TOLERANCE,
      )
      assert.ok(isTie, `${text}: ${one} is in one answer alone`)
    }
  }
  ties += onlyMine.length > 0 ? 1 : 0
  for (const [index, one] of mine.entries()) {
    const before = mine[index - 1]
    assert.ok(
      before === undefined || before[1] < one[1] || (before[1] === one[1] && before[3] >= one[3]),
      text,
    )
  }
}

/** Lines that are equal but for ties. */
let ties = 0

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
        inline: true,
      })
      try {
        let found = 0
        ties = 0
        // The reference, which SIMD equals bit for bit, is slow: a third of the lines is enough of it.
        const lines = linesOf(name).filter((_, index) => kernels !== 'reference' || index % 3 === 0)
        for (const line of share(lines, kernels === 'reference' ? 2 : 3)) {
          const { entities } = await find(gliner, line)
          for (const { text, start, end } of entities) assert.is(text, line.text.slice(start, end))
          const pairs = entities.map(({ type, start, end, score }): Found => [type, start, end, score])
          compare(pairs, line)
          found += entities.length
        }
        assert.ok(ties <= 1, `${ties} lines differ by ties`)
        assert.ok(found > 5, `there is something to compare: ${found}`)
      } finally {
        gliner.dispose()
      }
    })
  }

  test(`find() of ${name} as int8 is the same whatever computes it`, async () => {
    const answers: Recognition[][] = []
    const threads = name === names[0] || isThorough ? ({ threads: 2 } as const) : ({ inline: true } as const)
    for (const options of [
      { kernels: 'reference', inline: true },
      { kernels: 'auto', ...threads },
      ...(isThorough ? [{ kernels: 'simd', inline: true } as const] : []),
    ] as const) {
      const gliner = await loadGliner(folderOf(name), options)
      const found: Recognition[] = []
      for (const line of share(linesOf(name).slice(0, 12), 12)) found.push(await find(gliner, line))
      // In one batch too
      const [{ types }] = linesOf(name) as [Line]
      found.push(
        ...(await gliner.findAll(
          share(linesOf(name).slice(0, 24), 12).map(({ text }) => text),
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
