/**
 * Prepares an encoder of a GLiNER model from its small files: its specification and its tokenizer. Older repositories
 * only name their encoders, whose files are then elsewhere.
 */
import { type JsonRecord, readJsonFile } from '../../format/json-file.ts'
import { CONFIG } from '../../format/shards.ts'
import { hasFile, type ModelFiles, missingFile } from '../../format/source.ts'
import { longest } from '../../load.ts'
import type { LoadOptions } from '../../load-options.ts'
import { parseSpec } from '../../model/read-spec.ts'
import type { ModelSpec } from '../../model/spec.ts'
import { fitRows } from '../../text/fit-rows.ts'
import { readTokenizer } from '../../text/read-tokenizer.ts'
import type { Tokenizer } from '../../text/tokenizer.ts'

/** Keys of a configuration that describe a head, which the encoder no longer has. */
const NO_HEAD = {
  architectures: undefined,
  id2label: undefined,
  label2id: undefined,
  problem_type: undefined,
}
/** Maximum length of DeBERTa with relative distances only, which saturate far below it. */
const LONGEST_RELATIVE = 1024
/** Any of these files is a tokenizer. */
const TOKENIZER_FILES = ['tokenizer.json', 'tokenizer_config.json', 'spm.model', 'vocab.txt']

/** An encoder that a model was made from. */
export interface EncoderSource {
  /** Its configuration, in the form of config.json; undefined if the model only names it. */
  readonly config?: JsonRecord
  /** Its Hub id, or its folder. */
  readonly name: string
}

/** An encoder before its weights are read. */
export interface PreparedEncoder {
  readonly spec: ModelSpec
  readonly tokenizer: Tokenizer
  readonly maxLength: number
}

/** Where an encoder's files may be. */
interface EncoderPlaces {
  /** The model's own folder, or the one in it, for the tokenizer. */
  readonly files: ModelFiles
  /** The original model's, asked for if needed. */
  readonly others: () => Promise<ModelFiles>
}

/** @param rows  V, where the weights know better than the configuration */
export async function prepareEncoder(
  { config }: EncoderSource,
  { files, others }: EncoderPlaces,
  rows: number | undefined,
  options: LoadOptions,
  facts: { readonly spacesWords?: boolean },
): Promise<PreparedEncoder> {
  const { lowercase, paddedVocabulary } = options
  let found: Promise<ModelFiles> | undefined
  const elsewhere = (): Promise<ModelFiles> => {
    found ??= others()
    return found
  }
  const written = config ?? (await readEncoderConfig(await elsewhere()))
  const spec = await parseEncoder(rows === undefined ? written : { ...written, vocab_size: rows })
  const own = (await Promise.all(TOKENIZER_FILES.map((name) => hasFile(files, name)))).includes(true)
  const { tokenizerClass, vocabSize } = spec.config
  const read = await readTokenizer(own ? files : await elsewhere(), {
    lowercase,
    model: async () => ({ tokenizerClass, sentencePiece: spec.sentencePiece, ...facts }),
  })
  const tokenizer = fitRows(read, 'The tokenizer', vocabSize, paddedVocabulary)
  return { spec, tokenizer, maxLength: longest(options, spec.config, tokenizer) }
}

async function readEncoderConfig(files: ModelFiles): Promise<JsonRecord> {
  const json = await readJsonFile(files, CONFIG)
  if (json) return json
  throw missingFile(files, [CONFIG], `${files.name} has no ${CONFIG}, which the encoder needs`)
}

/**
 * The configuration of an encoder. If DeBERTa has no absolute positions, it may read more than its
 * max_position_embeddings, as in the package: prompt and words together may have more pieces.
 */
export function parseEncoder(given: JsonRecord): Promise<ModelSpec> {
  const written: JsonRecord = { model_type: 'deberta-v2', ...given }
  const { max_position_embeddings: positions, max_relative_positions: distances } = written
  const isRelative = written['model_type'] === 'deberta-v2' && written['position_biased_input'] === false
  const longer =
    isRelative && typeof positions === 'number' && positions < LONGEST_RELATIVE
      ? {
          max_position_embeddings: LONGEST_RELATIVE,
          max_relative_positions: typeof distances === 'number' && distances > 0 ? distances : positions,
        }
      : {}
  return parseSpec(JSON.stringify({ ...written, ...longer, ...NO_HEAD }))
}
