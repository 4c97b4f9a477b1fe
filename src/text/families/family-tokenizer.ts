/**
 * Builds the tokenizers of BERT's family from a tokenizer.json: byte-level BPE (RoBERTa), unigram (XLM-R,
 * CamemBERT), and WordPiece with steps other than BERT's. Each step is loaded when it is needed.
 */

import { ModelFormatError, quoted } from '../../format/errors.ts'
import { decodeUtf8 } from '../../format/json-file.ts'
import { loadCharacterTables } from '../character-tables.ts'
import { JsonObject } from '../json-object.ts'
import {
  BERT_TOKENS,
  readAddedTokens,
  type SpecialNames,
  specialToken,
  type TokenFiles,
} from '../read-added-tokens.ts'
import { Tokenizer, type TokenizerParts } from '../tokenizer.ts'
import { checkKind } from '../tokenizer-class.ts'
import type { SentencePieceOrder } from '../tokenizer-files.ts'
import { parseTokenFiles, readMaxLength, type TokenizerFiles, takesJsonAsItIs } from '../tokenizer-files.ts'
import { albertTokenizer } from './albert.ts'
import { byteLevelTrim } from './byte-level.ts'
import { readDecoder } from './decoders.ts'
import { readModel, type VocabularyFile } from './read-model.ts'
import { readNormalizer } from './read-normalizer.ts'
import { type ByteLevelTrim, readPostProcessor } from './read-post-processor.ts'
import { readPreTokenizer } from './read-pre-tokenizer.ts'
import { debertaTokenizer, parseSentencePiece, sentencePieceTokenizer } from './sentencepiece.ts'
import { takeUnigramVocabulary } from './unigram-vocabulary.ts'

/** Names of the special tokens of RoBERTa, XLM-R and CamemBERT, if no file gives them. */
export const FAMILY_TOKENS: SpecialNames = {
  bos: '<s>',
  eos: '</s>',
  unk: '<unk>',
  sep: '</s>',
  pad: '<pad>',
  cls: '<s>',
  mask: '<mask>',
}

/** ALBERT's names. */
const ALBERT_TOKENS: SpecialNames = { ...BERT_TOKENS, bos: '[CLS]', eos: '[SEP]', unk: '<unk>', pad: '<pad>' }

/** What is needed in addition to the tokenizer's files. */
export interface FamilyOptions {
  readonly lowercase: boolean | undefined
  /** Special tokens, if no file names them, for WordPiece with RoBERTa's form of pairs (MPNet). */
  readonly tokens?: SpecialNames
  /** Whether words that are given as a list begin with a space each; called only for byte-level text. */
  spacesWords(): Promise<boolean>
}

/**
 * Like `readFamilyTokenizer`, from the bytes of a tokenizer.json whose vocabulary may be too large for JSON
 * objects.
 *
 * @throws {ModelFormatError} as for `readFamilyTokenizer`
 */
export function readUnigramTokenizer(
  tokenizerJson: Uint8Array,
  beside: TokenizerFiles,
  options: FamilyOptions,
): Promise<Tokenizer> {
  const vocabulary = takeUnigramVocabulary(tokenizerJson, 'tokenizer.json')
  const files = parseTokenFiles({ ...beside, tokenizerJson: vocabulary?.rest ?? tokenizerJson })
  return readFamilyTokenizer(files, options, vocabulary && { unigram: vocabulary })
}

/**
 * Maximum number of longer pieces that no merge makes, apart from those that look like special tokens: words
 * added by hand.
 */
const MOST_UNMADE = 16

/**
 * RoBERTa's tokenizer from its vocab.json and merges.txt.
 *
 * @throws {ModelFormatError} as for `readFamilyTokenizer`
 */
export function readBpeFiles(
  vocabJson: Uint8Array,
  merges: Uint8Array,
  files: TokenFiles,
  options: FamilyOptions,
): Promise<Tokenizer> {
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true }
  const lines = decodeUtf8(merges, 'merges.txt', 'InvalidVocabulary').split('\n')
  const vocab = parseTokenFiles({ tokenizerJson: vocabJson }).json!.value
  const json = new JsonObject('vocab.json', {
    pre_tokenizer: byteLevel,
    decoder: byteLevel,
    model: { type: 'BPE', vocab },
  })
  // A line may end in a carriage return; the first line may state the format's version.
  const pairs = lines
    .map((line) => line.trimEnd())
    .filter((line) => line !== '' && !line.startsWith('#version'))
  const pieces = Object.keys(vocab)
  const made = new Set(pairs.map((pair) => pair.replace(' ', '')))
  const unmade = pieces.filter(
    (piece) => piece.length > 1 && !made.has(piece) && !/^(?:<.*>|\[.*\])$/.test(piece),
  )
  if (unmade.length > MOST_UNMADE) {
    throw new ModelFormatError(
      'InvalidVocabulary',
      `merges.txt has ${pairs.length} merges and vocab.json ${pieces.length} pieces, of which no merge makes ${unmade.length}, ${quoted(unmade[0]!)} first: all but bytes and special tokens are made by one. The file is cut off, or another model's; download it again`,
    )
  }
  return readFamilyTokenizer({ ...files, json }, options, { merges: pairs })
}

/**
 * The tokenizer from SentencePiece's own file, for XLM-R, CamemBERT, DeBERTa and ALBERT.
 *
 * @param order rearranges the pieces, if the model's family does
 * @throws {ModelFormatError} as for `readFamilyTokenizer`
 */
