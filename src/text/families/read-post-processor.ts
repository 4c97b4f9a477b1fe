/**
 * Reads the post_processor of a tokenizer.json: what begins and ends sequences, and how offsets are trimmed.
 */

import { ModelFormatError } from '../../format/errors.ts'
import { shown } from '../../format/json-file.ts'
import { bertTemplate, type SpecialToken } from '../bert-tokenizer.ts'
import type { JsonObject } from '../json-object.ts'
import type { Template, TemplatePart } from '../steps.ts'

/** The settings if the file states none. */
export interface PostProcessorDefaults {
  readonly cls: SpecialToken | undefined
  readonly sep: SpecialToken | undefined
  /** Whether pairs have one separator and token types; otherwise two separators and no types. */
  readonly isBert: boolean
  /** Takes precedence over the file for byte-level text. */
  readonly byteLevel: { readonly addPrefixSpace: boolean; readonly trimOffsets: boolean } | undefined
}

/** Offsets of byte-level text without the spaces at their ends. */
export interface ByteLevelTrim {
  readonly addPrefixSpace: boolean
}

export interface PostProcessor {
  readonly template: Template
  /** Present if offsets are trimmed. */
  readonly trim: ByteLevelTrim | undefined
}

/**
 * @throws {ModelFormatError} `UnsupportedConfig` for an unknown kind, or a template other than `<s> A </s>`
 */
export function readPostProcessor(
  part: JsonObject | undefined,
  defaults: PostProcessorDefaults,
): PostProcessor {
  let template: Template | undefined
  let trim = defaults.byteLevel
  const steps = part?.string('type') === 'Sequence' ? part.objects('processors') : part ? [part] : []
  for (const step of steps) {
    const kind = step.string('type')
    if (kind === 'TemplateProcessing') template = readTemplate(step)
    else if (kind === 'BertProcessing')
      template = bertTemplate(readSpecial(step, 'cls'), readSpecial(step, 'sep'))
    else if (kind === 'RobertaProcessing')
      template = robertaTemplate(readSpecial(step, 'cls'), readSpecial(step, 'sep'))
    else if (kind !== 'ByteLevel') {
      throw unsupported(`${step.name} has a post_processor of type ${shown(kind)}, which is not known`)
    }
    if (kind === 'RobertaProcessing' || kind === 'ByteLevel') {
      trim ??= {
        addPrefixSpace: step.boolean('add_prefix_space') ?? true,
        trimOffsets: step.boolean('trim_offsets') ?? true,
      }
    }
  }
  return {
    template: checked(template ?? defaultTemplate(defaults), part),
    trim: trim?.trimOffsets ? trim : undefined,
  }
}

/** Maximum number of parts in a template, each of the special tokens in it counted: they may name one list many times. */
const MOST_PARTS = 64

/** Windows over a long text begin and end like the text: with one token each. */
function checked(template: Template, part: JsonObject | undefined): Template {
  const [first, text, last] = template.single
  const fits =
    template.single.length === 3 &&
    'id' in first! &&
    'sequence' in text! &&
    text.sequence === 0 &&
    'id' in last!
  if (fits) return template
  throw unsupported(
    `${part?.name ?? 'tokenizer.json'} has a post_processor that does not put one token before a text and one behind it`,
  )
}

function defaultTemplate({ cls, sep, isBert }: PostProcessorDefaults): Template {
  if (cls && sep) return isBert ? bertTemplate(cls, sep) : robertaTemplate(cls, sep)
  throw unsupported(
    'tokenizer.json has no post_processor, and no file names a cls_token and a sep_token: what begins and ends a sequence is not known',
  )
}

/** `<s> A </s>` and `<s> A </s> </s> B </s>`, all of one type. */
function robertaTemplate(cls: SpecialToken, sep: SpecialToken): Template {
  const [first, last] = [
    { ...cls, typeId: 0 },
    { ...sep, typeId: 0 },
  ]
  const single = [first, { sequence: 0, typeId: 0 }, last] as const
  return { single, pair: [...single, last, { sequence: 1, typeId: 0 }, last] }
}

/** `["</s>", 2]` */
function readSpecial(part: JsonObject, key: string): SpecialToken {
  const value = part.value[key]
  if (Array.isArray(value)) {
    const [token, id] = value as unknown[]
    if (typeof token === 'string' && Number.isSafeInteger(id) && (id as number) >= 0) {
      return { id: id as number, token }
    }
  }
  throw part.wrong(key, 'a token and its id, as in ["</s>", 2]')
}

function readTemplate(part: JsonObject): Template {
  const tokens = part.object('special_tokens')
  const read = (key: string): TemplatePart[] => {
    const parts: TemplatePart[] = []
    for (const entry of part.objects(key)) {
      parts.push(...readPart(entry, tokens))
      if (parts.length > MOST_PARTS) throw part.wrong(key, `a template of at most ${MOST_PARTS} parts`)
    }
    return parts
  }
  const template = { single: read('single'), pair: read('pair') }
  const sequences = template.pair.flatMap((piece) => ('sequence' in piece ? [piece.sequence] : []))
  if (sequences.length !== 2 || !sequences.includes(0) || !sequences.includes(1))
    throw part.wrong('pair', 'a template with A and B, once each')
  return template
}

function readPart(entry: JsonObject, tokens: JsonObject | undefined): TemplatePart[] {
  const sequence = entry.object('Sequence')
  if (sequence) {
    const id = sequence.string('id')
    if (id !== 'A' && id !== 'B') throw sequence.wrong('id', '"A" or "B"')
    return [{ sequence: id === 'A' ? 0 : 1, typeId: sequence.count('type_id', 0) ?? 0 }]
  }
  const special = entry.object('SpecialToken')
  if (!special) throw entry.wrong('SpecialToken', 'there, or a Sequence')
  const name = special.string('id') ?? ''
  const known = tokens?.object(name)
  const ids: unknown = known?.value['ids']
  const texts: unknown = known?.value['tokens']
  const areLists = Array.isArray(ids) && Array.isArray(texts) && ids.length === texts.length
  if (!areLists || ids.length > MOST_PARTS) {
    throw special.wrong('id', `the name of one of special_tokens, with ids and tokens, at most ${MOST_PARTS}`)
  }
  const typeId = special.count('type_id', 0) ?? 0
  return ids.map((id: unknown, index): TemplatePart => {
    if (!Number.isSafeInteger(id) || (id as number) < 0) throw known!.wrong('ids', 'whole numbers')
    return { id: id as number, token: String(texts[index]), typeId }
  })
}

function unsupported(message: string): ModelFormatError {
  return new ModelFormatError('UnsupportedConfig', message)
}
