/** The interfaces of language models that are known: which path is whose, and where a note for the model has its place. */
import { chat, messages, ollama, responses, texts } from './bodies.ts'
import type { Place } from './places.ts'

/** One interface: where its requests go, what they hold, and where a note for the model has its place. */
export interface Interface {
  readonly name: 'chat' | 'responses' | 'messages' | 'ollama' | 'texts'
  readonly body: Place
  /** Adds a line to what the system says. */
  readonly addNote: (body: Record<string, unknown>, note: string) => void
}

/** After the system's own words, or as a message in front of the others. */
function addMessage(body: Record<string, unknown>, note: string): void {
  const list = body['messages']
  if (!Array.isArray(list)) {
    addSystem(body, note)
    return
  }
  const first = list[0] as Record<string, unknown> | undefined
  const system = first?.['role'] === 'system' || first?.['role'] === 'developer'
  if (system) addTo(first!, 'content', note)
  else list.unshift({ role: 'system', content: note })
}

function addSystem(body: Record<string, unknown>, note: string): void {
  addTo(body, 'system', note)
}

function addTo(object: Record<string, unknown>, member: string, note: string): void {
  const said = object[member]
  if (Array.isArray(said)) said.push({ type: 'text', text: note })
  else object[member] = typeof said === 'string' && said !== '' ? `${said}\n\n${note}` : note
}

const interfaces: readonly (readonly [path: RegExp, Interface])[] = [
  [/\/chat\/completions$/, { name: 'chat', body: chat, addNote: addMessage }],
  [
    /\/responses(?:\/compact|\/input_tokens)?$/,
    { name: 'responses', body: responses, addNote: (body, note) => addTo(body, 'instructions', note) },
  ],
  [/\/messages(?:\/count_tokens)?$/, { name: 'messages', body: messages, addNote: addSystem }],
  [/\/api\/(?:chat|generate)$/, { name: 'ollama', body: ollama, addNote: addMessage }],
  [/\/(?:completions|embeddings|api\/embed)$/, { name: 'texts', body: texts, addNote: () => {} }],
]

/** Requests without a body that hold nothing but ids. */
const WITHOUT_BODY =
  /\/(?:models(?:\/[^/]+)*|api\/(?:tags|ps|version)|(?:responses|chat\/completions)\/[\w-]+(?:\/(?:cancel|input_items|messages))?)$/

/** The interface that a path belongs to. */
export function interfaceOf(path: string): Interface | undefined {
  return interfaces.find(([pattern]) => pattern.test(path))?.[1]
}

/** Whether a request without a body to this path is known to say nothing. */
export function saysNothing(path: string): boolean {
  return WITHOUT_BODY.test(path)
}
