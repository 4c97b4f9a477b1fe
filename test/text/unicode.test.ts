/** Tables of characters: every code point is treated as in the Rust library. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loadCharacterTables } from '#dist/text/character-tables.js'
import { type NormalizerSettings, normalize } from '#dist/text/normalize.js'
import { NormalizedText } from '#dist/text/text-with-offsets.js'
import { CLASS, characterTraits } from '#dist/text/unicode.js'
import { rootPath, withShared } from '../shared.ts'
import { share } from '../thorough.ts'

await loadCharacterTables()

const CLASSES = ['letter', 'punctuation', 'space', 'delete', 'cjk']
const CASED: NormalizerSettings = {
  cleanText: true,
  chineseCharacters: true,
  stripAccents: false,
  lowercase: false,
}
const SETTINGS = {
  cased: CASED,
  uncased: { ...CASED, stripAccents: true, lowercase: true },
  stripAccents: { ...CASED, stripAccents: true },
  lowercase: { ...CASED, lowercase: true },
}

function normalized(text: string, settings: NormalizerSettings): string {
  const source = NormalizedText.of(text)
  return normalize(source, 0, source.length, settings).slice()
}

/** Code points in order, but surrogates, in lots of `LOT`. A space after each keeps it from its neighbours. */
const LOT = 1024
const lots: number[][] = []
for (let first = 0; first <= 0x10ffff; first += LOT) {
  if (first < 0xd800 || first > 0xdfff) lots.push(Array.from({ length: LOT }, (_, index) => first + index))
}

function spaced(codes: number[], text: (code: number) => string = String.fromCodePoint): string {
  return codes.map((code) => `${text(code)} `).join('')
}

test('make-unicode-tables makes the tables as they are of what the Rust library answered', () => {
  const { status, stderr } = spawnSync(
    process.execPath,
    ['tools/goldens/make-unicode-tables.mjs', '--check'],
    {
      cwd: rootPath(''),
      encoding: 'utf8',
    },
  )
  assert.is(status, 0, stderr)
})

/** The digests in the goldens are of the same text, made from what the Rust library gives for each code point. */
test('characterTraits and normalize equal the Rust library on every code point', () => {
  const golden = JSON.parse(readFileSync(rootPath('test/goldens/unicode-digests.json'), 'utf8'))
  const traits = characterTraits()
  const classes = createHash('sha256')
  for (const codes of lots) classes.update(spaced(codes, (code) => CLASSES[traits[code]! & CLASS]!))
  assert.is(classes.digest('hex'), golden.classes)
  for (const [name, settings] of Object.entries(SETTINGS)) {
    const results = createHash('sha256')
    for (const codes of lots) results.update(normalized(spaced(codes), settings))
    assert.is(results.digest('hex'), golden[name], name)
  }
})

withShared('goldens/unicode.json', 'code points one by one', (path) => {
  test('characterTraits and normalize differ from the Rust library on no code point', () => {
    const golden = JSON.parse(readFileSync(path, 'utf8'))
    const traits = characterTraits()
    const kinds: string[] = []
    golden.runs.forEach(([first, kind]: [number, string], run: number) => {
      const end = golden.runs[run + 1]?.[0] ?? 0x110000
      for (let code = first; code < end; code++) kinds.push(kind)
    })
    const cased = (code: number): string => {
      const text = String.fromCodePoint(code)
      return kinds[code] === 'delete'
        ? ''
        : kinds[code] === 'space'
          ? ' '
          : kinds[code] === 'cjk'
            ? ` ${text} `
            : text
    }
    const wrong: string[] = []
    // In `npm test` the lots of everyday letters, and every tenth of the rest, which the digests above hold too.
    for (const codes of [...lots.slice(0, 12), ...share(lots.slice(12))]) {
      for (const name of ['uncased', 'stripAccents'] as const) {
        const wanted = (code: number): string => golden[name][code.toString(16).toUpperCase()] ?? cased(code)
        if (normalized(spaced(codes), SETTINGS[name]) === spaced(codes, wanted)) continue
        for (const code of codes) {
          if (normalized(String.fromCodePoint(code), SETTINGS[name]) !== wanted(code))
            wrong.push(code.toString(16))
        }
      }
      for (const code of codes)
        if (CLASSES[traits[code]! & CLASS] !== kinds[code]) wrong.push(code.toString(16))
    }
    assert.equal(wrong, [])
  })
})

test.run()
