/** A BERT tokenizer's settings from its files, in every spelling. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ModelFormatError } from '#dist/format/errors.js'
import type { TokenizerSettings } from '#dist/text/bert-tokenizer.js'
import { parseTokenFiles, readBertFiles, type TokenizerFiles } from '#dist/text/tokenizer-files.js'
import { createTokenizer } from './create-tokenizer.ts'

const PIECES = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', '[X]', '[Y]', 'a', 'É', 'e', '中']
const vocab = `${PIECES.join('\n')}\n`

function json(normalizer: object | null, more: object = {}): string {
  return JSON.stringify({
    normalizer: normalizer && { type: 'BertNormalizer', ...normalizer },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    model: { type: 'WordPiece', vocab: Object.fromEntries(PIECES.map((piece, id) => [piece, id])) },
    ...more,
  })
}

function settings(
  config: object | undefined,
  files: TokenizerFiles = { vocab },
  lowercase?: boolean,
): TokenizerSettings {
  const tokenizerConfig = config && JSON.stringify(config)
  return readBertFiles(parseTokenFiles({ tokenizerConfig, ...files }), files.vocab, lowercase).settings
}

function fails(code: string, pattern: RegExp) {
  return (error: unknown): boolean =>
    error instanceof ModelFormatError && error.code === code && pattern.test(error.message)
}

test('readBertFiles lower-cases unless tokenizer_config.json says not to, even over tokenizer.json', () => {
  assert.is(settings(undefined).normalizer.lowercase, true)
  assert.is(settings({}).normalizer.lowercase, true)
  assert.is(settings({ do_lower_case: false }).normalizer.lowercase, false)
  assert.is(settings(undefined, { tokenizerJson: json({ lowercase: false }) }).normalizer.lowercase, true)
  assert.is(
    settings({ do_lower_case: false }, { tokenizerJson: json({ lowercase: true }) }).normalizer.lowercase,
    false,
  )
})

test('readBertFiles takes tokenizer.json as it is for the generic class', () => {
  const normalizer = { lowercase: false, strip_accents: true, handle_chinese_chars: false, clean_text: false }
  for (const tokenizer_class of ['PreTrainedTokenizerFast', 'TokenizersBackend']) {
    const read = settings({ tokenizer_class, do_lower_case: true }, { tokenizerJson: json(normalizer) })
    assert.equal(read.normalizer, {
      lowercase: false,
      stripAccents: true,
      chineseCharacters: false,
      cleanText: false,
    })
  }
})

test('readBertFiles normalises nothing where the generic class has no normaliser', () => {
  const read = settings({ tokenizer_class: 'PreTrainedTokenizerFast' }, { tokenizerJson: json(null) })
  assert.equal(Object.values(read.normalizer), [false, false, false, false])
})

test('readBertFiles strips accents where it lower-cases, unless strip_accents says', () => {
  assert.is(settings({ do_lower_case: false }).normalizer.stripAccents, false)
  assert.is(settings({ do_lower_case: true, strip_accents: null }).normalizer.stripAccents, true)
  assert.is(settings({ do_lower_case: true, strip_accents: false }).normalizer.stripAccents, false)
  assert.is(settings({ do_lower_case: false, strip_accents: true }).normalizer.stripAccents, true)
  assert.is(settings({ do_lower_case: true }, { vocab }, false).normalizer.stripAccents, false)
  assert.is(settings({ do_lower_case: false }, { vocab }, true).normalizer.lowercase, true)
  assert.is(settings({ tokenize_chinese_chars: false }).normalizer.chineseCharacters, false)
})

test('readBertFiles reads the longest sequence in either spelling, none where it is Python for endless', () => {
  assert.is(settings({ model_max_length: 512 }).maxLength, 512)
  assert.is(settings({ max_len: 256 }).maxLength, 256)
  assert.is(settings({ model_max_length: 128, max_len: 256 }).maxLength, 128)
  assert.is(settings({ model_max_length: 1e30 }).maxLength, undefined)
  assert.is(settings({}).maxLength, undefined)
})

test('readBertFiles reads special tokens in every spelling', () => {
  const object = { __type: 'AddedToken', content: '[X]', lstrip: false, normalized: false }
  assert.is(settings({ cls_token: '[X]' }).clsToken, '[X]')
  assert.is(settings({ cls_token: object }).clsToken, '[X]')
  assert.is(settings({ cls_token: { content: '[X]' } }).clsToken, '[X]')
  const map = JSON.stringify({ cls_token: '[Y]' })
  assert.is(settings({ cls_token: '[X]' }, { vocab, specialTokensMap: map }).clsToken, '[Y]')
  const decoder = { added_tokens_decoder: { 2: { content: '[CLS]', special: true } } }
  assert.is(settings({ cls_token: '[X]', ...decoder }, { vocab, specialTokensMap: map }).clsToken, '[X]')
})

test('readBertFiles finds added tokens wherever they are listed', () => {
  const found = (config: object, files: TokenizerFiles = { vocab }): string =>
    settings(config, files)
      .addedTokens.map(({ content, id, normalized }) => `${content} ${id} ${normalized}`)
      .join(', ')
  const named = '[UNK] 1 false, [SEP] 3 false, [PAD] 0 false, [CLS] 2 false, [MASK] 4 false'
  assert.is(found({}), named)
  assert.is(found({}, { vocab, addedTokens: '{}' }), named)
  assert.is(found({}, { vocab, addedTokens: '{"<x>": 11}' }), `<x> 11 true, ${named}`)
  assert.is(found({ additional_special_tokens: ['[X]', '[unseen]'] }), `${named}, [X] 5 false`)
  assert.is(
    found({ added_tokens_decoder: { 11: { content: '<x>', special: false, normalized: false } } }),
    `<x> 11 false, ${named}`,
  )
  const added_tokens = [{ id: 11, content: '<x>', special: true, normalized: false }]
  assert.is(found({}, { tokenizerJson: json({}, { added_tokens }) }), `<x> 11 false, ${named}`)
  assert.is(found({ mask_token: '[Y]' }, { vocab }), named.replace('[MASK] 4', '[Y] 6'))
})

test('createTokenizer meets a normalised added token in normalised text, any other in the text as it stands', () => {
  const tokens = (normalized: boolean): string[] =>
    createTokenizer({
      vocab,
      tokenizerConfig: JSON.stringify({ added_tokens_decoder: { 11: { content: '<É>', normalized } } }),
    }).encode('<É><e>').tokens
  assert.equal(tokens(true), ['[CLS]', '<É>', '<É>', '[SEP]'])
  assert.equal(tokens(false), ['[CLS]', '<É>', '[UNK]', 'e', '[UNK]', '[SEP]'])
})

test('createTokenizer reads files as bytes', () => {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
  const tokenizer = createTokenizer({
    vocab: bytes(vocab),
    tokenizerConfig: bytes('{"do_lower_case": false}'),
  })
  assert.equal(tokenizer.encode('É中').tokens, ['[CLS]', 'É', '中', '[SEP]'])
})

test('createTokenizer refuses wrong files and says what is wrong', () => {
  const cases: [TokenizerFiles, string, RegExp][] = [
    [{}, 'MissingFile', /vocab\.txt/],
    [{ vocab: '' }, 'InvalidVocabulary', /holds no pieces/],
    [{ vocab: 'a\n[CLS]\n[SEP]\n' }, 'InvalidVocabulary', /lacks \[UNK\]/],
    [{ vocab: '[UNK]\n[SEP]\n' }, 'InvalidVocabulary', /lacks \[CLS\]/],
    [{ vocab: '[UNK]\n[CLS]\n' }, 'InvalidVocabulary', /lacks \[SEP\]/],
    [{ vocab: Uint8Array.of(0xff, 0xfe) }, 'InvalidVocabulary', /not UTF-8/],
    [{ vocab, tokenizerConfig: '{' }, 'InvalidConfig', /tokenizer_config\.json is not JSON/],
    [{ vocab, tokenizerConfig: '[]' }, 'InvalidConfig', /must hold a JSON object/],
    [{ vocab, tokenizerConfig: '{"do_lower_case": "no"}' }, 'InvalidConfig', /do_lower_case .* "no"/],
    [{ vocab, tokenizerConfig: '{"model_max_length": -1}' }, 'InvalidConfig', /model_max_length .* -1/],
    [{ vocab, tokenizerConfig: '{"cls_token": 5}' }, 'InvalidConfig', /cls_token/],
    [{ vocab, addedTokens: '{"<x>": "1"}' }, 'InvalidConfig', /<x>/],
    [{ tokenizerJson: '{}' }, 'InvalidConfig', /model/],
    [{ tokenizerJson: json({}, { model: { type: 'WordPiece' } }) }, 'InvalidVocabulary', /must be an object/],
  ]
  for (const [files, code, pattern] of cases)
    assert.throws(() => createTokenizer(files), fails(code, pattern))
})

test.run()
