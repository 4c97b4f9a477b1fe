/** The cost of reading the largest tokenizer files; in a process of its own, whose memory it measures. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { mapFiles } from '#dist/format/source.js'
import { readTokenizer } from '#dist/text/read-tokenizer.js'
import { assertLinear } from '../growth.ts'
import { rootPath } from '../shared.ts'
import { largeTokenizerJson } from './large-tokenizer.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

test('250,002 pieces are read within 60 MB, the file included', () => {
  const folder = mkdtempSync(join(tmpdir(), 'iobert-large-'))
  try {
    writeFileSync(join(folder, 'tokenizer.json'), largeTokenizerJson())
    const child = rootPath('build/test/text/tokenizer-child.js')
    const done = spawnSync(process.execPath, [child, folder], { encoding: 'utf8' })
    assert.is(done.status, 0, done.stderr)
    const { reading, parsing, grown, pieces, known } = JSON.parse(done.stdout)
    assert.is(pieces, 250_002)
    assert.is(known, 250_001)
    assert.ok(grown < 60e6, `${grown} bytes`)
    assert.ok(reading < 20 * parsing, `${reading} ms, and JSON.parse alone takes ${parsing} ms`)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('readTokenizer reads 200,000 special and 200,000 added tokens in time linear in them', () =>
  assertLinear('readTokenizer', 200_000, (count) => {
    const special = Array.from({ length: count }, (_, id) => `<special ${id}>`)
    const added = special.map((token, id) => [`<added ${token}>`, id + 10])
    const files = new Map([
      ['vocab.txt', bytes('[UNK]\n[CLS]\n[SEP]\ne\n')],
      ['tokenizer_config.json', bytes(JSON.stringify({ additional_special_tokens: special }))],
      ['added_tokens.json', bytes(JSON.stringify(Object.fromEntries(added)))],
    ])
    return () => readTokenizer(mapFiles(files))
  }))

test('readTokenizer takes less than 200 MB for a vocab.txt of just below the most that it reads', async () => {
  const lines = Array.from({ length: 500_000 }, (_, id) => id.toString(36).padEnd(15, 'xyz'))
  const text = bytes(`[UNK]\n[CLS]\n[SEP]\n${lines.join('\n')}`)
  const before = process.memoryUsage()
  const tokenizer = await readTokenizer(mapFiles(new Map([['vocab.txt', text]])))
  const after = process.memoryUsage()
  const grown = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers
  assert.is(tokenizer.vocabularySize, 500_003)
  assert.ok(grown < 200e6, `${Math.round(grown / 1e6)} MB`)
})

test.run()
