/** Untrusted text on a terminal: it is shown, but cannot control the terminal. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createBar } from '#dist/cli/progress.js'
import { escapeControls, visible, visibleName } from '#dist/markup/visible.js'
import { SteppingClock } from '../clock.ts'
import { iobert, model, type Run, type RunHere, temporaryFolder } from './run.ts'

const folder = temporaryFolder()

/** Runs `iobert` as on a terminal. */
function onTerminal(args: readonly string[], input?: string, here: RunHere = {}): Promise<Run> {
  return iobert(args, input, {}, { terminals: ['stdout', 'stderr'], ...here })
}

/** As on a machine that is very slow. */
const slowClock = (): (() => number) => new SteppingClock(1000).now

/** A model whose labels, and whose file's name, would clear the screen and colour what follows. */
const evil = join(folder, 'evil')
cpSync(model, evil, { recursive: true })
const config = JSON.parse(readFileSync(join(evil, 'config.json'), 'utf8'))
const hostile = '\x1b[2J\u009b31m\x07\r\nX\x7f\u202eY\u2066'
for (const [id, label] of Object.entries<string>(config.id2label)) {
  config.id2label[id] = label === 'O' ? label : `${label}${hostile}`
}
config.label2id = Object.fromEntries(
  Object.entries(config.id2label).map(([id, label]) => [label, Number(id)]),
)
writeFileSync(join(evil, 'config.json'), JSON.stringify(config))
const text = `tok1 tok20 ${hostile} visits <tok5> & tok9.`
const file = join(folder, `letter${'\x1b[31m\u202e'}.txt`)
writeFileSync(file, text)
writeFileSync(join(folder, 'gold.conll'), 'tok1 B-\x1b[2J\ntok2 O\n')

const ESC = '\x1b'
const colors = new RegExp(`${ESC}\\[(?:0|2|(?:1;)?30;\\d+)m`, 'gu')

/** Controls, of direction too, other than line feeds and tabs that are no colour of our own. */
function steering(shown: string): string[] {
  return (
    shown
      .replace(colors, '')
      .match(/[\p{Cc}\p{Bidi_Control}]/gu)
      ?.filter((one) => !/[\n\t]/u.test(one)) ?? []
  )
}

for (const args of [
  [],
  ['--conll'],
  ['--redact'],
  ['--html'],
  ['--json', '--words'],
  ['info'],
  ['info', '--json'],
  ['tokenize'],
  ['tokenize', '--json'],
  ['trace'],
  ['trace', '--json'],
  ['evaluate'],
  ['evaluate', '--json'],
]) {
  test(`iobert ${args.join(' ')} lets labels, texts and names of files not steer a terminal`, async () => {
    const [command = ''] = args
    const source = command === 'info' ? evil : command === 'evaluate' ? join(folder, 'gold.conll') : file
    const named = command === 'info' ? [] : ['-m', evil]
    const sources = command === '' || command.startsWith('-') ? [source, source] : [source]
    const shown = await onTerminal([...args, ...named, ...sources])
    assert.is(shown.code, 0, shown.stderr)
    assert.equal(steering(shown.stdout), [])
    assert.equal(steering(shown.stderr.replaceAll('\r\x1b[K', '')), [])
    if (!args.includes('--json')) return
    // What is read from a pipe is the same, and the same as ever.
    const piped = await iobert([...args, ...named, ...sources])
    assert.equal(JSON.parse(shown.stdout), JSON.parse(piped.stdout))
    if (command === '--json' || command === 'info' || command === 'trace')
      assert.match(piped.stdout, '\u009b')
  })
}

test('iobert --jsonl on a terminal writes JSON without control characters', async () => {
  const { stdout } = await onTerminal(['-m', evil, '--jsonl'], `${JSON.stringify({ id: hostile, text })}\n`)
  assert.equal(steering(stdout), [])
  assert.is(JSON.parse(stdout).id, hostile)
})

test('iobert tells what is wrong without control characters', async () => {
  for (const args of [
    ['-m', `./${hostile}`, 'tok1'],
    ['-f', `no${hostile}`],
    ['--labels', hostile, 'tok1'],
    [`--${hostile}`],
  ]) {
    const { code, stderr } = await onTerminal(args)
    assert.ok(code === 1 || code === 2)
    assert.equal(steering(stderr.replaceAll('\r\x1b[K', '')), [])
  }
})

test('iobert keeps what it is given where it writes to a file or a pipe', async () => {
  const { stdout } = await iobert(['-m', model, '--redact', '--threshold', '1', file])
  assert.is(stdout, `${text}\n`)
  const colored = await iobert(['-m', evil, file], '', { FORCE_COLOR: '1' })
  assert.equal(steering(colored.stdout), [], 'colours are for a terminal')
})

