/** Builds a model's tokenizer from whichever files it came with. */
import { ModelFormatError, quoted } from '../format/errors.ts'
import { type ModelFiles, missingFile, readAll } from '../format/source.ts'
import { loadWordCharacters } from './added-tokens.ts'
import { bertTokenizer } from './bert-tokenizer.ts'
import type { SentencePieceOrder } from './families/sentencepiece.ts'
import { readJson } from './json-object.ts'
import type { TokenFiles } from './read-added-tokens.ts'
import { isBertJson, parseTokenFiles, readBertFiles } from './settings.ts'
import type { Tokenizer } from './tokenizer.ts'
import { loadLetterTables } from './unicode.ts'

/** Bytes of a file. The largest tokenizer.json of these models, bge-m3's, has 17 MB, the largest vocab.txt, LaBSE's, 5 MB. */
const MAX_BYTES = 2 ** 25
const MAX_VOCABULARY_BYTES = 2 ** 23
/** What is known of a model besides its tokenizer's files. */
export interface TokenizerFacts {
  /** `tokenizer_class` of config.json. */
  readonly tokenizerClass?: string | undefined
  /** What its family makes of SentencePiece's own file. */
  readonly sentencePiece?: SentencePieceOrder | undefined
}

/** SentencePiece's own file: XLM-R's and CamemBERT's, and DeBERTa's. */
const SENTENCE_PIECE = ['sentencepiece.bpe.model', 'spm.model'] as const

/**
 * Builds the tokenizer of a model from its files, wherever they are: a tokenizer.json, BERT's vocab.txt, RoBERTa's
 * vocab.json and merges.txt, the sentencepiece.bpe.model of XLM-R and CamemBERT, or DeBERTa's
 * spm.model.
 *
 * @param options `lowercase` holds over what the files say; `model` is asked where there is no tokenizer.json
 * @throws {ModelFormatError} `MissingFile`, `InvalidVocabulary`, `InvalidConfig`, `UnsupportedConfig`
 *
 * @example
 * const tokenizer = await readTokenizer(mapFiles(new Map([['vocab.txt', bytes]])))
 */
export async function readTokenizer(
  files: ModelFiles,
  options: {
    lowercase?: boolean | undefined
    model?: () => Promise<TokenizerFacts>
  } = {},
): Promise<Tokenizer> {
  const { lowercase, model = async (): Promise<TokenizerFacts> => ({}) } = options
  const [tokenizerJson, tokenizerConfig, specialTokensMap, addedTokens] = await Promise.all([
    read(files, 'tokenizer.json'),
    read(files, 'tokenizer_config.json'),
    read(files, 'special_tokens_map.json'),
    read(files, 'added_tokens.json'),
  ])
  const family = { lowercase, isTokenClassifier: () => isTokenClassifier(files) }
  const beside = { tokenizerConfig, specialTokensMap, addedTokens }
  if (tokenizerJson) {
    // A unigram vocabulary is too large to be parsed with the rest.
    if (includes(tokenizerJson, 'Unigram')) {
      const { readUnigramTokenizer } = await import('./families/family-tokenizer.ts')
      return readUnigramTokenizer(tokenizerJson, beside, family)
    }
    const parsed = parseTokenFiles({ tokenizerJson, ...beside })
    if (isBertJson(parsed.json!)) return loaded(readBertFiles(parsed, undefined, lowercase))
    const { readFamilyTokenizer } = await import('./families/family-tokenizer.ts')
    return readFamilyTokenizer(parsed, family)
  }
  const vocab = await read(files, 'vocab.txt')
  if (vocab) {
    const parsed = parseTokenFiles(beside)
    checkClass(parsed, await model(), 'vocab.txt', /(?:Bert|Electra)Tokenizer(?:Fast)?$/)
    return loaded(readBertFiles(parsed, vocab, lowercase))
  }
  const [vocabJson, merges] = await Promise.all([read(files, 'vocab.json'), read(files, 'merges.txt')])
  if (vocabJson && merges) {
    const { readBpeFiles } = await import('./families/family-tokenizer.ts')
    const parsed = parseTokenFiles(beside)
    checkClass(
      parsed,
      await model(),
      'merges.txt',
      /^(?:Roberta|GPT2|Longformer|Bart|Deberta)Tokenizer(?:Fast)?$/,
    )
    return readBpeFiles(vocabJson, merges, parsed, family)
  }
  for (const name of SENTENCE_PIECE) {
    const file = await read(files, name)
    if (!file) continue
    const { readSentencePiece } = await import('./families/family-tokenizer.ts')
    const { sentencePiece } = await model()
    return readSentencePiece(file, name, sentencePiece, parseTokenFiles(beside), family)
  }
  throw missingFile(
    files,
    ['tokenizer.json', 'vocab.txt'],
    `${files.name} has neither a tokenizer.json nor a vocab.txt, nor a vocab.json with a merges.txt, nor a ${SENTENCE_PIECE.join(' or ')}; a model has one of them`,
  )
}

/**
 * Refuses vocabularies of tokenizers that read them otherwise: BertJapaneseTokenizer cuts words with a dictionary,
 * PhobertTokenizer and HerbertTokenizer have merges of another kind.
 */
function checkClass(
  { config }: TokenFiles,
  { tokenizerClass }: TokenizerFacts,
  fileName: string,
  known: RegExp,
): void {
  const name = config.string('tokenizer_class') ?? tokenizerClass
  if (name === undefined || known.test(name)) return
  throw new ModelFormatError(
    'UnsupportedConfig',
    `The model has tokenizer_class ${quoted(name)}, whose ${fileName} is not read as BERT's or RoBERTa's; a tokenizer.json of its fast tokenizer can be read`,
  )
}

/** BERT's tokenizer, its tables loaded first. */
async function loaded({ settings, vocabulary }: ReturnType<typeof readBertFiles>): Promise<Tokenizer> {
  const { lowercase, stripAccents } = settings.normalizer
  if (lowercase || stripAccents) await loadLetterTables()
  if (settings.addedTokens.some(({ singleWord }) => singleWord)) await loadWordCharacters()
  return bertTokenizer(settings, vocabulary)
}

/** Whether config.json names a token classifier; one that names nothing, or is not there, may be one. */
async function isTokenClassifier(files: ModelFiles): Promise<boolean> {
  const config = readJson(await read(files, 'config.json'), 'config.json')
  const architectures = config?.value['architectures']
  if (!Array.isArray(architectures) || architectures.length === 0) return true
  return architectures.some((name) => typeof name === 'string' && name.endsWith('ForTokenClassification'))
}

/** Whether ASCII text stands somewhere in bytes. */
function includes(bytes: Uint8Array, text: string): boolean {
  const codes = Array.from(text, (character) => character.charCodeAt(0))
  for (let at = bytes.indexOf(codes[0]!); at >= 0; at = bytes.indexOf(codes[0]!, at + 1)) {
    if (codes.every((code, index) => bytes[at + index] === code)) return true
  }
  return false
}

async function read(files: ModelFiles, fileName: string): Promise<Uint8Array | undefined> {
  const source = await files.open(fileName)
  if (!source) return undefined
  try {
    const vocabulary = fileName === 'vocab.txt'
    const most = vocabulary ? MAX_VOCABULARY_BYTES : MAX_BYTES
    if (source.byteLength > most) {
      throw new ModelFormatError(
        vocabulary ? 'InvalidVocabulary' : 'InvalidConfig',
        `${source.name} has ${source.byteLength} bytes; such a file has at most ${most}`,
      )
    }
    return await readAll(source)
  } finally {
    await source.close()
  }
}
