/**
 * Prepares a model of GLiNER or GLiNER2 from its small files: the specification, the tokenizers of its encoder, or of both
 * of a bi-encoder, and how it reads.
 */
import type { Checkpoint } from '../../format/checkpoint.ts'
import { ModelFormatError, quoted } from '../../format/errors.ts'
import { TYPE_TOKENIZER } from '../../format/gliner-files.ts'
import { type ModelFiles, within } from '../../format/source.ts'
import type { LoadOptions } from '../../load-options.ts'
import { ENCODER_PREFIX, glinerSpec, TYPE_ENCODER_PREFIX } from '../../model/families/gliner.ts'
import { ENCODER_PREFIX as ENCODER_PREFIX_2, gliner2Spec } from '../../model/families/gliner2.ts'
import type { ModelSpec } from '../../model/spec.ts'
import type { EngineClient } from '../../runtime/client.ts'
import type { Tokenizer } from '../../text/tokenizer.ts'
import type { Gliner1Config, GlinerConfig } from './config.ts'
import { gliner2Reading } from './gliner2-prompt.ts'
import { type EncoderSource, type PreparedEncoder, prepareEncoder } from './prepare-encoder.ts'
import { biEncoderReading, glinerReading, type PromptTokens } from './prompt.ts'
import { TypeVectors } from './type-vectors.ts'
import type { Reading } from './windows.ts'

/** The tables of word embeddings, by family. */
const WORD_EMBEDDINGS = [
  'embeddings.word_embeddings.weight',
  'embeddings.tok_embeddings.weight',
  'embed_tokens.weight',
]

/** A model before its weights are read. */
export interface PreparedGliner extends PreparedEncoder {
  /** How it reads, with the engine that an encoder of types runs in. */
  readonly readingWith: (engine: EngineClient) => Reading
}

/** Gives the files of an encoder's original model; `option` can name others. */
export type OtherFiles = (source: EncoderSource, option: 'encoder' | 'typeEncoder') => Promise<ModelFiles>

export function specOf(config: GlinerConfig, encoder: ModelSpec, typeEncoder?: ModelSpec): ModelSpec {
  return config.kind === 'gliner2' ? gliner2Spec(encoder, config) : glinerSpec(encoder, config, typeEncoder)
}

/**
 * The specification, the tokenizers and the reading; an encoder's configuration is taken from the model's own files if
 * they have it.
 *
 * @param tensors  of the weights, by name; none if they are not inspected
 */
export async function prepareGliner(
  config: GlinerConfig,
  files: ModelFiles,
  others: OtherFiles,
  tensors: Checkpoint['tensors'],
  options: LoadOptions,
): Promise<PreparedGliner> {
  const rowsOf = (prefix: string): number | undefined =>
    WORD_EMBEDDINGS.map((name) => tensors.get(prefix + name)?.shape[0]).find((rows) => rows !== undefined)
  const isSecond = config.kind === 'gliner2'
  const isSized = !isSecond && config.encoder.config !== undefined && config.vocabSize !== undefined
  const { spec, tokenizer, maxLength } = await prepareEncoder(
    config.encoder,
    { files, others: () => others(config.encoder, 'encoder') },
    isSized ? undefined : rowsOf(isSecond ? ENCODER_PREFIX_2 : ENCODER_PREFIX),
    options,
    // The packages give the tokenizer each word as it stands in the text.
    { spacesWords: false },
  )
  const rows = spec.config.vocabSize
  if (isSecond || config.typeEncoder === undefined) {
    const reading = isSecond
      ? gliner2Reading(tokenizer, rows)
      : glinerReading(tokenizer, promptTokens(config, tokenizer, rows))
    return { spec: specOf(config, spec), tokenizer, maxLength, readingWith: () => reading }
  }
  const { typeEncoder } = config
  // How much is read of a text is no matter of types.
  const { maxLength: _, ...ofTypes } = options
  const types = await prepareEncoder(
    typeEncoder,
    { files: within(files, TYPE_TOKENIZER), others: () => others(typeEncoder, 'typeEncoder') },
    rowsOf(TYPE_ENCODER_PREFIX),
    ofTypes,
    {},
  )
  return {
    spec: specOf(config, spec, types.spec),
    ...{ tokenizer, maxLength },
    readingWith: (engine) =>
      biEncoderReading(tokenizer, new TypeVectors(engine, types.tokenizer, types.maxLength)),
  }
}

/**
 * The ids of the prompt's two tokens. Older files leave them to the tokenizer, to which the package appends
 * `[FLERT]`, `<<ENT>>` and `<<SEP>>`: they are the last of the model's rows.
 */
function promptTokens(
  { classToken, entToken, sepToken, embedsEntToken }: Gliner1Config,
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
