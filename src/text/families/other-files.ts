/** Builds tokenizers from files other than BERT's vocab.txt and tokenizer.json. */

import { decodeUtf8 } from '../../format/json-file.ts'
import { type ModelFiles, missingFile } from '../../format/source.ts'
import { readJson } from '../json-object.ts'
import type { TokenFiles } from '../read-added-tokens.ts'
import type { Tokenizer } from '../tokenizer.ts'
import { checkClass } from '../tokenizer-class.ts'
import type { TokenizerFacts, TokenizerFiles } from '../tokenizer-files.ts'
import {
  type FamilyOptions,
  readBpeFiles,
  readFamilyTokenizer,
  readSentencePiece,
  readUnigramTokenizer,
} from './family-tokenizer.ts'
import { readMpnetTokenizer } from './mpnet.ts'

/** A model whose tokenizer is to be read. */
export interface OpenModel {
  readonly files: ModelFiles
  readonly facts: TokenizerFacts
  readonly beside: TokenizerFiles
  readonly lowercase: boolean | undefined
  read(fileName: string): Promise<Uint8Array | undefined>
}

/** SentencePiece's own file: XLM-R's and CamemBERT's, DeBERTa's, and ALBERT's. */
const SENTENCE_PIECE = ['sentencepiece.bpe.model', 'spm.model', 'spiece.model'] as const

/**
 * Reads the tokenizer, and names the file that contains its vocabulary.
 *
 * @param parsed includes tokenizer.json if it could be parsed: the vocabulary of a unigram model is too large
 * @param isBert false for MPNet's vocab.txt or tokenizer.json
 * @throws {ModelFormatError} as for `readTokenizer`
 */
export async function readOtherFiles(
  model: OpenModel,
  tokenizerJson: Uint8Array | undefined,
  parsed: TokenFiles,
  isBert: boolean,
): Promise<[source: string, tokenizer: Tokenizer]> {
  const { files, facts, beside, lowercase, read } = model
  const spacesWords = async (): Promise<boolean> => facts.spacesWords ?? (await isTokenClassifier(model))
  const family: FamilyOptions = { lowercase, spacesWords }
  const vocab = isBert || tokenizerJson ? undefined : await read('vocab.txt')
  if (!isBert && (vocab || parsed.json)) {
    const text = vocab && decodeUtf8(vocab, 'vocab.txt', 'InvalidVocabulary')
    return [vocab ? 'vocab.txt' : 'tokenizer.json', await readMpnetTokenizer(parsed, text, family)]
  }
  if (parsed.json) return ['tokenizer.json', await readFamilyTokenizer(parsed, family)]
  if (tokenizerJson) return ['tokenizer.json', await readUnigramTokenizer(tokenizerJson, beside, family)]
  const [vocabJson, merges] = await Promise.all([read('vocab.json'), read('merges.txt')])
  if (vocabJson && merges) {
    checkClass(parsed.config.string('tokenizer_class') ?? facts.tokenizerClass ?? '', 'merges.txt')
    return ['vocab.json', await readBpeFiles(vocabJson, merges, parsed, family)]
  }
  for (const name of SENTENCE_PIECE) {
    const file = await read(name)
    if (file) return [name, await readSentencePiece(file, name, facts.sentencePiece, parsed, family)]
  }
  throw missingFile(
    files,
    ['tokenizer.json', 'vocab.txt'],
    `${files.name} has neither a tokenizer.json nor a vocab.txt, nor a vocab.json with a merges.txt, nor a ${SENTENCE_PIECE.join(' or ')}; a model has one of them`,
  )
}

/** Whether config.json names a token classifier; without a name, or without the file, it may be one. */
async function isTokenClassifier({ read }: OpenModel): Promise<boolean> {
  const config = readJson(await read('config.json'), 'config.json')
  const architectures = config?.value['architectures']
  if (!Array.isArray(architectures) || architectures.length === 0) return true
  return architectures.some((name) => typeof name === 'string' && name.endsWith('ForTokenClassification'))
}
