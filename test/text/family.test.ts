/** Tokenizers of BERT's family against the Rust library's results for the same texts. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { mapFiles } from '#dist/format/source.js'
import { readTokenizer } from '#dist/text/read-tokenizer.js'
import type { Tokenizer } from '#dist/text/tokenizer.js'
import { rootPath, withShared } from '../shared.ts'
import { goldenTokenizer, type Json, tokenizerFiles } from './golden-tokenizer.ts'

interface Line {
  text: string
  pair?: string
  words?: string[]
  ids: number[]
  offsets: [number, number][]
  wordIds: (number | null)[]
  decoded: string
  tokenTypeIds: number[] | null
  sequenceIds: (number | null)[]
}

const family = rootPath('test/goldens/family')

/** Where the library's places are wrong and ours are not. Its ids, words and text are ours there too. */
const WRONG_PLACES = JSON.parse(readFileSync(join(family, 'wrong-places.json'), 'utf8')) as readonly {
  reason: string
  kinds: string
  text: string
}[]

/** @returns how many places were the library's mistakes */
function check(name: string, tokenizer: Tokenizer, lines: readonly Line[]): number {
  let mistakes = 0
  for (const line of lines) {
    const { text, pair, words, ids } = line
    if (words) {
      const found = tokenizer.encodeWords(words)
      assert.equal({ words, ids: found.ids, wordIds: found.wordIds }, { words, ids, wordIds: line.wordIds })
    } else if (pair !== undefined) {
      const found = tokenizer.encode(text, pair)
      const { sequenceIds } = line
      // Models without token types are told of none.
      const tokenTypeIds = line.tokenTypeIds ?? found.tokenTypeIds
      assert.equal(
        { ...found, tokens: 0, offsets: 0, wordIds: 0 },
        { ids, tokenTypeIds, sequenceIds, tokens: 0, offsets: 0, wordIds: 0 },
      )
    } else {
      const { offsets, wordIds } = tokenizer.encode(text)
      assert.equal({ text, ids: tokenizer.encode(text).ids, wordIds }, { text, ids, wordIds: line.wordIds })
      assert.equal({ text, decoded: tokenizer.decode(ids) }, { text, decoded: line.decoded })
      if (JSON.stringify(offsets) === JSON.stringify(line.offsets)) continue
      mistakes++
      const known = WRONG_PLACES.some(
        (wrong) => new RegExp(wrong.kinds, 'u').test(name) && new RegExp(wrong.text, 'u').test(text),
      )
      assert.ok(
        known,
        `${name} ${JSON.stringify(text)}: ${JSON.stringify(offsets)}, not ${JSON.stringify(line.offsets)}`,
      )
    }
  }
  return mistakes
}

function readLines(path: string): Json[] {
  return readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}

for (const file of readdirSync(family).filter((name) => name.endsWith('.jsonl'))) {
  const name = file.replace('.jsonl', '')
  test(`Tokenizer equals the Rust library, ${name}`, async () => {
    const golden = goldenTokenizer(name)
    const { lines } = golden
    const tokenizer = await readTokenizer(tokenizerFiles(golden))
    assert.ok(lines.length >= 125)
    const mistakes = check(name, tokenizer, lines as unknown as Line[])
    // Its texts have many added tokens.
    const most = name === 'roberta-prefix-space' ? 40 : 10
    assert.ok(mistakes < most, `${mistakes} places of the library are wrong`)
  })
}

withShared('goldens/family', 'tokenizers of random models of the family', (folder) => {
  for (const name of readdirSync(folder)) {
    const read = (file: string): Uint8Array => new Uint8Array(readFileSync(join(folder, name, file)))
    const ways = existsSync(join(folder, name, 'merges.txt'))
      ? ['tokenizer.json', 'vocab.json']
      : ['tokenizer.json']
    for (const way of ways) {
      test(`Tokenizer equals transformers, ${name} of its ${way}`, async () => {
        const names = [
          'config.json',
          'tokenizer_config.json',
          ...(way === 'vocab.json' ? [way, 'merges.txt'] : [way]),
        ]
        const tokenizer = await readTokenizer(mapFiles(new Map(names.map((file) => [file, read(file)]))))
        const [, ...lines] = readLines(join(folder, name, 'tokenizer.jsonl'))
        assert.is(lines.length, 438)
        assert.ok(check(name, tokenizer, lines as unknown as Line[]) < 10)
      })
    }
  }
})

test.run()
