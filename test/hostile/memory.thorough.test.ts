/** Hostile files cannot make any reader take more memory than promised. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { entry } from '../format/safetensors-file.ts'
import { rootPath } from '../shared.ts'

/** Reading may take this much besides the file's own bytes. */
const MAX_MEGABYTES = 64

/** Reading may take as long as this many plain loops over as many bytes as the largest file has. */
const MAX_LOOPS = 40

/** The largest header there is, and one that passes every other limit and is made quickly. */
const LARGEST = 100_000_000
const LARGE = 20_000_000

/** A header of `length` bytes between `open` and `close`, filled with as many members as fit, at most `most`. */
function headerOf(
  length: number,
  member: (index: number) => string,
  { most = Number.POSITIVE_INFINITY, data = 0, open = '{', close = '}' } = {},
): Uint8Array {
  const file = Buffer.alloc(8 + length + data, ' ')
  file.writeBigUInt64LE(BigInt(length))
  let at = 8 + file.write(open, 8)
  for (let index = 0; index < most; index++) {
    const text = index === 0 ? member(index) : `,${member(index)}`
    if (at + text.length + close.length > 8 + length) break
    at += file.write(text, at, 'latin1')
  }
  file.write(close, at)
  return file
}

/** A header that is one byte over and over, after an opening. */
function headerFilled(open: string, byte: string): Uint8Array {
  const file = Buffer.alloc(8 + LARGEST, byte)
  file.writeBigUInt64LE(BigInt(LARGEST))
  file.write(open, 8)
  return file
}

const overlapping = (index: number): string => `"${index}":${entry('U8', '[16]', '[0,16]')}`
const longName = (index: number): string =>
  `"\\u20ac${String(index).padStart(240, 'x')}":${entry('U8', '[0,1]', '[0,0]')}`
const highRank = (index: number): string =>
  `"${index}":${entry('U8', `[0${',9007199254740991'.repeat(31)}]`, '[0,0]')}`

const emptyObjects = (count: number): Uint8Array =>
  Buffer.from(`{"a":[${'{},'.repeat(count)}{}],"model":{"vocab":[]}}`)

/** What the file is, how reading it must end, and how it is made. */
const CASES: readonly (readonly [string, string, () => Uint8Array])[] = [
  // safetensors_abuse_attempt_3.py, and _2.py cut to the header's limit: 1.7 million tensors
  [
    '100,000 overlapping tensors',
    'InvalidOffset',
    () => headerOf(LARGE, overlapping, { most: 100_000, data: 16 }),
  ],
  [
    'overlapping tensors in the largest header',
    'InvalidOffset',
    () => headerOf(LARGEST, overlapping, { data: 16 }),
  ],
  ['empty tensors', 'HeaderTooLarge', () => headerOf(LARGE, (i) => `"${i}":${entry('U8', '[0]', '[0,0]')}`)],
  ['the most tensors with long names', 'ok', () => headerOf(LARGE, longName, { most: 16_384 })],
  ['the longest shapes', 'ok', () => headerOf(LARGE, highRank, { most: 14_000 })],
  [
    'metadata',
    'HeaderTooLarge',
    () => headerOf(LARGE, (i) => `"${i}":""`, { open: '{"__metadata__":{', close: '}}' }),
  ],
  [
    'unknown fields',
    'InvalidHeaderDeserialization',
    () => headerOf(LARGE, (i) => `"${i}":1`, { open: '{"a":{', close: '}}' }),
  ],
  ['one long name', 'InvalidHeaderDeserialization', () => headerFilled('{"', 'x')],
  ['one long number', 'InvalidHeaderDeserialization', () => headerFilled('{"a":{"shape":[', '1')],
  ['nested arrays', 'InvalidHeaderDeserialization', () => headerFilled('{"a":{"x":', '[')],
  ['spaces', 'ok', () => headerOf(LARGEST, () => '', { most: 0 })],
  ['a config of nested arrays', 'InvalidConfig', () => Buffer.alloc(2 ** 20, '[')],
  ['a config of empty arrays', 'UnsupportedConfig', () => Buffer.from(`{"a":[${'[],'.repeat(349_000)}[]]}`)],
  ['a tokenizer of empty arrays', 'InvalidConfig', () => Buffer.from(`{"a":[${'[],'.repeat(5_500_000)}[]]}`)],
  ['a tokenizer of the most empty objects', 'InvalidVocabulary', () => emptyObjects(262_000)],
  [
    'a tokenizer of one high id',
    'InvalidVocabulary',
    () => Buffer.from('{"model":{"vocab":{"a":16777215}}}'),
  ],
  ['a vocabulary of empty lines', 'InvalidVocabulary', () => Buffer.alloc(2 ** 24, '\n')],
  ['a vocabulary of one line', 'InvalidVocabulary', () => Buffer.alloc(2 ** 24, 'x')],
]

const READERS = {
  config: 'parseSpec',
  tokenizer: 'createTokenizer',
  vocabulary: 'createTokenizer',
  header: 'parseSafetensors',
} as const

for (const [name, code, make] of CASES) {
  const named = (['config', 'tokenizer', 'vocabulary'] as const).find((kind) => name.startsWith(`a ${kind}`))
  const kind = named ?? 'header'
  test(`${READERS[kind]} of ${name} ends in ${code}, within ${MAX_MEGABYTES} MB and the time of ${MAX_LOOPS} loops over 128 MB`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'iobert-hostile-'))
    try {
      const file = join(folder, 'file')
      writeFileSync(file, make())
      const child = rootPath('build/test/hostile/memory-child.js')
      const { stdout, stderr } = spawnSync(process.execPath, [child, kind, file], {
        encoding: 'utf8',
        timeout: 240_000,
      })
      assert.is(stderr, '')
      const found = JSON.parse(stdout)
      if (process.env['IOBERT_VERBOSE'] !== undefined) console.log(name, stdout)
      assert.is(found.code, code)
      assert.ok(found.loops < MAX_LOOPS, `${found.loops} loops`)
      assert.ok(found.megabytes < MAX_MEGABYTES, `${found.megabytes} MB`)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
}

test.run()
