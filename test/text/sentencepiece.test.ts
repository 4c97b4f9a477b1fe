/** SentencePiece's own files make the tokenizer that tokenizer.json would. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ModelFormatError } from '#dist/format/errors.js'
import { mapFiles } from '#dist/format/source.js'
import { ALBERT_PIECES } from '#dist/model/families/albert.js'
import { DEBERTA_PIECES } from '#dist/model/families/deberta.js'
import { CAMEMBERT_PIECES, XLM_ROBERTA_PIECES } from '#dist/model/families/roberta.js'
import { readTokenizer } from '#dist/text/read-tokenizer.js'
import type { Tokenizer } from '#dist/text/tokenizer.js'
import { rootPath } from '../shared.ts'
import { sentencePieceFile } from './sentencepiece-file.ts'

const folder = rootPath('test/goldens/family')
const golden = JSON.parse(readFileSync(join(folder, 'xlm-roberta.json'), 'utf8'))
const vocab = golden.model.vocab as [string, number][]
const charsmap = new Uint8Array(Buffer.from(golden.normalizer.precompiled_charsmap, 'base64'))
/** What SentencePiece had before XLM-R's tokenizer put its own pieces first, and `<mask>` last. */
const pieces: [string, number][] = [['<unk>', 0], ['<s>', 0], ['</s>', 0], ...vocab.slice(4, -1)]

type Facts = NonNullable<NonNullable<Parameters<typeof readTokenizer>[1]>['model']>

function read(file: Uint8Array, facts: Awaited<ReturnType<Facts>>): Promise<Tokenizer> {
  const files = mapFiles(new Map([['sentencepiece.bpe.model', file]]))
  return readTokenizer(files, { model: async () => facts })
}

test("SentencePiece's own file makes the tokenizer that tokenizer.json makes, XLM-R", async () => {
  const tokenizer = await read(sentencePieceFile(pieces, charsmap), { sentencePiece: XLM_ROBERTA_PIECES })
  const [, ...lines] = readFileSync(join(folder, 'xlm-roberta.jsonl'), 'utf8').trimEnd().split('\n')
  let compared = 0
  for (const line of lines) {
    const { text, pair, ids, decoded } = JSON.parse(line)
    // Its mask takes the space before it in that file, and in XLM-R's tokenizer it does not.
    if (text === undefined || pair !== undefined || text.includes('<mask>')) continue
    assert.equal({ text, ids: tokenizer.encode(text).ids }, { text, ids })
    assert.is(tokenizer.decode(ids), decoded)
    compared++
  }
  assert.ok(compared > 100)
  assert.is(tokenizer.vocabularySize, vocab.length)
  assert.is(tokenizer.maskId, vocab.length - 1)
})

test("CamemBERT's tokenizer keeps pieces of its own before SentencePiece's", async () => {
  const tokenizer = await read(sentencePieceFile(pieces, charsmap), { sentencePiece: CAMEMBERT_PIECES })
  // <unk> of the file is left out; <s> and </s> of the file are 5 and 6.
  assert.equal([tokenizer.clsId, tokenizer.sepId, tokenizer.unkId, tokenizer.padId], [5, 6, 3, 1])
  const shifted = (
    await read(sentencePieceFile(pieces, charsmap), { sentencePiece: XLM_ROBERTA_PIECES })
  ).encode('London').ids
  const wanted = shifted.slice(1, -1).map((id) => id + 3)
  assert.equal(tokenizer.encode('London').ids, [5, ...wanted, 6])
  assert.is(tokenizer.maskId, pieces.length - 1 + 5)
  assert.equal(tokenizer.encode('London  <mask>').offsets.at(-2), [6, 14])
})

test("DeBERTa's spm.model has its own order, special tokens and normaliser", async () => {
  const own: [string, number][] = [
    ['[PAD]', 0],
    ['[CLS]', 0],
    ['[SEP]', 0],
    ['[UNK]', 0],
    ...vocab.slice(4, -1),
  ]
  const types = [3, 3, 3, 2]
  const files = mapFiles(new Map([['spm.model', sentencePieceFile(own, charsmap, 1, types)]]))
  const tokenizer = await readTokenizer(files, { model: async () => ({ sentencePiece: DEBERTA_PIECES }) })
  assert.equal([tokenizer.padId, tokenizer.clsId, tokenizer.sepId, tokenizer.unkId], [0, 1, 2, 3])
  assert.is(tokenizer.maskId, own.length)
  // What XLM-R's makes of the same text, whose pieces have the same numbers from 4 on.
  const same = (
    await read(sentencePieceFile(pieces, charsmap), { sentencePiece: XLM_ROBERTA_PIECES })
  ).encode('\uff21ngela  in London').ids
  assert.equal(tokenizer.encode('\uff21ngela  in London ').ids, [1, ...same.slice(1, -1), 2])
  assert.equal(tokenizer.encode('a [MASK][SEP]').tokens.slice(-3), ['[MASK]', '[SEP]', '[SEP]'])
  const pair = tokenizer.encode('London', 'London').tokens
  assert.equal(
    pair.filter((token) => token.startsWith('[')),
    ['[CLS]', '[SEP]', '[SEP]'],
  )
})

