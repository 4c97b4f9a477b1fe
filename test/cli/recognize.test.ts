/** `iobert TEXT`: output for people and for programs, and what is refused before anything is printed. */
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { flagOf } from '#dist/cli/arguments.js'
import { command } from '#dist/cli/recognize.js'
import { loadRecognizer, type Recognition, type RecognizeOptions } from '#dist/node.js'
import { rootPath } from '../shared.ts'
import { iobert, model, temporaryFolder } from './run.ts'

const text = 'tok1 tok20 visits <tok5> & tok9.'
const folder = temporaryFolder()
const file = join(folder, 'letter.txt')
writeFileSync(file, `${text}\n`)

const ner = await loadRecognizer(model, { threads: 1 })

function expected(input: string, options: RecognizeOptions = {}): Promise<Recognition> {
  return ner.recognize(input, options)
}

test.after(() => ner.dispose())

test('iobert marks entities in the text without colours where stdout is no terminal', async () => {
  const { code, stdout, stderr } = await iobert(['-m', model, text])
  const { entities } = await expected(text)
  assert.ok(entities.length > 0)
  let plain = ''
  let at = 0
  for (const { start, end, type } of entities) {
    plain += `${text.slice(at, start)}[${text.slice(start, end)} ${type}]`
    at = end
  }
  assert.is(stdout, `${plain}${text.slice(at)}\n`)
  assert.is(stderr, '')
  assert.is(code, 0)
})

test('iobert colours as FORCE_COLOR says, and not with NO_COLOR', async () => {
  const forced = await iobert(['-m', model, text], '', { FORCE_COLOR: '1', NO_COLOR: '1' })
  assert.match(forced.stdout, '\x1b[')
  const off = await iobert(['-m', model, text], '', { FORCE_COLOR: '0' })
  assert.not.match(off.stdout, '\x1b[')
})

test('iobert --json prints an array with an object an input, the file named', async () => {
  const { code, stdout } = await iobert(['-m', model, '--json', file, text])
  const own = await expected(text)
  const ofFile = await expected(`${text}\n`)
  assert.equal(JSON.parse(stdout), [{ file, ...ofFile }, own])
  assert.is(code, 0)
})

test('iobert --json --words adds words with probabilities', async () => {
  const { stdout } = await iobert(['-m', model, '--json', '--words', text])
  const { words = [] } = await expected(text, { words: true })
  const [found] = JSON.parse(stdout)
  assert.equal(
    found.words,
    words.map((word) => ({ ...word, probabilities: Array.from(word.probabilities) })),
  )
})

test('iobert passes no text on where the vocabulary is cut off, and info says so', async () => {
  const cut = temporaryFolder()
  cpSync(model, cut, { recursive: true })
  const lines = readFileSync(join(model, 'vocab.txt'), 'utf8').trimEnd().split('\n')
  writeFileSync(join(cut, 'vocab.txt'), lines.slice(0, -1).join('\n'))
  const redacted = await iobert(['-m', cut, '--redact', text])
  assert.is(redacted.code, 1)
  assert.is(redacted.stdout, '')
  assert.match(redacted.stderr, `vocab_size ${lines.length}: the file is cut off`)
  const info = await iobert(['info', cut])
  assert.is(info.code, 1)
  assert.match(info.stdout, /^loads +no$/m)
  assert.match(info.stdout, `missing       vocab.txt and the added tokens give ${lines.length - 1} pieces`)
})

test('iobert reads stdin where it is piped and where - stands', async () => {
  const piped = await iobert(['-m', model, '--json'], text)
  const dash = await iobert(['-m', model, '--json', '-'], text)
  assert.equal(JSON.parse(piped.stdout), [await expected(text)])
  assert.is(dash.stdout, piped.stdout)
})

test('iobert --text and --file decide what arguments are', async () => {
  const asText = await iobert(['-m', model, '--json', '--text', file])
  assert.equal(JSON.parse(asText.stdout), [await expected(file)])
  const asFile = await iobert(['-m', model, '--json', '--file', 'no such file', file])
  const [missing, found] = JSON.parse(asFile.stdout)
  assert.equal(Object.keys(missing), ['file', 'error'])
  assert.is(found.file, file)
  assert.match(asFile.stderr, 'no such file: there is no such file')
  assert.is(asFile.code, 1)
})

