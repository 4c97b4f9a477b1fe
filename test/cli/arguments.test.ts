/** How options and arguments are parsed, and the errors for wrong ones. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { OptionTable } from '#dist/check/option-rows.js'
import { OptionError } from '#dist/check/options.js'
import { flagOf, readArguments, UsageError } from '#dist/cli/arguments.js'
import { progressLine } from '#dist/cli/progress.js'

const options = {
  json: { type: 'boolean', means: ['format', 'json'] },
  csv: { type: 'boolean', means: ['format', 'csv'] },
  model: { type: 'string', short: 'm' },
  maxLength: { type: 'number', integer: true, from: 3 },
  threads: { type: 'number', integer: true, from: 1, orWord: 'auto' },
  precision: { type: 'word', words: { int8: '', float32: '' } },
  split: { type: 'word', words: { lines: '', sentences: '' }, orFalse: 'none' },
  lines: { type: 'boolean', means: ['split', 'lines'] },
  labels: { type: 'strings', short: 'l' },
  column: { type: 'strings', whole: true, needs: ['csv', 'split sentences'] },
} as const satisfies OptionTable

function refusal(...args: string[]): string {
  try {
    readArguments(args, options)
  } catch (error) {
    if (error instanceof OptionError) return error.spelled(flagOf)
    assert.instance(error, UsageError)
    return (error as Error).message
  }
  throw new Error('nothing was refused')
}

test('readArguments reads switches, values and the rest', () => {
  const args = readArguments(['a', '-m', 'x', '--json', '--max-length=5', '-', '--', '--json', '-m'], options)
  assert.equal(args.positionals, ['a', '-', '--json', '-m'])
  assert.equal(args.options, { model: 'x', format: 'json', maxLength: 5 })
  assert.equal(readArguments([], options).options, {})
})

test('readArguments gives values as the library takes them', () => {
  const read = (...args: string[]): object => readArguments(args, options).options
  assert.equal(read('--threads', 'auto', '--precision', 'INT8'), { threads: 'auto', precision: 'int8' })
  assert.equal(read('--threads', '2', '--split', 'none'), { threads: 2, split: false })
  assert.equal(read('--lines'), { split: 'lines' })
  assert.equal(read('--lines', '--split', 'lines'), { split: 'lines' })
})

test('readArguments adds up lists, and refuses anything else that is given twice', () => {
  const { options: read } = readArguments(
    ['-l', 'PER, ORG', '--labels', 'LOC', '--csv', '--column', 'a,b', '--column', '2'],
    options,
  )
  assert.equal(read, { labels: ['PER', 'ORG', 'LOC'], format: 'csv', column: ['a,b', '2'] })
  assert.is(refusal('-mx', '--model', 'y'), '--model is given twice')
  assert.is(refusal('--model', 'x', '-m', 'x'), '--model is given twice')
  assert.is(refusal('--json', '--json'), '--json is given twice')
  assert.is(refusal('--split', 'lines', '--split', 'none'), '--split is given twice')
})

test('readArguments names the option that is wrong', () => {
  assert.is(refusal('--modle', 'x'), 'There is no option --modle; did you mean --model?')
  assert.is(refusal('--zzzzzz'), 'There is no option --zzzzzz')
  assert.is(refusal('-q'), 'There is no option -q')
  assert.is(refusal('--model'), 'Option --model needs a value')
  assert.match(refusal('-m', '--json'), "Option -m needs a value, found the option '--json'")
  assert.match(refusal('--json=1'), "Option --json takes no value, found '1'")
  assert.is(refusal('--toString'), 'There is no option --toString')
})

test('readArguments names the value that is wrong, and options that do not go together', () => {
  assert.is(refusal('--max-length', '2'), '--max-length is 2, expected a whole number from 3')
  assert.is(refusal('--max-length', 'x'), "--max-length is 'x', expected a whole number from 3")
  assert.is(refusal('--threads=many'), "--threads is 'many', expected a whole number from 1, or 'auto'")
  assert.is(
    refusal('--precision', 'itn8'),
    "--precision is 'itn8', expected one of 'int8', 'float32'; did you mean int8?",
  )
  assert.is(refusal('--split', 'words'), "--split is 'words', expected one of 'lines', 'sentences', 'none'")
  assert.is(refusal('--labels', 'PER,'), "--labels is 'PER,', expected names with commas between them")
  assert.is(refusal('--json', '--csv'), 'Give one of --json and --csv')
  assert.is(refusal('--split', 'none', '--lines'), 'Give one of --split none and --lines')
  assert.is(refusal('--column', 'a'), '--column goes with --csv or --split sentences')
  assert.equal(readArguments(['--column', 'a', '--split=sentences'], options).options.column, ['a'])
})

test('readArguments tells what stands after --', () => {
  assert.is(readArguments(['a', '--', 'b', '--', 'c'], options).beforeTerminator, 1)
  assert.is(readArguments(['a', 'b'], options).beforeTerminator, 2)
})
test('progressLine tells share, speed and time left', () => {
  const line = progressLine('Reading', { done: 50, total: 200, unit: 'texts' }, 5)
  assert.is(line, `Reading ${'█'.repeat(6)}${'░'.repeat(18)} 25 % 50/200 texts, 10 texts/s, 15 s left`)
  const narrow = progressLine('Reading', { done: 50, total: 200, unit: 'texts' }, 5, 60)
  assert.is(narrow, `Reading ${'█'.repeat(3)}${'░'.repeat(8)} 25 % 50/200 texts, 10 texts/s, 15 s left`)
  const none = progressLine('Reading', { done: 50, total: 200, unit: 'texts' }, 5, 40)
  assert.is(none, 'Reading 25 % 50/200 texts, 10 texts/s, 15 s left')
  const open = progressLine('Reading', { done: 3e6, total: 0, unit: 'bytes', texts: 500 }, 2)
  assert.is(open, 'Reading 3.0 MB, 500 texts, 250 texts/s')
  const small = progressLine('Reading', { done: 5e4, total: 1e5, unit: 'bytes', texts: 7 }, 2)
  assert.match(small, / 50 % 0\.050\/0\.100 MB, 7 texts, 3\.5 texts\/s, 2 s left$/u)
  assert.match(progressLine('x', { done: 3, total: 2, unit: 'texts' }, 1), / 100 % 3\/2 .*, 0 s left$/u)
  assert.match(progressLine('x', { done: 1, total: 601, unit: 'texts' }, 1), /, 10 min left$/u)
})

test.run()
