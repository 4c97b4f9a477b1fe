/**
 * Where the words of an answer stand in the events of a stream. The words of one text come in many events, so a
 * placeholder may be cut between two of them; which events belong together is told by the key of a piece.
 */
import { isObject } from '../check/kind.ts'
import type { Interface } from './interfaces.ts'

type Members = Record<string, unknown>

/** A piece of a text that goes on in other events. */
export interface Piece {
  /** The same for all pieces of one text. */
  readonly key: string
  readonly holder: Members
  readonly member: string
  /** Whether the text is JSON. */
  readonly json: boolean
  /** An event like this one that says nothing else but a text. */
  readonly alone: (text: string) => Members
}

/** What an event holds. */
export interface EventReading {
  readonly pieces: readonly Piece[]
  /** Whether the text of a key ends with this event. */
  readonly ends: (key: string) => boolean
  /** Whether the rest of a text that ends belongs in front of this event; else it belongs into its piece, if it has one. */
  readonly restBefore: boolean
}

const NOTHING: EventReading = { pieces: [], ends: () => false, restBefore: true }

/** @param jsonWords  whether the request wanted an answer in JSON */
export function readEvent(name: Interface['name'], event: Members, jsonWords: boolean): EventReading {
  switch (name) {
    case 'chat':
    case 'texts':
      return readChoices(event, jsonWords)
    case 'responses':
      return readResponseEvent(event, jsonWords)
    case 'messages':
      return readMessageEvent(event)
    case 'ollama':
      return readOllama(event, jsonWords)
  }
}

function readChoices(event: Members, jsonWords: boolean): EventReading {
  const choices = listOf(event['choices'])
  const ended = new Set<string>()
  const pieces: Piece[] = []
  for (const choice of choices) {
    const { index } = choice
    if (choice['finish_reason'] !== null && choice['finish_reason'] !== undefined) ended.add(String(index))
    const alone = (delta: Members): Members => ({
      ...event,
      choices: [{ ...choice, finish_reason: null, logprobs: null, ...delta }],
    })
    add(pieces, `${index}/text`, choice, 'text', jsonWords, (text) => alone({ text }))
    const delta = choice['delta']
    if (!isObject(delta)) continue
    for (const member of ['content', 'refusal', 'reasoning', 'reasoning_content']) {
      add(pieces, `${index}/${member}`, delta, member, jsonWords && member === 'content', (text) =>
        alone({ delta: { [member]: text } }),
      )
    }
    const called = delta['function_call']
    add(pieces, `${index}/function_call`, called, 'arguments', true, (text) =>
      alone({ delta: { function_call: { arguments: text } } }),
    )
    for (const call of listOf(delta['tool_calls'])) {
      for (const [kind, member] of [
        ['function', 'arguments'],
        ['custom', 'input'],
      ] as const) {
        add(pieces, `${index}/${call['index']}/${kind}`, call[kind], member, kind === 'function', (text) =>
          alone({ delta: { tool_calls: [{ index: call['index'], [kind]: { [member]: text } }] } }),
        )
      }
    }
  }
  return { pieces, ends: (key) => ended.has(key.slice(0, key.indexOf('/'))), restBefore: false }
}

const RESPONSE_ENDS = /^response\.(?:completed|incomplete|failed)$/

function readResponseEvent(event: Members, jsonWords: boolean): EventReading {
  const type = String(event['type'])
  const place = ['item_id', 'output_index', 'content_index', 'summary_index']
    .map((name) => event[name])
    .join('/')
  const keyOf = (stem: string): string => `${stem}/${place}`
  if (RESPONSE_ENDS.test(type)) return { ...NOTHING, ends: () => true }
  if (type.endsWith('.done')) return { ...NOTHING, ends: (key) => key === keyOf(type.slice(0, -5)) }
  if (!type.endsWith('.delta')) return NOTHING
  const stem = type.slice(0, -6)
  const json = stem.endsWith('_arguments') || (jsonWords && stem === 'response.output_text')
  const pieces: Piece[] = []
  add(pieces, keyOf(stem), event, 'delta', json, (delta) => ({ ...event, delta }))
  return { ...NOTHING, pieces }
}

function readMessageEvent(event: Members): EventReading {
  const key = String(event['index'])
  const { type, delta } = event
  if (type === 'message_stop') return { ...NOTHING, ends: () => true }
  if (type === 'content_block_stop') return { ...NOTHING, ends: (ended) => ended === key }
  if (type !== 'content_block_delta' || !isObject(delta)) return NOTHING
  const member = delta['type'] === 'input_json_delta' ? 'partial_json' : 'text'
  const pieces: Piece[] = []
  add(pieces, key, delta, member, member === 'partial_json', (text) => ({
    ...event,
    delta: { ...delta, [member]: text },
  }))
  return { ...NOTHING, pieces }
}

function readOllama(event: Members, jsonWords: boolean): EventReading {
  const { message } = event
  const pieces: Piece[] = []
  const alone = (said: Members): Members => ({ ...event, done: false, ...said })
  add(pieces, 'response', event, 'response', jsonWords, (response) => alone({ response }))
  for (const member of ['content', 'thinking']) {
    add(pieces, member, message, member, jsonWords && member === 'content', (text) =>
      alone({ message: { role: 'assistant', content: '', [member]: text } }),
    )
  }
  return { pieces, ends: () => event['done'] === true, restBefore: false }
}

function add(
  pieces: Piece[],
  key: string,
  holder: unknown,
  member: string,
  json: boolean,
  alone: (text: string) => Members,
): void {
  if (isObject(holder) && typeof holder[member] === 'string') {
    pieces.push({ key, holder: holder as Members, member, json, alone })
  }
}

function listOf(value: unknown): Members[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}