test('iobert refuses a file that is not UTF-8 or too long, and reads the others', async () => {
  const latin = join(folder, 'latin.txt')
  writeFileSync(latin, Uint8Array.of(0x63, 0x61, 0x66, 0xe9))
  const args = ['-m', model, '--json', '--max-chars', '40', latin, file, '-']
  const { code, stdout } = await iobert(args, 'tok1 '.repeat(9))
  const [first, second, third] = JSON.parse(stdout)
  assert.match(first.error, 'not UTF-8')
  assert.is(second.file, file)
  assert.match(third.error, 'more than 40 characters')
  assert.is(code, 1)
})

test('iobert says of the files of other programs what they are, and how to get the text out', async () => {
  for (const [name, start, remedy] of [
    ['a.pdf', '%PDF-1.7\nAngela Merkel', /a PDF, expected text: write pdftotext FILE FILE\.txt/u],
    ['a.odt', 'PK\x03\x04Angela', /a zip archive, as ODT.*pandoc/u],
    ['a.png', '\x89PNG\r\n\x1a\n', /a picture \(PNG\)/u],
    ['a.jpg', '\xff\xd8\xff\xe0', /a picture \(JPEG\)/u],
    ['a.txt.gz', '\x1f\x8b\x08', /packed by gzip.*gunzip -c/u],
  ] as const) {
    const path = join(folder, name)
    const bytes = Buffer.from(start, 'latin1')
    writeFileSync(path, bytes)
    for (const args of [
      [path],
      ['--redact', path],
      ['--jsonl', path],
      ['--csv', '--column', '1', path],
      ['-'],
    ]) {
      const { code, stdout, stderr } = await iobert(['-m', model, ...args], bytes)
      assert.is(code, 1, args.join(' '))
      assert.is(stdout, '')
      assert.match(stderr, remedy)
    }
  }
})

test('iobert --conll prints a word and its label a line', async () => {
  const { stdout } = await iobert(['-m', model, '--conll', text])
  const { words = [] } = await expected(text, { words: true })
  assert.is(stdout, `${words.map((word) => `${word.text} ${word.label}\n`).join('')}\n`)
})

test('iobert --conll --labels gives words of other entities the label O', async () => {
  const { words = [], entities } = await expected(text, { words: true })
  const { type } = entities[0]!
  const { stdout } = await iobert(['-m', model, '--conll', '--labels', type, text])
  const lines = words.map(({ text: word, start, label }) => {
    const kept = entities.some(
      (entity) => entity.type === type && entity.start <= start && start < entity.end,
    )
    return `${word} ${kept ? label : 'O'}\n`
  })
  assert.is(stdout, `${lines.join('')}\n`)
})

test('iobert --redact replaces entities by their types', async () => {
  const { stdout } = await iobert(['-m', model, '--redact', file])
  const source = `${text}\n`
  const { entities } = await expected(source)
  let wanted = source
  for (const { start, end, type } of entities.reverse()) {
    wanted = `${wanted.slice(0, start)}[${type}]${wanted.slice(end)}`
  }
  assert.is(stdout, wanted)
})

test('iobert --html prints one page, escaped, without scripts, from which the text can be read', async () => {
  const { stdout } = await iobert(['-m', model, '--html', text])
  assert.match(stdout, /^<!doctype html>/u)
  assert.match(stdout, /<\/html>\n$/u)
  assert.not.match(stdout, /<script|https?:/u)
  assert.match(stdout, /title="[A-Z]+ 0\.\d{3}"/u)
  const article = /<article dir="auto">(.*?)<\/article>/su.exec(stdout)![1]!
  const bare = article.replace(/<small[^>]*>.*?<\/small>/gu, '').replace(/<[^>]*>/gu, '')
  assert.is(bare.replace(/&lt;/gu, '<').replace(/&gt;/gu, '>').replace(/&amp;/gu, '&'), text)
})

test('iobert --labels, --threshold and --strategy are what the library does', async () => {
  const args = ['--labels', 'ORG, PER', '--threshold', '0.4', '--strategy', 'max', '--stride=5']
  const { stdout } = await iobert(['-m', model, '--json', ...args, text])
  const options: RecognizeOptions = { labels: ['ORG', 'PER'], threshold: 0.4, strategy: 'max', stride: 5 }
  assert.equal(JSON.parse(stdout), [await expected(text, options)])
})

test('iobert gives the same for each way to run int8', async () => {
  const ways = [['--inline'], ['--threads', '2'], ['--kernels', 'reference']]
  const runs = await Promise.all(ways.map((way) => iobert(['-m', model, '--json', ...way, text])))
  for (const { stdout } of runs) assert.is(stdout, runs[0]!.stdout)
  assert.is(JSON.parse(runs[0]!.stdout).length, 1)
})