test("ALBERT's spiece.model has its own order, special tokens and normaliser", async () => {
  const own: [string, number][] = [
    ['<pad>', 0],
    ['<unk>', 0],
    ['[CLS]', 0],
    ['[SEP]', 0],
    ['[MASK]', 0],
    ['(', 0],
    ...vocab.slice(4, -1),
    ['▁7,', -1],
  ]
  const file = sentencePieceFile(own, charsmap, 1, [3, 2, 3, 3, 3, 4])
  const open = (config: object): Promise<Tokenizer> =>
    readTokenizer(
      mapFiles(
        new Map([
          ['spiece.model', file],
          ['tokenizer_config.json', new TextEncoder().encode(JSON.stringify(config))],
        ]),
      ),
      { model: async () => ({ sentencePiece: ALBERT_PIECES }) },
    )
  const tokenizer = await open({})
  assert.equal(
    [tokenizer.padId, tokenizer.unkId, tokenizer.clsId, tokenizer.sepId, tokenizer.maskId],
    [0, 1, 2, 3, 4],
  )
  // What XLM-R's makes of the same text in small letters without accents, whose pieces have the same numbers from 4 on.
  const plain = await read(sentencePieceFile(pieces, charsmap), { sentencePiece: XLM_ROBERTA_PIECES })
  const same = plain
    .encode('angela in "london"')
    .ids.slice(1, -1)
    .map((id) => id + 2)
  assert.equal(tokenizer.encode("\uff21NGÉLA  in ``Lo\u0301ndon''").ids, [2, ...same, 3])
  const kept = await open({ do_lower_case: false, keep_accents: true })
  assert.equal(
    kept.encode('ANGÉLA').ids.slice(1, -1),
    plain
      .encode('ANGÉLA')
      .ids.slice(1, -1)
      .map((id) => (id === 3 ? 1 : id + 2)),
  )
  // The mask takes the space before it; pieces that the file was told of stand alone; a number parts from its comma.
  assert.equal(tokenizer.encode('in  [MASK](').tokens.slice(-3), ['[MASK]', '(', '[SEP]'])
  assert.equal(tokenizer.encode('in  [MASK]').offsets.at(-2), [2, 10])
  assert.not(tokenizer.encode('7,').tokens.includes('▁7,'))
  const pair = tokenizer.encode('in', 'in')
  assert.equal(pair.tokenTypeIds, [0, 0, 0, 1, 1])
})

test('as many pieces are read as a vocabulary may have, for every family that has such a file', async () => {
  const many = Array.from({ length: 400_000 }, (_, index): [string, number] => [`a${index}`, -index])
  const file = sentencePieceFile([...pieces.slice(0, 100), ...many], charsmap, 1, [2, 3, 3])
  for (const sentencePiece of [XLM_ROBERTA_PIECES, DEBERTA_PIECES, ALBERT_PIECES]) {
    const name = sentencePiece === XLM_ROBERTA_PIECES ? 'sentencepiece.bpe.model' : 'spm.model'
    const tokenizer = await readTokenizer(mapFiles(new Map([[name, file]])), {
      model: async () => ({ sentencePiece }),
    })
    assert.ok(tokenizer.vocabularySize >= 400_100)
  }
})

test('a file that is not read says why', async () => {
  const fails = async (
    file: Uint8Array,
    facts: Awaited<ReturnType<Facts>>,
    code: string,
    pattern: RegExp,
  ): Promise<void> => {
    try {
      await read(file, facts)
    } catch (error) {
      assert.instance(error, ModelFormatError)
      assert.is((error as ModelFormatError).code, code)
      return assert.match((error as Error).message, pattern)
    }
    assert.unreachable('nothing was thrown')
  }
  const file = sentencePieceFile(pieces.slice(0, 20), new Uint8Array(0))
  await fails(file, {}, 'UnsupportedConfig', /XLM-R, CamemBERT, DeBERTa and ALBERT alone/)
  await fails(
    sentencePieceFile(pieces.slice(0, 20), new Uint8Array(0), 2),
    { sentencePiece: XLM_ROBERTA_PIECES },
    'UnsupportedConfig',
    /model of type 2/,
  )
  await fails(
    file.subarray(0, 50),
    { sentencePiece: XLM_ROBERTA_PIECES },
    'InvalidVocabulary',
    /ends too soon/,
  )
  const ending = sentencePieceFile([], new Uint8Array(0)).length
  await fails(
    file.subarray(0, -ending),
    { sentencePiece: XLM_ROBERTA_PIECES },
    'InvalidVocabulary',
    /before its normaliser/,
  )
  await fails(
    Uint8Array.of(0x0a, 0xff),
    { sentencePiece: XLM_ROBERTA_PIECES },
    'InvalidVocabulary',
    /does not end/,
  )
  await fails(Uint8Array.of(0x0b), { sentencePiece: XLM_ROBERTA_PIECES }, 'InvalidVocabulary', /kind 3/)
  await fails(
    Uint8Array.of(0x0a, 0),
    { sentencePiece: XLM_ROBERTA_PIECES },
    'InvalidVocabulary',
    /piece 0 is none/,
  )
})

test.run()
