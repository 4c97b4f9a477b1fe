/** A provider of language models for tests: it says again what it was told, whole or in events, in four dialects. */
type Members = Record<string, unknown>

/** What the provider was sent, and answers whose words are a function of it. */
export interface Provider {
  readonly fetch: typeof fetch
  /** Bodies as they came, decoded. */
  readonly received: string[]
}

export type Dialect = 'chat' | 'responses' | 'messages' | 'ollama'

export const addresses: Readonly<Record<Dialect, string>> = {
  chat: 'https://api.example.org/v1/chat/completions',
  responses: 'https://api.example.org/v1/responses',
  messages: 'https://api.example.org/v1/messages',
  ollama: 'http://localhost:11434/api/chat',
}

/** What the model says to a text. */
export function spoken(text: string): string {
  return `You wrote: ${text} ${text}`
}

/** What it has a tool do. */
export function argumentsFor(text: string): Members {
  return { text, list: [text, { [text]: 1 }], big: 7 }
}

/** The last words of a user in a request. */
export function lastWords(body: Members): string {
  const list = (body['messages'] ?? body['input']) as Members[]
  const { content } = list.at(-1)!
  return typeof content === 'string' ? content : ((content as Members[])[0]!['text'] as string)
}

/**
 * @param cut  lengths of the chunks that streams come in
 * @param calls  whether it calls a tool too
 */
export function provider(dialect: Dialect, cut: () => number, calls = true): Provider {
  const received: string[] = []
  return {
    received,
    async fetch(_input, init) {
      const sent = String(init?.body)
      received.push(sent)
      const body = JSON.parse(sent) as Members
      const words = lastWords(body)
      const said = spoken(words)
      const called = calls ? JSON.stringify(argumentsFor(words)) : undefined
      if (body['stream'] !== true) return Response.json(whole(dialect, said, called))
      const type = dialect === 'ollama' ? 'application/x-ndjson' : 'text/event-stream; charset=utf-8'
      return new Response(chunked(streamed(dialect, said, called, cut), cut), {
        headers: { 'content-type': type },
      })
    },
  }
}

/** @param called  arguments of the tool that is called, where one is */
function whole(dialect: Dialect, said: string, called: string | undefined): Members {
  const id = 'id_1'
  const some = <T>(value: T): T[] => (called === undefined ? [] : [value])
  const input = JSON.parse(called ?? '{}')
  switch (dialect) {
    case 'chat': {
      const tool_calls = some({ id, type: 'function', function: { name: 'note', arguments: called } })
      const message = { role: 'assistant', content: said, refusal: null, tool_calls }
      return { id, object: 'chat.completion', choices: [{ index: 0, message, finish_reason: 'stop' }] }
    }
    case 'responses': {
      const content = [{ type: 'output_text', text: said, annotations: [] }]
      const output = [
        { id, type: 'message', role: 'assistant', status: 'completed', content },
        ...some({ id: 'id_2', type: 'function_call', call_id: 'c', name: 'note', arguments: called }),
      ]
      return { id: 'r', object: 'response', status: 'completed', output }
    }
    case 'messages': {
      const content = [{ type: 'text', text: said }, ...some({ type: 'tool_use', id, name: 'note', input })]
      const usage = { input_tokens: 1, output_tokens: 1 }
      return { id, type: 'message', role: 'assistant', model: 'm', content, stop_reason: 'end_turn', usage }
    }
    case 'ollama': {
      const tool_calls = some({ function: { name: 'note', arguments: input } })
      return { model: 'm', message: { role: 'assistant', content: said, tool_calls }, done: true }
    }
  }
}

function pieces(text: string, cut: () => number): string[] {
  const all: string[] = []
  for (let at = 0; at < text.length; ) {
    const end = at + cut()
    all.push(text.slice(at, end))
    at = end
  }
  return all
}