const wrong: readonly (readonly [string[], RegExp])[] = [
  [['--jsno', text], /no option --jsno; did you mean --json\?/u],
  [['--precision', 'int4', text], /--precision is 'int4', expected one of 'int8', 'float32'/u],
  [['--threads', 'many', text], /--threads is 'many', expected a whole number from 1, or 'auto'/u],
  [['--threshold=2', text], /--threshold is 2, expected a number from 0 to 1/u],
  [['--max-chars', '-1', text], /Option --max-chars needs a value, found the option '-1'/u],
  [['--json=yes', text], /--json takes no value/u],
  [['--json', '--html', text], /one of --json and --html/u],
  [['--words', text], /--words goes with/u],
  [['quantize', 'one'], /quantize takes IN and OUT, found 1/u],
  [['--threshold', '0.5', '--threshold=0.6', text], /--threshold is given twice/u],
  [['-m', 'a', '--model', 'b', text], /--model is given twice/u],
  [['--json', '--json', text], /--json is given twice/u],
  [['mask', '--map', 'a', '--map', 'b', text], /--map is given twice/u],
  [['--precision', 'int-8', text], /expected one of 'int8', 'float32'; did you mean int8\?/u],
  [['evaluate', '--threshold', '1', 'x'], /no option --threshold/u],
]

test('iobert names what is wrong in its usage and exits with 2', async () => {
  const runs = await Promise.all(wrong.map(([args]) => iobert(args)))
  for (const [i, { code, stdout, stderr }] of runs.entries()) {
    const [args, message] = wrong[i]!
    assert.is(code, 2, args.join(' '))
    assert.is(stdout, '')
    assert.match(stderr, message)
    assert.match(stderr, /See iobert .*--help\n$/u)
  }
})

test('iobert names a model that is not there and exits with 1', async () => {
  const { code, stderr } = await iobert(['-m', './no-such-model', text])
  assert.is(code, 1)
  assert.match(stderr, /^iobert: There is no folder .*no-such-model/u)
})

test('iobert --help tells every option, and each command has its page', async () => {
  const { code, stdout } = await iobert(['--help'])
  assert.is(code, 0)
  const names = Object.keys(command.options)
  assert.ok(names.length >= 30, `${names}`)
  for (const name of names) assert.match(stdout, flagOf(name))
  const commands = [...stdout.matchAll(/^ {2}iobert ([a-z]+) {2,}/gmu)].map(([, name]) => name!)
  assert.ok(commands.length >= 5)
  const pages = await Promise.all(commands.map((name) => iobert([name, '--help'])))
  for (const [i, page] of pages.entries()) {
    assert.match(page.stdout, `Usage: iobert ${commands[i]}`)
    assert.is(page.code, 0)
  }
  for (const line of stdout.split('\n')) assert.ok(line.length <= 120, line)
})

test('iobert --version prints the version of package.json', async () => {
  const { version } = JSON.parse(readFileSync(rootPath('package.json'), 'utf8'))
  for (const flag of ['--version', '-v']) assert.is((await iobert([flag])).stdout, `${version}\n`)
})

test('iobert --labels refuses a type that the model has not, and names those it has', async () => {
  for (const args of [['--json', text], ['--jsonl'], ['--redact', file]]) {
    const { code, stdout, stderr } = await iobert(['-m', model, '--labels', 'PER,PLACE', ...args], '"tok1"\n')
    assert.is(code, 2)
    assert.is(stdout, '')
    assert.match(
      stderr,
      "--labels holds 'PLACE', which this model does not find, expected some of LOC, MISC, ORG, PER",
    )
  }
  assert.is((await iobert(['-m', model, '--labels', 'PER', text])).code, 0)
})

test('iobert adds up lists that are given twice, so that no type is left out', async () => {
  const source = `${text} ${text}`
  const wanted = await expected(source, { labels: ['ORG', 'PER'] })
  assert.ok(wanted.entities.length > 0)
  for (const args of [
    ['-l', 'ORG,PER'],
    ['-l', 'ORG', '--labels', 'PER'],
    ['--labels=PER', '--labels=ORG'],
  ]) {
    const { stdout } = await iobert(['-m', model, '--json', ...args, source])
    assert.equal(JSON.parse(stdout), [wanted], args.join(' '))
  }
})