test('visible shows control characters, and escapeControls changes no value', () => {
  assert.is(visible('a\x1b[31mb\x07\u009bc\td\r\ne\rf\x7f'), 'a\u241b[31mb\u2407\ufffdc\td\ne\u240df\u2421')
  assert.is(visibleName('a\tb\nc'), 'a\u2409b\u240ac')
  assert.is(visible('a\u202eb\u2069\u200f \u05d0'), 'a\ufffdb\ufffd\ufffd \u05d0')
  assert.is(visibleName('cod\u202etxt.exe'), 'cod\ufffdtxt.exe')
  const value = { [hostile]: [hostile, 'é'] }
  const json = escapeControls(JSON.stringify(value))
  assert.equal(JSON.parse(json), value)
  assert.not.match(json, /[\p{Cc}\p{Bidi_Control}]/u)
})

test('iobert shows how far a long text is on a terminal, and takes the line away', async () => {
  const long = join(folder, 'long.txt')
  writeFileSync(long, 'tok1 tok2 tok3 tok4 tok5 tok6 tok7 tok8. '.repeat(3_000))
  for (const terminals of [['stderr'], ['stdout', 'stderr']] as const) {
    const here = { terminals, now: slowClock() }
    const { stderr } = await onTerminal(['-m', model, '--inline', '--json', long], '', here)
    const lines = stderr.split('\r\x1b[K')
    const told = lines.filter((line) => /^Reading .*long\.txt .* \d+ % \d+\/\d+ pieces, /u.test(line))
    assert.ok(told.length > 1, stderr)
    assert.is(lines.at(-1), '')
  }
})

test('iobert --jsonl counts lines on a terminal, and tells at the end what was answered', async () => {
  const input = '{"text":"tok1 tok2 tok3"}\n'.repeat(2_000)
  const here: RunHere = { terminals: ['stderr'], now: slowClock() }
  const { stderr } = await onTerminal(['-m', model, '--inline', '--jsonl'], input, here)
  const counts = [...stderr.matchAll(/Reading .*?(\d+) texts, /gu)].map(([, count]) => Number(count))
  assert.ok(counts.length > 1 && counts.every((count, i) => i === 0 || count >= counts[i - 1]!), stderr)
  assert.match(stderr.split('\r\x1b[K').at(-1)!, /^iobert: 2000 lines answered in \d+\.\d s: /u)
})

test('a terminal that says it has 0 columns wraps nothing', async () => {
  for (const columns of [0, 20]) {
    const { stdout } = await iobert(
      ['In Berlin and Lima and Rome.'],
      '',
      {},
      { terminals: ['stdout'], columns },
    )
    assert.is(stdout.trimEnd().split('\n').length > 1, columns > 0, JSON.stringify(stdout))
  }
})

test('createBar shows nothing of what is soon done, and then ten lines a second at most', () => {
  let [time, written] = [0, '']
  const stderr = { isTTY: true, columns: 60, write: (text: string) => (written += text) }
  const own = Object.getOwnPropertyDescriptor(process, 'stderr')!
  Object.defineProperty(process, 'stderr', { value: stderr, configurable: true })
  try {
    const bar = createBar(() => time)
    const shownAt = (milliseconds: number, done: number): string => {
      ;[time, written] = [milliseconds, '']
      bar.update('Reading', { done, total: 100, unit: 'texts' })
      return written
    }
    assert.is(shownAt(399, 10), '')
    assert.match(shownAt(400, 20), /Reading .* 20 % 20\/100 texts, 50 texts\/s, 2 s left$/u)
    assert.is(shownAt(499, 30), '')
    assert.match(shownAt(1000, 50), /50 texts\/s, 1 s left$/u)
    // The next file's count begins at 1000 ms.
    assert.match(shownAt(1500, 5), / 5 % 5\/100 texts, 10 texts\/s, 10 s left$/u)
    bar.end()
    assert.ok(written.endsWith('\r\x1b[K'))
  } finally {
    Object.defineProperty(process, 'stderr', own)
  }
})

test('--progress tells how far it is where stderr is no terminal, in lines that stay, every ten seconds', async () => {
  const lines = join(folder, 'lines.jsonl')
  writeFileSync(lines, '{"text":"tok1 tok2 tok3"}\n'.repeat(2_000))
  const run = (args: readonly string[], now = slowClock()): Promise<Run> =>
    iobert(['-m', model, '--inline', '--jsonl', ...args, lines], '', {}, { now })
  const silent = await run([])
  assert.is(silent.stderr, '')
  const { stdout, stderr } = await run(['--progress'])
  assert.is(stdout, silent.stdout)
  for (const sign of ['\r', ESC, '█']) assert.not.ok(stderr.includes(sign), stderr)
  assert.match(stderr, /\niobert: 2000 lines answered in .*\n$/u)
  const told = stderr.split('\n').filter((line) => line.startsWith('iobert: Reading'))
  assert.ok(told.length > 1, stderr)
  let last = 0
  for (const line of told) {
    const found = /^iobert: Reading (\d+) % \d\.\d+\/0\.052 MB, \d+ texts, [\d.]+ texts\/s, .* left$/u.exec(
      line,
    )
    const share = Number(found?.[1])
    assert.ok(share >= last && share <= 100, stderr)
    last = share
  }
  // Each look at the clock takes a second, and there is one line in ten of them at most.
  const clock = new SteppingClock(1000)
  const { stderr: again } = await run(['--progress'], clock.now)
  assert.ok(again.split('\n').length - 2 <= clock.looks / 10, again)
})

test.run()
