/** The largest tokenizer of a BERT, LaBSE's, has 500,000 pieces in 10 MB of JSON. */
const TOKENIZER_BYTES = 2 ** 24
/** Configurations have a few kB. */
const SMALL_BYTES = 2 ** 20

const TOKENIZER_FILES: readonly string[] = [
  'tokenizer.json',
  'vocab.txt',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
]

/**
 * The most bytes of a model's file that are ever held whole: a source that is not told a length stops there, and a
 * download that is told a greater one does not begin. `undefined` for weights, which are read piece by piece.
 */
export function largestWhole(fileName: string): number | undefined {
  if (TOKENIZER_FILES.includes(fileName)) return TOKENIZER_BYTES
  return /\.(json|txt)$/.test(fileName) ? SMALL_BYTES : undefined
}