test('iobert names options whose values do not fit the model, as they are written here', async () => {
  for (const [args, message] of [
    [['--labels', 'per'], /^iobert: --labels holds 'per', .* LOC, MISC, ORG, PER; did you mean PER\?$/mu],
    [['--stride', '600'], /^iobert: --stride is 600, expected a whole number from 0 to \d+: a window/mu],
    [['--max-length', '1000'], /^iobert: --max-length is 1000, and the model has \d+ positions$/mu],
    [
      ['--style', 'transformers', '--strategy', 'none', '--stride', '2'],
      /^iobert: --stride is for longer entities, which --strategy 'none' does not make/mu,
    ],
  ] as const) {
    const { code, stdout, stderr } = await iobert(['-m', model, ...args, text])
    assert.match(stderr, message)
    assert.equal([code, stdout], [2, ''], args.join(' '))
  }
})

test('iobert --split and --lines read parts of a text by themselves', async () => {
  const source = `${text}\n${text} tok4. tok7 tok8\n\n${text}\n`
  for (const [args, split] of [
    [['--lines'], 'lines'],
    [['--split', 'lines'], 'lines'],
    [['--split', 'sentences'], 'sentences'],
    [['--split', 'paragraphs'], 'paragraphs'],
    [['--split', 'none'], false],
  ] as const) {
    const wanted = await expected(source, { split })
    const { stdout } = await iobert(['-m', model, '--json', ...args], source)
    assert.equal(JSON.parse(stdout), [wanted], args.join(' '))
    const lines = await iobert(['-m', model, '--jsonl', ...args], `${JSON.stringify(source)}\n`)
    assert.equal(JSON.parse(lines.stdout), wanted)
  }
  for (const [args, message] of [
    [
      ['--split', 'words'],
      /--split is 'words', expected one of 'passages', 'paragraphs', 'lines', 'sentences', 'none'/u,
    ],
    [['--split', 'sentences', '--lines'], /Give one of --split sentences and --lines/u],
  ] as const) {
    const { code, stderr } = await iobert(['-m', model, ...args, text])
    assert.is(code, 2)
    assert.match(stderr, message)
  }
})

test('iobert reads folders with all in them, and names what is no text with an error', async () => {
  const tree = temporaryFolder()
  for (const name of ['b', 'a/2', 'a/.hidden', '.git']) mkdirSync(join(tree, name), { recursive: true })
  for (const name of ['z.txt', 'b/1.txt', 'a/2/x.txt', 'a/1.txt', 'a/.hidden/no.txt', '.git/config']) {
    writeFileSync(join(tree, name), `tok1 ${name}`)
  }
  writeFileSync(join(tree, 'a/photo.jpg'), Buffer.from([0xff, 0xd8, 0xff]))
  writeFileSync(join(tree, 'a/zeros'), 'a\0b')
  symlinkSync(tree, join(tree, 'b/circle'), 'junction')
  const { code, stdout, stderr } = await iobert(['-m', model, '--json', tree])
  assert.is(code, 1)
  const answers: { file: string; error?: string }[] = JSON.parse(stdout)
  assert.equal(
    answers.map(({ file, error }) => [file, error !== undefined]),
    ['a/1.txt', 'a/2/x.txt', '!a/photo.jpg', '!a/zeros', 'b/1.txt', 'z.txt'].map((name) => [
      join(tree, name.replace('!', '')),
      name.startsWith('!'),
    ]),
  )
  for (const [name, what] of [
    ['a/photo.jpg', 'is a picture'],
    ['a/zeros', 'has characters U+0000'],
  ] as const)
    assert.ok(stderr.includes(`${join(tree, name)}: it ${what}`), stderr)
  const empty = await iobert(['-m', model, join(tree, 'a/.hidden'), temporaryFolder()])
  assert.is(empty.code, 2)
  assert.match(empty.stderr, /There is no file in /u)
})

