/** Reads the added tokens of a tokenizer, from whichever of its files lists them. */

import { ModelFormatError, quoted } from '../format/errors.ts'
import { isObject } from '../format/json-file.ts'
import type { AddedToken } from './added-tokens.ts'
import { JsonObject } from './json-object.ts'
import type { Vocabulary } from './vocabulary.ts'

/**
 * Maximum length of an added token in UTF-16 units: longer than any in real text, yet short enough to look
 * for everywhere.
 */
const LONGEST_TOKEN = 1000

/** The files as JSON. The last two predate added_tokens_decoder, and are undefined if that is present. */
export interface TokenFiles {
  /** tokenizer.json */
  readonly json: JsonObject | undefined
  /** tokenizer_config.json */
  readonly config: JsonObject
  /** special_tokens_map.json */
  readonly map: JsonObject | undefined
  /** added_tokens.json */
  readonly added: JsonObject | undefined
}

/** The named special tokens, `unk` for `unk_token`, for files that do not name them. */
export type SpecialNames = Readonly<Partial<Record<(typeof NAMES)[number], string>>>

const NAMES = ['bos', 'eos', 'unk', 'sep', 'pad', 'cls', 'mask'] as const

/** BERT's. */
export const BERT_TOKENS: SpecialNames = {
  unk: '[UNK]',
  sep: '[SEP]',
  pad: '[PAD]',
  cls: '[CLS]',
  mask: '[MASK]',
}

/** The content of a special token in these files: `specialToken(files, defaults, 'cls')`. */
export function specialToken(
  { map, config }: TokenFiles,
  defaults: SpecialNames,
  name: (typeof NAMES)[number],
): string | undefined {
  return (
    (map && tokenContent(map, `${name}_token`)) ?? tokenContent(config, `${name}_token`) ?? defaults[name]
  )
}

/**
 * All tokens that match text as a whole, without duplicates; later files take precedence.
 *
 * @throws {ModelFormatError} `InvalidConfig` for a token that is invalid or too long, or whose id is not a
 *   whole number
 */
export function readAddedTokens(
  vocabulary: Vocabulary,
  files: TokenFiles,
  defaults: SpecialNames,
): AddedToken[] {
  const { json, config, added } = files
  const tokens = new Map<string, AddedToken>()
  const add = (entry: JsonObject, id: number | undefined, isSpecial: boolean): void => {
    const content = entry.string('content')
    if (content === undefined) throw entry.wrong('content', 'the text of the token')
    if (content.length > LONGEST_TOKEN) {
      throw new ModelFormatError(
        'InvalidConfig',
        `${entry.name} has an added token of ${content.length} characters, ${quoted(content.slice(0, 50))}...; it may have at most ${LONGEST_TOKEN}`,
      )
    }
    const known = vocabulary.idOf(content) ?? tokens.get(content)?.id ?? id
    // A token without an id (a [MASK] that is not in the vocabulary) has no row in the model.
    if (content === '' || known === undefined) return
    if (!Number.isSafeInteger(known) || known < 0) throw entry.wrong('id', 'a whole number')
    const special = entry.boolean('special') ?? isSpecial
    tokens.set(content, {
      content,
      id: known,
      singleWord: entry.boolean('single_word') ?? false,
      stripLeft: entry.boolean('lstrip') ?? false,
      stripRight: entry.boolean('rstrip') ?? false,
      normalized: entry.boolean('normalized') ?? !special,
      special,
    })
  }
  const specials = specialTokens(files, defaults)
  const specialContents = new Set(specials.map((entry) => entry.value['content']))
  for (const entry of json?.objects('added_tokens') ?? []) add(entry, entry.number('id'), false)
  for (const content of Object.keys(added?.value ?? {})) {
    const special = specialContents.has(content)
    add(new JsonObject('added_tokens.json', { content }), added?.number(content), special)
  }
  const decoder = config.object('added_tokens_decoder')
  for (const id of Object.keys(decoder?.value ?? {})) {
    const entry = decoder?.object(id)
    if (entry) add(entry, Number(id), false)
  }
  for (const entry of specials) {
    const plain = Object.keys(entry.value).length === 1
    if (!plain || !tokens.has(entry.string('content') ?? '')) add(entry, undefined, true)
  }
  return [...tokens.values()]
}

/** The named special tokens and the additional ones, each as an object with its content. */
function specialTokens({ config, map }: TokenFiles, defaults: SpecialNames): JsonObject[] {
  const found: JsonObject[] = []
  const add = (name: string, value: unknown): void => {
    if (typeof value === 'string') found.push(new JsonObject(name, { content: value }))
    else if (isObject(value)) found.push(new JsonObject(name, value))
  }
  for (const name of NAMES) {
    const key = `${name}_token`
    const file = map?.value[key] == null ? config : map
    add(file.name, file.value[key] ?? defaults[name])
  }
  for (const file of map ? [config, map] : [config]) {
    for (const key of ['additional_special_tokens', 'extra_special_tokens']) {
      const list = file.value[key]
      if (Array.isArray(list)) for (const value of list) add(file.name, value)
    }
  }
  return found
}

/** A special token is written as a string or as an object with its content. */
function tokenContent(file: JsonObject, key: string): string | undefined {
  const value = file.value[key]
  return typeof value === 'object' ? file.object(key)?.string('content') : file.string(key)
}
