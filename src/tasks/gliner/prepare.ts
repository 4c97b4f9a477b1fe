/**
 * Prepares a GLiNER model from its small files: the specification and the tokenizer of its encoder, or of both of a
 * bi-encoder. Older repositories only name their encoders, whose files are then elsewhere.
 */
import type { Checkpoint } from '../../format/checkpoint.ts'
import { ModelFormatError, quoted } from '../../format/errors.ts'
import { TYPE_TOKENIZER } from '../../format/gliner-files.ts'
import { type JsonRecord, readJsonFile } from '../../format/json-file.ts'
import { CONFIG } from '../../format/shards.ts'
import { hasFile, type ModelFiles, missingFile, within } from '../../format/source.ts'
import { longest } from '../../load.ts'
import type { LoadOptions } from '../../load-options.ts'
import { ENCODER_PREFIX, glinerSpec, TYPE_ENCODER_PREFIX } from '../../model/families/gliner.ts'
import { parseSpec } from '../../model/read-spec.ts'
import type { ModelSpec } from '../../model/spec.ts'
import { fitRows } from '../../text/fit-rows.ts'
import { readTokenizer } from '../../text/read-tokenizer.ts'
import type { Tokenizer } from '../../text/tokenizer.ts'
import type { EncoderSource, GlinerConfig } from './config.ts'
import type { PromptTokens } from './prompt.ts'

/** The tables of word embeddings, by family. */
const WORD_EMBEDDINGS = ['embeddings.word_embeddings.weight', 'embeddings.tok_embeddings.weight']
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

/** A model before its weights are read. */
export interface PreparedGliner {
  readonly spec: ModelSpec
  readonly tokenizer: Tokenizer
  readonly maxLength: number
  /** What marks types in a prompt, or how the encoder of types reads them. */
  readonly types: PromptTokens | Pick<PreparedEncoder, 'tokenizer' | 'maxLength'>
}

/** An encoder before its weights are read. */
interface PreparedEncoder {
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

/**
 * The specification and the tokenizers; an encoder's configuration is taken from the model's own files if they have it.
 *
 * @param others  gives the files of an encoder's original model
 * @param tensors  of the weights, by name; none if they are not inspected
 */
export async function prepareGliner(
  config: GlinerConfig,
  files: ModelFiles,
  others: (of: 'encoder' | 'typeEncoder') => Promise<ModelFiles>,
  tensors: Checkpoint['tensors'],
  options: LoadOptions,
): Promise<PreparedGliner> {
  const rowsOf = (prefix: string): number | undefined =>
    WORD_EMBEDDINGS.map((name) => tensors.get(prefix + name)?.shape[0]).find((rows) => rows !== undefined)
  const { encoder: source, typeEncoder: typeSource, vocabSize } = config
  const isStated = source.config !== undefined && vocabSize !== undefined
  const encoder = await prepareEncoder(
    source,
    { files, others: () => others('encoder') },
    isStated ? undefined : rowsOf(ENCODER_PREFIX),
    options,
    // The package gliner gives the tokenizer each word as it stands in the text.
    { spacesWords: false },
  )
  const { tokenizer, maxLength } = encoder
  if (typeSource === undefined) {
    const types = promptTokens(config, tokenizer, encoder.spec.config.vocabSize)
    return { spec: glinerSpec(encoder.spec, config), tokenizer, maxLength, types }
  }
  // How much is read of a text is no matter of types.
  const { maxLength: _, ...ofTypes } = options
  const types = await prepareEncoder(
    typeSource,
    { files: within(files, TYPE_TOKENIZER), others: () => others('typeEncoder') },
    rowsOf(TYPE_ENCODER_PREFIX),
    ofTypes,
    {},
  )
  return { spec: glinerSpec(encoder.spec, config, types.spec), tokenizer, maxLength, types }
}

/** @param rows  V, where the weights know better than the configuration */
async function prepareEncoder(
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

/**
 * The ids of the prompt's two tokens. Older files leave them to the tokenizer, to which the package appends
 * `[FLERT]`, `<<ENT>>` and `<<SEP>>`: they are the last of the model's rows.
 */
function promptTokens(
  { classToken, entToken, sepToken, embedsEntToken }: GlinerConfig,
  tokenizer: Tokenizer,
  rows: number,
): PromptTokens {
  const idOf = (token: string): number | undefined => {
    const { ids, tokens } = tokenizer.encodeWords([token])
    return ids.length === 3 && tokens[1] === token ? ids[1] : undefined
  }
  const ent = classToken ?? idOf(entToken) ?? rows - 2
  const sep = idOf(sepToken) ?? ent + 1
  for (const [token, id] of [
    [entToken, ent],
    [sepToken, sep],
  ] as const) {
    if (id < rows) continue
    throw new ModelFormatError(
      'InvalidVocabulary',
      `The token ${quoted(token)} has the id ${id}, and the model has ${rows} rows for pieces: class_token_index of gliner_config.json is another model's`,
    )
  }
  return { ent, sep, embedsEnt: embedsEntToken }
}
