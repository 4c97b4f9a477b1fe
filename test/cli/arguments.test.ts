/** How options and arguments are read, and what is said of those that are wrong. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { nearest, type OptionTable, readArguments, UsageError } from '#dist/cli/arguments.js'
import { progressLine } from '#dist/cli/progress.js'

const options: OptionTable = {
  json: { type: 'boolean' },
  model: { type: 'string', short: 'm' },
  'max-length': { type: 'string' },
}

function refusal(...args: string[]): string {
  try {
    readArguments(args, options)
  } catch (error) {
    assert.instance(error, UsageError)
    return (error as Error).message
  }
  throw new Error('nothing was refused')
}

test('readArguments reads switches, values and the rest', () => {
  const args = readArguments(['a', '-m', 'x', '--json', '--max-length=5', '-', '--', '--json', '-m'], options)
  assert.equal(args.positionals, ['a', '-', '--json', '-m'])
  assert.is(args.has('json'), true)
  assert.is(args.value('model'), 'x')
  assert.is(args.value('max-length'), '5')
  const none = readArguments([], options)
  assert.is(none.has('json'), false)
  assert.is(none.value('model'), undefined)
})

test('readArguments takes the last of an option written twice', () => {
  assert.is(readArguments(['-mx', '--model', 'y'], options).value('model'), 'y')
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

test('readArguments tells what stands behind --', () => {
  assert.is(readArguments(['a', '--', 'b', '--', 'c'], options).beforeTerminator, 1)
  assert.is(readArguments(['a', 'b'], options).beforeTerminator, 2)
})

test('nearest finds a slip of the finger and nothing else', () => {
  assert.is(nearest('maxlength', Object.keys(options)), 'max-length')
  assert.is(nearest('jsno', Object.keys(options)), 'json')
  assert.is(nearest('jsno', Object.keys(options), 1), 'json')
  assert.is(nearest('jsxx', Object.keys(options), 1), undefined)
  assert.is(nearest('threshold', Object.keys(options)), undefined)
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