function streamed(dialect: Dialect, said: string, called: string | undefined, cut: () => number): string {
  const words = pieces(said, cut)
  const parts = pieces(called ?? '', cut)
  const some = (...list: Members[]): Members[] => (called === undefined ? [] : list)
  const events = (list: readonly Members[], named: boolean): string =>
    list.map((one) => `${named ? `event: ${one['type']}\n` : ''}data: ${JSON.stringify(one)}\n\n`).join('')
  switch (dialect) {
    case 'chat': {
      const chunk = (delta: Members, finish_reason: string | null = null): Members => ({
        id: 'id_1',
        object: 'chat.completion.chunk',
        choices: [{ index: 0, delta, finish_reason }],
      })
      const call = (fields: Members): Members => chunk({ tool_calls: [{ index: 0, ...fields }] })
      return `${events(
        [
          chunk({ role: 'assistant', content: '' }),
          ...words.map((content) => chunk({ content })),
          ...some(call({ id: 'c', type: 'function', function: { name: 'note', arguments: '' } })),
          ...parts.map((text) => call({ function: { arguments: text } })),
          chunk({}, called === undefined ? 'stop' : 'tool_calls'),
        ],
        false,
      )}: a remark\n\ndata: [DONE]\n\n`
    }
    case 'responses': {
      const place = { item_id: 'id_1', output_index: 0, content_index: 0 }
      const call = { item_id: 'id_2', output_index: 1 }
      const item = { id: 'id_1', type: 'message', role: 'assistant', status: 'in_progress', content: [] }
      const part = { type: 'output_text', text: '', annotations: [] }
      const tool = { id: 'id_2', type: 'function_call', call_id: 'c', name: 'note', arguments: '' }
      const list: Members[] = [
        { type: 'response.created', response: { id: 'r', object: 'response', output: [] } },
        { type: 'response.output_item.added', output_index: 0, item },
        { type: 'response.content_part.added', ...place, part },
        ...words.map((delta) => ({ type: 'response.output_text.delta', ...place, delta })),
        { type: 'response.output_text.done', ...place, text: said },
        ...some({ type: 'response.output_item.added', output_index: 1, item: tool }),
        ...parts.map((delta) => ({ type: 'response.function_call_arguments.delta', ...call, delta })),
        ...some({ type: 'response.function_call_arguments.done', ...call, arguments: called }),
        { type: 'response.completed', response: whole('responses', said, called) },
      ]
      return events(
        list.map((event, index) => ({ ...event, sequence_number: index })),
        true,
      )
    }
    case 'messages': {
      const block = (index: number, delta: Members): Members => ({
        type: 'content_block_delta',
        index,
        delta,
      })
      return events(
        [
          {
            type: 'message_start',
            message: { ...(whole('messages', '', undefined) as Members), content: [] },
          },
          { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
          ...words.map((text) => block(0, { type: 'text_delta', text })),
          { type: 'content_block_stop', index: 0 },
          ...some({
            type: 'content_block_start',
            index: 1,
            content_block: { type: 'tool_use', id: 'c', name: 'note', input: {} },
          }),
          ...parts.map((partial_json) => block(1, { type: 'input_json_delta', partial_json })),
          ...some({ type: 'content_block_stop', index: 1 }),
          { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 1 } },
          { type: 'message_stop' },
        ],
        true,
      )
    }
    case 'ollama': {
      const call = whole('ollama', '', called)
      const list: Members[] = [
        ...words.map((content) => ({ model: 'm', message: { role: 'assistant', content }, done: false })),
        ...some({ ...call, done: false }),
        { model: 'm', message: { role: 'assistant', content: '' }, done: true, eval_count: 3 },
      ]
      return list.map((one) => `${JSON.stringify(one)}\n`).join('')
    }
  }
}

function chunked(text: string, cut: () => number): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text)
  let at = 0
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) {
        controller.close()
        return
      }
      const end = at + cut()
      controller.enqueue(bytes.slice(at, end))
      at = end
    },
  })
}

/** What a client makes of an answer. */
export interface Answer {
  readonly text: string
  readonly arguments: unknown
}

/** What stands in a value at a path. */
export function at(value: unknown, ...path: (string | number)[]): unknown {
  return path.reduce<unknown>((found, name) => (found as Members | undefined)?.[name], value)
}

/** Where the pieces of words and of arguments stand in the events of each dialect. */
const places: Readonly<
  Record<Exclude<Dialect, 'responses'>, { words: string[]; called: (string | number)[] }>
> = {
  chat: {
    words: ['choices', '0', 'delta', 'content'],
    called: ['choices', 0, 'delta', 'tool_calls', 0, 'function', 'arguments'],
  },
  messages: { words: ['delta', 'text'], called: ['delta', 'partial_json'] },
  ollama: { words: ['message', 'content'], called: ['message', 'tool_calls', 0, 'function', 'arguments'] },
}

/** Reads an answer as the clients do: the pieces of streams are put together. */
export async function readAnswer(dialect: Dialect, response: Response, stream: boolean): Promise<Answer> {
  if (!stream) return ofWhole(dialect, await response.json())
  const events = eventsOf(await response.text())
  if (dialect !== 'responses') {
    const { words, called } = places[dialect]
    const said = events.map((event) => at(event, ...words) ?? '').join('')
    const parts = events.map((event) => at(event, ...called)).filter((part) => part !== undefined)
    return { text: said, arguments: dialect === 'ollama' ? parts[0] : JSON.parse(parts.join('')) }
  }
  const numbers = events.map((event) => at(event, 'sequence_number'))
  if (numbers.some((number, index) => number !== index)) throw new Error(`numbers of events: ${numbers}`)
  const joined = (type: string): string =>
    events.map((event) => (at(event, 'type') === type ? at(event, 'delta') : '')).join('')
  const answer = {
    text: joined('response.output_text.delta'),
    arguments: JSON.parse(joined('response.function_call_arguments.delta')),
  }
  const last = ofWhole(dialect, at(events.at(-1), 'response'))
  if (JSON.stringify(last) !== JSON.stringify(answer)) throw new Error('the pieces differ from the whole')
  return answer
}

function eventsOf(text: string): unknown[] {
  return text
    .split('\n')
    .map((line) => line.replace(/^data: /, ''))
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
}

function ofWhole(dialect: Dialect, answer: unknown): Answer {
  const [words, called] = (
    {
      chat: [
        ['choices', 0, 'message', 'content'],
        ['choices', 0, 'message', 'tool_calls', 0, 'function', 'arguments'],
      ],
      responses: [
        ['output', 0, 'content', 0, 'text'],
        ['output', 1, 'arguments'],
      ],
      messages: [
        ['content', 0, 'text'],
        ['content', 1, 'input'],
      ],
      ollama: [
        ['message', 'content'],
        ['message', 'tool_calls', 0, 'function', 'arguments'],
      ],
    } as const
  )[dialect]
  const given = at(answer, ...called)
  return {
    text: at(answer, ...words) as string,
    arguments: typeof given === 'string' ? JSON.parse(given) : given,
  }
}

/** Lengths of 1 to `most`. */
export function cuts(random: () => number, most: number): () => number {
  return () => 1 + Math.floor(random() * most)
}
