/** Size limits for the files of a model. A larger file is refused before it is read. */

/**
 * Maximum nesting of JSON arrays and objects, the outermost counted: the limit of serde_json, which
 * safetensors uses.
 */
export const MAX_DEPTH: number = 127
/** The largest tokenizer.json of BERT's family, bge-m3's, has 250,000 pieces in 17 MB; LaBSE's vocab.txt has 5 MB. */
const TOKENIZER_JSON_BYTES = 2 ** 25
const TOKENIZER_BYTES = 2 ** 24
/** Configurations take a few kB. */
const SMALL_BYTES = 2 ** 20

/** The files that a tokenizer may consist of. */
export const TOKENIZER_FILES: readonly string[] = [
  'tokenizer.json',
  'vocab.txt',
  'vocab.json',
  'merges.txt',
  'sentencepiece.bpe.model',
  'spm.model',
  'spiece.model',
  'sentencepiece.model',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
]

/**
 * Maximum size in bytes of a model's file that is held in memory completely: a source of unknown length stops
 * there, and a download announced as larger does not begin. `undefined` for weights, which are read piece by
 * piece.
 */
export function largestWhole(path: string): number | undefined {
  const fileName = path.slice(path.lastIndexOf('/') + 1)
  if (fileName === 'tokenizer.json') return TOKENIZER_JSON_BYTES
  if (TOKENIZER_FILES.includes(fileName)) return TOKENIZER_BYTES
  return /\.(json|txt)$/.test(fileName) ? SMALL_BYTES : undefined
}