export function readSentencePiece(
  file: Uint8Array,
  name: string,
  order: SentencePieceOrder | undefined,
  files: TokenFiles,
  options: FamilyOptions,
): Promise<Tokenizer> {
  if (!order) {
    throw new ModelFormatError(
      'UnsupportedConfig',
      `${name} can be read for XLM-R, CamemBERT, DeBERTa and ALBERT alone; save this model's tokenizer as tokenizer.json, with save_pretrained of its fast tokenizer`,
    )
  }
  const parsed = parseSentencePiece(file, name)
  const { config } = files
  // The option `lowercase` takes precedence over the file when its normalizer is read.
  const lowercase = (otherwise: boolean): boolean =>
    options.lowercase === undefined && (config.boolean('do_lower_case') ?? otherwise)
  const readers = {
    albert: () => {
      const keepAccents = config.boolean('keep_accents') ?? false
      return albertTokenizer(parsed, { lowercase: lowercase(true), keepAccents }, name)
    },
    deberta: () => {
      const splitPunctuation = config.boolean('split_by_punct') ?? false
      return debertaTokenizer(parsed, { lowercase: lowercase(false), splitPunctuation }, name)
    },
  }
  const { json, vocabulary } = order.own ? readers[order.own]() : sentencePieceTokenizer(parsed, order, name)
  return readFamilyTokenizer({ ...files, json: new JsonObject(name, json) }, options, {
    unigram: vocabulary,
  })
}

/**
 * Builds a tokenizer from the steps in its tokenizer.json. For RoBERTa, `add_prefix_space` and `trim_offsets`
 * in tokenizer_config.json take precedence, as in Hugging Face transformers.
 *
 * @throws {ModelFormatError} `InvalidConfig`, `InvalidVocabulary`, or `UnsupportedConfig` for an unknown step
 */
export async function readFamilyTokenizer(
  files: TokenFiles,
  options: FamilyOptions,
  vocabularyFile: VocabularyFile = {},
): Promise<Tokenizer> {
  await loadCharacterTables()
  const { config } = files
  const json = files.json!
  const part = json.object('model')
  if (!part) throw json.wrong('model', 'an object with the vocabulary')
  const { kind, vocabulary, unkToken, build } = readModel(part, vocabularyFile)
  checkKind(config, kind)
  // DeBERTa's pieces are SentencePiece's, but its special tokens have BERT's names.
  const isBert =
    kind === 'WordPiece' ||
    (vocabulary.idOf(BERT_TOKENS.cls!) !== undefined && vocabulary.idOf(FAMILY_TOKENS.cls!) === undefined)
  const bert =
    vocabulary.idOf('[UNK]') === undefined && vocabulary.idOf('<unk>') !== undefined
      ? ALBERT_TOKENS
      : BERT_TOKENS
  const usual = options.tokens ?? (isBert ? bert : FAMILY_TOKENS)
  const defaults = takesJsonAsItIs(files) ? {} : usual
  const addedTokens = readAddedTokens(vocabulary, files, defaults)
  const addedIds = new Map(addedTokens.map(({ content, id }) => [content, id]))
  const idOf = (token: string): number => {
    const id = addedIds.get(token) ?? vocabulary.idOf(token)
    if (id !== undefined) return id
    throw new ModelFormatError(
      'InvalidVocabulary',
      `The vocabulary (${vocabulary.size} pieces) lacks ${token}: is this the file of another model?`,
    )
  }
  const special = (name: 'cls' | 'sep'): { id: number; token: string } | undefined => {
    const token = specialToken(files, defaults, name)
    return token === undefined ? undefined : { id: idOf(token), token }
  }
  const byteLevel = takesJsonAsItIs(files)
    ? undefined
    : {
        addPrefixSpace: config.boolean('add_prefix_space') ?? false,
        trimOffsets: config.boolean('trim_offsets') ?? true,
      }
  const preTokenizer = readPreTokenizer(json.object('pre_tokenizer'), byteLevel)
  const isByteLevel = json.object('pre_tokenizer')?.string('type') === 'ByteLevel'
  const { template, trim } = readPostProcessor(json.object('post_processor'), {
    cls: special('cls'),
    sep: special('sep'),
    isBert: isBert && options.tokens === undefined,
    byteLevel: isByteLevel ? byteLevel : undefined,
  })
  const unknown = specialToken(files, defaults, 'unk') ?? unkToken
  const named = (name: 'mask' | 'pad'): number | undefined => {
    const token = specialToken(files, usual, name)!
    return addedIds.get(token) ?? vocabulary.idOf(token)
  }
  return new Tokenizer({
    vocabulary,
    addedTokens,
    normalizer: readNormalizer(json.object('normalizer'), options.lowercase),
    preTokenizer,
    model: build(idOf),
    template,
    trimOffsets: trim && byteLevelTrim(trim.addPrefixSpace),
    words: isByteLevel && (await options.spacesWords()) ? spacedWords(json, trim) : undefined,
    decoder: readDecoder(json.object('decoder')),
    unkId: unknown === undefined ? -1 : idOf(unknown),
    maskId: named('mask'),
    padId: named('pad'),
    maxLength: readMaxLength(config),
  })
}

/**
 * Token classifiers are trained on words that each begin with a space, whatever the tokenizer's files say
 * about prefix spaces (transformers' run_ner.py sets them for RoBERTa): without them, words would become
 * pieces of one word.
 */
function spacedWords(json: JsonObject, trim: ByteLevelTrim | undefined): TokenizerParts['words'] {
  return {
    preTokenizer: readPreTokenizer(json.object('pre_tokenizer'), { addPrefixSpace: true }),
    trimOffsets: trim && byteLevelTrim(true),
  }
}
