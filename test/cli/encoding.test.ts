/** Texts in other encodings than UTF-8: by their mark, or as --encoding says, for whole texts, lines and tables. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { encodingOfMark, toUtf8, withWholeMark } from '#dist/cli/encoding.js'
import { iobert, model, temporaryFolder } from './run.ts'

const folder = temporaryFolder()
const german = 'Jürgen Müller wohnt in Köln – für 5 €.'

/** Bytes as a program on Windows writes them. */
function windows1252(text: string): Buffer {
  return Buffer.from(text.replaceAll('–', '\x96').replaceAll('€', '\x80'), 'latin1')
}
function utf16(text: string, big: boolean = false): Buffer {
  const little = Buffer.from(`\ufeff${text}`, 'utf16le')
  return big ? little.swap16() : little
}

const written = [
  ['windows-1252', windows1252(german)],
  ['latin1', windows1252(german)],
  ['UTF-16LE', utf16(german).subarray(2)],
  // A mark says more than the option.
  ['windows-1252', utf16(german)],
  ['windows-1252', Buffer.from(`\ufeff${german}`)],
  [undefined, utf16(german)],
  [undefined, utf16(german, true)],
  [undefined, Buffer.from(`\ufeff${german}`)],
] as const

test('a text, a line and a cell are read in every encoding, from files and stdin', async () => {
  const file = join(folder, 'text.txt')
  const plain = await iobert(['-m', model, '--json'], german)
  for (const [label, bytes] of written) {
    const how = label === undefined ? [] : ['--encoding', label]
    writeFileSync(file, bytes)
    const whole = await iobert(['-m', model, '--json', ...how, file])
    assert.equal(JSON.parse(whole.stdout)[0].entities, JSON.parse(plain.stdout)[0].entities, `${label}`)
    assert.is((await iobert(['-m', model, '--json', ...how], bytes)).stdout, plain.stdout)
    const kept = await iobert(['-m', model, '--redact', '--threshold', '1', ...how, file])
    assert.is(kept.stdout, `${german}\n`)
  }
  const line = `${JSON.stringify({ text: german, id: 'ü' })}\n`
  const table = `id;text\r\nü;${german}\r\n`
  for (const [args, input] of [
    [['--jsonl'], line],
    [['--csv', '--column', 'text'], table],
  ] as const) {
    const wanted = await iobert(['-m', model, ...args], input)
    assert.is(wanted.code, 0)
    for (const [how, bytes] of [
      [[], utf16(input)],
      [[], utf16(input, true)],
      [['--encoding', 'cp1252'], windows1252(input)],
    ] as const) {
      assert.equal(await iobert(['-m', model, ...args, ...how], bytes), wanted)
    }
  }
})

test('chunks may end within a letter, and within the mark', async () => {
  const text = 'A – €\u{1f600}. '.repeat(3)
  for (const [bytes, label] of [
    [utf16(text), undefined],
    [utf16(text, true), undefined],
    [Buffer.from(`\ufeff${text}`), undefined],
    [Buffer.from(text), undefined],
    [utf16(text).subarray(2), 'utf-16le'],
  ] as const) {
    for (let size = 1; size <= bytes.length; size++) {
      async function* cut(): AsyncGenerator<Uint8Array> {
        for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
      }
      const parts: Uint8Array[] = []
      let recode: ReturnType<typeof toUtf8> | undefined
      for await (const chunk of withWholeMark(cut())) {
        recode ??= toUtf8(encodingOfMark(chunk) ?? label)
        parts.push(recode(chunk))
      }
      parts.push(recode!())
      assert.is(Buffer.concat(parts).toString().replace('\ufeff', ''), text)
    }
  }
})

test('bytes of another encoding are an error that names the file, and nothing of them is written', async () => {
  const file = join(folder, 'wrong.txt')
  for (const [bytes, how, message] of [
    [windows1252(german), [], /wrong\.txt: it is not UTF-8 text: .*--encoding windows-1252/u],
    [
      utf16(german).subarray(0, -1),
      [],
      /wrong\.txt: it is not utf-16le text, as its first bytes or --encoding say/u,
    ],
    [Buffer.of(0x81, 0x20, 0xff), ['--encoding', 'shift_jis'], /wrong\.txt: it is not shift_jis text/u],
    [
      Buffer.of(0xff, 0xfe, 0, 0, 0x41, 0, 0, 0),
      [],
      /wrong\.txt: it is UTF-32 text, expected UTF-8 or UTF-16/u,
    ],
    [utf16('ana@x.org').subarray(2), ['--rules', 'all'], /wrong\.txt: it has characters U\+0000/u],
    [
      utf16('ana@x.org\n').subarray(2),
      ['--csv', '--no-header', '--column', '1'],
      /wrong\.txt: row 1 has characters U\+0000/u,
    ],
  ] as const) {
    writeFileSync(file, bytes)
    const { code, stdout, stderr } = await iobert(['-m', model, '--redact', ...how, file])
    assert.equal([code, stdout], [1, ''])
    assert.match(stderr, message)
  }
  const lines = await iobert(['-m', model, '--jsonl'], windows1252(`"${german}"`))
  assert.match(JSON.parse(lines.stdout).error, /Line 1 is not UTF-8 text: .*--encoding windows-1252/u)
  for (const command of [[], ['tokenize'], ['evaluate']]) {
    const { code, stderr } = await iobert([...command, '--encoding', 'klingon', file])
    assert.is(code, 2, stderr)
    assert.match(stderr, /--encoding is 'klingon', expected a name that the web knows, as windows-1252/u)
  }
})

test.run()
