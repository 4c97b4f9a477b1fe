/** MPNet's tokenizer: BERT's steps with RoBERTa's special tokens, two of them between two texts, and no token types. */

import { isObject } from '../../format/json-file.ts'
import { JsonObject } from '../json-object.ts'
import type { SpecialNames, TokenFiles } from '../read-added-tokens.ts'
import { parseVocabulary } from '../read-vocabulary.ts'
import type { Tokenizer } from '../tokenizer.ts'
import { takesJsonAsItIs } from '../tokenizer-files.ts'
import type { Vocabulary } from '../vocabulary.ts'
import { FAMILY_TOKENS, type FamilyOptions, readFamilyTokenizer } from './family-tokenizer.ts'

/** Names of the special tokens, if no file gives them. */
const TOKENS: SpecialNames = { ...FAMILY_TOKENS, unk: '[UNK]' }

/**
 * Builds MPNet's tokenizer from a tokenizer.json or a vocab.txt. tokenizer_config.json, including its
 * defaults, takes precedence over the steps of tokenizer.json, as for BERT.
 *
 * @param vocab vocab.txt, if there is no tokenizer.json
 * @throws {ModelFormatError} as for `readFamilyTokenizer`
 */
export function readMpnetTokenizer(
  files: TokenFiles,
  vocab: string | undefined,
  options: FamilyOptions,
): Promise<Tokenizer> {
  const own = { ...options, tokens: TOKENS }
  if (takesJsonAsItIs(files)) return readFamilyTokenizer(files, own)
  const { config, json } = files
  const model = json?.value['model'] ?? { type: 'WordPiece', vocab: idsOf(parseVocabulary(vocab ?? '')) }
  const steps = {
    added_tokens: json?.value['added_tokens'] ?? [],
    normalizer: {
      type: 'BertNormalizer',
      handle_chinese_chars: config.boolean('tokenize_chinese_chars') ?? true,
      strip_accents: config.boolean('strip_accents') ?? null,
      lowercase: config.boolean('do_lower_case') ?? true,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    // Places are trimmed as by RobertaProcessing, since the mask includes white space.
    post_processor: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model,
  }
  const mask = config.value['mask_token']
  // The mask includes the white space before it, however it is written.
  const written = isObject(mask) ? mask : { content: mask ?? TOKENS.mask, lstrip: true, special: true }
  return readFamilyTokenizer(
    {
      ...files,
      config: new JsonObject(config.name, { ...config.value, mask_token: written }),
      json: new JsonObject(json?.name ?? 'vocab.txt', steps),
    },
    own,
  )
}

/** Ids by piece, in the form of tokenizer.json. */
function idsOf(vocabulary: Vocabulary): Record<string, number> {
  const ids: Record<string, number> = Object.create(null) as Record<string, number>
  for (let id = 0; id < vocabulary.size; id++) {
    const piece = vocabulary.pieceOf(id)
    if (piece !== undefined) ids[piece] = id
  }
  return ids
}
