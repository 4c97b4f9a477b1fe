/** What `npm test` counts as passed. */
import { spawnSync } from 'node:child_process'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { root } from '../shared.ts'

interface Outcome {
  passed: number
  total: number
  failed: number
  skipped: string[]
  complaints: string[]
}

const { outcomeOf }: { outcomeOf(output: string, code: number | null): Outcome } = await import(
  new URL('tools/test/outcome.mjs', root).href
)

const uvu = JSON.stringify(new URL('node_modules/uvu/dist/index.mjs', root).href)

/** The outcome of a test file of this code. */
function outcome(code: string): Outcome {
  const source = `import { test } from ${uvu}\n${code}`
  const done = spawnSync(process.execPath, ['--input-type=module', '-e', source], {
    encoding: 'utf8',
    env: { ...process.env, FORCE_COLOR: '0' },
  })
  return outcomeOf(done.stdout + done.stderr, done.status)
}

const good = "test('good', () => {})\n"
const bad = "test('bad', () => { throw new Error('bad') })\n"

test('tests that pass and fail are counted', () => {
  assert.equal(outcome(`${good}test.run()`), { passed: 1, total: 1, failed: 0, skipped: [], complaints: [] })
  const { passed, total, failed } = outcome(`${good}${bad}${bad}test.run()`)
  assert.equal([passed, total, failed], [1, 3, 2])
})

test('a file that runs no test fails, but for a reason it prints', () => {
  for (const nothing of [
    '',
    good,
    'test.run()',
    'const list = []\nfor (const one of list) test(one, () => {})\ntest.run()',
  ]) {
    const { failed, complaints } = outcome(nothing)
    assert.equal([failed, complaints.length], [1, 1], nothing)
  }
  const { failed, skipped } = outcome("console.log('skipped: all of this file: there is no moon')")
  assert.equal([failed, skipped], [0, ['skipped: all of this file: there is no moon']])
})

test('what a test prints beside its mark counts as a reason too', () => {
  const { failed, skipped } = outcome(
    `${good}test('half', () => console.log('skipped: half: no moon'))\ntest.run()`,
  )
  assert.equal([failed, skipped], [0, ['skipped: half: no moon']])
})

test('tests left out by .skip or .only fail without a reason', () => {
  for (const left of [`${good}test.skip('left', () => {})\n`, `${bad}test.only('one', () => {})\n`]) {
    assert.is(outcome(`${left}test.run()`).failed, 1, left)
    assert.is(outcome(`${left}console.log('skipped: left: no moon')\ntest.run()`).failed, 0, left)
  }
})

test('a file that ends before its tests have, is killed, or throws fails', () => {
  assert.ok(outcome(`${good}test('hangs', () => new Promise(() => {}))\ntest.run()`).failed > 0)
  assert.ok(outcome(`${good}test('ends', () => process.exit(0))\ntest.run()`).failed > 0)
  assert.ok(
    outcome(`${good}test('killed', () => process.kill(process.pid, 'SIGKILL'))\ntest.run()`).failed > 0,
  )
  assert.ok(outcome(`${good}test.run()\nthrow new Error('late')`).failed > 0)
})

test.run()
