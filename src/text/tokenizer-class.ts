/**
 * A model's files may name the class of its tokenizer in transformers. This file checks that the files
 * present are those that this class reads.
 */

import { ModelFormatError, quoted } from '../format/errors.ts'
import type { JsonObject } from './json-object.ts'

/** The kinds of model that tokenizers of these classes use, whatever their tokenizer.json says. */
const KINDS: readonly (readonly [tokenizerClass: RegExp, kind: string])[] = [
  [/^(?:Bert|DistilBert|Electra|MobileBert|MPNet)Tokenizer(?:Fast)?$/, 'WordPiece'],
  [/^(?:Roberta|GPT2|Longformer|Bart)Tokenizer(?:Fast)?$/, 'BPE'],
  [/^(?:XLMRoberta|Camembert|Albert)Tokenizer(?:Fast)?$/, 'Unigram'],
]

/**
 * Refuses a tokenizer.json whose kind differs from its class: transformers 4 used the file, while 5 uses its
 * vocabulary for the class and gets other pieces, or fails.
 *
 * @param kind `type` of its model
 * @throws {ModelFormatError} `UnsupportedConfig`
 */
export function checkKind(config: JsonObject, kind: string): void {
  const tokenizerClass = config.string('tokenizer_class') ?? ''
  const wanted = KINDS.find(([name]) => name.test(tokenizerClass))?.[1] ?? kind
  if (wanted === kind) return
  throw new ModelFormatError(
    'UnsupportedConfig',
    `${config.name} has tokenizer_class "${tokenizerClass}", which reads a vocabulary of ${wanted}, and tokenizer.json has one of ${kind}: which of the two the model was trained with is not told. Where it is tokenizer.json, write "tokenizer_class": "PreTrainedTokenizerFast"`,
  )
}

/** The classes that read a vocabulary file as it is read here. */
const READERS: Readonly<Record<'vocab.txt' | 'merges.txt', RegExp>> = {
  'vocab.txt': /(?:Bert|Electra)Tokenizer(?:Fast)?$|^PreTrainedTokenizerFast$/,
  'merges.txt': /^(?:Roberta|GPT2|Longformer|Bart|Deberta)Tokenizer(?:Fast)?$/,
}

/**
 * Refuses vocabularies of tokenizers that read them differently: BertJapaneseTokenizer splits words with a
 * dictionary, PhobertTokenizer and HerbertTokenizer have merges of another kind.
 *
 * @param name of the class; empty if none is named
 */
export function checkClass(name: string, fileName: keyof typeof READERS): void {
  if (name === '' || READERS[fileName].test(name)) return
  throw new ModelFormatError(
    'UnsupportedConfig',
    `The model has tokenizer_class ${quoted(name)}, whose ${fileName} is not read as BERT's or RoBERTa's; a tokenizer.json of its fast tokenizer can be read`,
  )
}