test('iobert --redact and mask of several files write the name of each above its text', async () => {
  const tree = temporaryFolder()
  writeFileSync(join(tree, 'a.txt'), 'In Berlin.')
  writeFileSync(join(tree, 'b.bin'), Buffer.from([0xff]))
  writeFileSync(join(tree, 'c.txt'), 'In Lima.\n')
  const map = join(temporaryFolder(), 'map.json')
  for (const args of [
    ['--redact', '--placeholder', 'numbered'],
    ['mask', '--map', map],
  ]) {
    const { code, stdout } = await iobert([...args, tree])
    const [a, c] = ['a.txt', 'c.txt'].map((name) => join(tree, name))
    assert.is(stdout, `${a}:\nIn [LOC_1].\n\n${c}:\nIn [LOC_2].\n`)
    assert.is(code, 1)
  }
  assert.is((await iobert(['--redact', join(tree, 'a.txt')])).stdout, 'In [LOC].\n')
  assert.is((await iobert(['--redact', '-t', 'In Rome', 'In Lima'])).stdout, 'In [LOC]\nIn [LOC]\n')
})

const mail = [
  'Received: from a.example\r\n\tby b.example\r\n',
  'From: =?utf-8?Q?L=C3=B3pez?= <l@example.org>\r\n',
  'Content-Type: text/plain; charset=utf-8\r\n',
  'Content-Transfer-Encoding: quoted-printable\r\n',
  '\r\nL=C3=B3pez lives in Z=C3=BCrich.\r\n',
]

test('iobert refuses a card whose values are encoded, unless it is said to be text', async () => {
  const file = join(temporaryFolder(), 'a.vcf')
  const begin = 'BEGIN:VCARD\r\n'
  for (const line of [
    'N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:L=C3=B3pez',
    'fn;quoted-printable;x="a:L=C3=B3pez',
  ]) {
    writeFileSync(file, `${begin}VERSION:2.1\r\n${line}\r\nEND:VCARD\r\n`)
    const { code, stdout, stderr } = await iobert(['--redact', file])
    assert.equal([code, stdout], [1, ''])
    assert.ok(stderr.includes(`${file}: it is a card or calendar with encoded values`), stderr)
    assert.is((await iobert(['--redact', '--input', 'text', file])).code, 0)
  }
  writeFileSync(file, `${begin}FN:Ana López\r\nNOTE:x;QUOTED-PRINTABLE: no parameter\r\nEND:VCARD\r\n`)
  assert.is((await iobert(['--redact', file])).code, 0)
})

test('iobert refuses a mail whose text is encoded, unless it is said to be text', async () => {
  const file = join(temporaryFolder(), 'a.txt')
  for (const [lines, encoding] of [
    [mail, '=?utf-8?Q?'],
    [[mail[0], ...mail.slice(2)], 'Content-Transfer-Encoding: quoted-printable'],
    [
      ['From a Tue\n', 'CONTENT-TYPE:\n multipart/mixed; boundary=x\n', '\n--x\n'],
      'CONTENT-TYPE:\n multipart/',
    ],
  ] as const) {
    const text = lines.join('')
    writeFileSync(file, text)
    for (const args of [['--redact', file], ['mask', '--map', `${file}.json`, file], [file]]) {
      const { code, stdout, stderr } = await iobert(args)
      assert.equal([code, stdout], [1, ''], args.join(' '))
      assert.ok(
        stderr.includes(`${file}: it is a mail as it is sent, whose text is encoded (${encoding}`),
        stderr,
      )
    }
    const line = await iobert(['--jsonl', '--redact'], `${JSON.stringify(text)}\n`)
    assert.is(line.code, 1)
    assert.match(JSON.parse(line.stdout).error, /^Line 1 has no answer: it is a mail as it is sent/u)
  }
  const cell = await iobert(['--csv', '--column', 'text', '--redact'], `text\n"${mail.join('')}"\n`)
  assert.equal([cell.code, cell.stdout.includes('C3')], [1, false])
  assert.match(cell.stderr, /stdin: row 2 has no answer: it is a mail/u)
  writeFileSync(file, mail.join(''))
  assert.is((await iobert(['--redact', '--input', 'text', file])).code, 0)
  // What is readable is a text like others.
  for (const text of [
    `${mail[0]}${mail[2]}\r\nIn Lima.\r\n`,
    'Note: In Lima.\n\nContent-Transfer-Encoding: base64\n',
    'In Lima: yes.\nContent-Type: multipart/mixed, he said.\n\n',
  ])
    assert.is((await iobert(['--redact', '-t', text])).code, 0, text)
})

test('--turbo says where it does nothing', async () => {
  const asked = ['-m', model, '-t', 'Ada', '--kernels', 'reference']
  const { code, stderr } = await iobert([...asked, '--turbo'])
  assert.is(code, 0)
  assert.match(stderr, /--turbo does nothing here: it needs Node 24 or newer on x64/)
  assert.is((await iobert(asked)).stderr, '')
})

test.run()
