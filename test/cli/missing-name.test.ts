/** Arguments that look like files and commands but are not. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { missingCommand, missingFileAdvice } from '#dist/cli/missing-name.js'
import { iobert, model, temporaryFolder } from './run.ts'

// In a folder of its own, so that nothing beside it is like a name that is tried.
const folder = join(temporaryFolder(), 'here')
mkdirSync(folder)
writeFileSync(join(folder, 'letter.txt'), 'tok1')
writeFileSync(join(folder, 'my letter.txt'), 'tok1')
mkdirSync(join(folder, 'data'))
const before = process.cwd()
test.before(() => process.chdir(folder))
test.after(() => process.chdir(before))

test('missingFileAdvice knows names of files by their shape', async () => {
  for (const name of [
    'report.txt',
    'dev.conll',
    './notes',
    '../x',
    '/tmp/none/x',
    '~/x',
    'C:\\x',
    'data/dev',
    'texts/',
    'REPORT.TXT',
    '*.csv',
  ]) {
    assert.match((await missingFileAdvice(name)) ?? '', `There is no file ${name}. To read`, name)
  }
  assert.match((await missingFileAdvice('leter.txt')) ?? '', 'did you mean letter.txt?')
  assert.match((await missingFileAdvice('dta/')) ?? '', 'did you mean data?')
  assert.match((await missingFileAdvice('my leter.txt')) ?? '', 'did you mean my letter.txt?')
  assert.match((await missingFileAdvice('./data/../lettre.txt')) ?? '', 'did you mean letter.txt?')
})

test('missingFileAdvice leaves texts alone', async () => {
  for (const text of [
    'Berlin',
    'Berlin.',
    'U.S.A.',
    'U.S.A',
    'and/or',
    '',
    'letter',
    'Angela Merkel met Tim Cook in Berlin.',
    'I opened report.txt',
    'Read /etc/passwd and report.txt now.',
    '東京/大阪',
    'one.txt\ntwo.txt',
    `${'x'.repeat(2000)}.txt`,
  ]) {
    assert.is(await missingFileAdvice(text), undefined, text)
  }
})

test('missingCommand knows slips of commands, and leaves words alone', async () => {
  const commands = ['evaluate', 'tokenize', 'embed', 'trace', 'bench', 'info', 'quantize', 'convert']
  for (const [word, meant] of [
    ['evalute', 'iobert evaluate'],
    ['eval', 'iobert evaluate'],
    ['quantise', 'iobert quantize'],
    ['benhc', 'iobert bench'],
    ['ifno', 'iobert info'],
    ['recognize', 'iobert TEXT|FILE'],
    ['version', 'iobert --version'],
  ]) {
    assert.match(
      (await missingCommand(word!, commands)) ?? '',
      `There is no command ${word}; did you mean ${meant}?`,
    )
  }
  for (const word of [
    'berlin',
    'Berlin',
    'paris',
    'angela',
    'eva',
    'into it',
    'london',
    'merkel',
    'cook',
    '',
  ]) {
    assert.is(await missingCommand(word, commands), undefined, word)
  }
})

test('iobert refuses the name of a file that is not there, before a model is loaded; behind -- it is a text', async () => {
  for (const args of [
    ['no-such.txt'],
    [join(folder, 'letter.txt'), 'no-such.txt'],
    ['--jsonl', 'no-such.jsonl'],
    ['tokenize', 'no-such.txt'],
    ['embed', 'no-such.txt'],
    ['trace', 'no-such.txt'],
  ]) {
    const { code, stdout, stderr } = await iobert([...args, '-m', './no-model'])
    assert.is(code, 2, args.join(' '))
    assert.is(stdout, '')
    assert.match(stderr, /^iobert: There is no file no-such\.jsonl?|^iobert: There is no file no-such\.txt/u)
  }
  const text = await iobert(['-m', model, '--json', '--', 'no-such.txt'])
  assert.is(text.code, 0)
  assert.is(JSON.parse(text.stdout)[0].file, undefined)
  const named = await iobert(['-m', model, '--json', '--', join(folder, 'letter.txt')])
  assert.is(JSON.parse(named.stdout)[0].file, join(folder, 'letter.txt'))
  assert.is((await iobert(['-m', model, '-t', 'no-such.txt'])).code, 0)
})

test('iobert refuses a command that is none, and says which is meant; help is a command', async () => {
  const { code, stderr } = await iobert(['evalute', '--predicted', 'x.conll'])
  assert.is(code, 2)
  assert.match(stderr, 'There is no command evalute; did you mean iobert evaluate?')
  assert.is((await iobert(['-m', model, '--', 'evalute'])).code, 0)
  assert.is((await iobert(['-m', model, '-t', 'evalute'])).code, 0)
  assert.is((await iobert(['help'])).stdout, (await iobert(['--help'])).stdout)
  assert.is((await iobert(['help', 'info'])).stdout, (await iobert(['info', '-h'])).stdout)
})

test.run()
