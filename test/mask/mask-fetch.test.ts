/** A `fetch` that masks: what goes to the model, what comes back, and what does not go. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { maskFetch } from '#dist/mask-fetch.node.js'
import { createRedactor, type Entity, Redactor } from '#dist/node.js'
import { seeded } from '../random.ts'
import { times } from '../thorough.ts'
import { addresses, argumentsFor, cuts, type Dialect, provider, readAnswer, spoken } from './provider.ts'

type Members = Record<string, unknown>
type Ner = NonNullable<NonNullable<Parameters<typeof maskFetch>[1]>['ner']>

const dialects: readonly Dialect[] = ['chat', 'responses', 'messages', 'ollama']

const NAMES: Readonly<Record<string, string>> = {
  'Tim Cook': 'PER',
  'Zoë "Zo" O\'Neil': 'PER',
  Ana: 'PER',
  'Ana María': 'PER',
  Oslo: 'LOC',
  'Rio de Janeiro': 'LOC',
  'Jürgen\\Söhne': 'ORG',
  山田太郎: 'PER',
  'a@b.org': 'EMAIL',
}

/** Finds a name where a text says "met" in front of it, so that the same name elsewhere is missed, as models do. */
const finder = {
  async recognizeAll(texts: readonly string[]) {
    return texts.map((text) => {
      const entities: Entity[] = []
      for (const [name, type] of Object.entries(NAMES)) {
        for (let start = text.indexOf(name); start >= 0; start = text.indexOf(name, start + 1)) {
          if (text.slice(0, start).endsWith('met ')) {
            entities.push({ type, text: name, start, end: start + name.length, score: 1 })
          }
        }
      }
      return { entities, truncated: false }
    })
  },
} as unknown as Ner

const NAMED = { ner: finder, rules: [], note: false } as const

function post(body: Members): RequestInit {
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}

/** A request with one text of a user after others, in a dialect. */
function conversation(dialect: Dialect, texts: readonly string[], stream: boolean): Members {
  const list = texts.map((content, index) => ({
    role: (texts.length - index) % 2 === 1 ? 'user' : 'assistant',
    content:
      dialect === 'ollama' || index % 2 === 0
        ? content
        : [{ type: partType(dialect, index, texts), text: content }],
  }))
  return { model: 'm', stream, [dialect === 'responses' ? 'input' : 'messages']: list }
}

function partType(dialect: Dialect, index: number, texts: readonly string[]): string {
  if (dialect !== 'responses') return 'text'
  return (texts.length - index) % 2 === 1 ? 'input_text' : 'output_text'
}

test('letters that a program wrote as escapes into a text of JSON are read as letters, and stay where no name is', async () => {
  const sent: string[] = []
  const send = async (_: unknown, init?: RequestInit): Promise<Response> => {
    sent.push((JSON.parse(String(init!.body)) as { messages: [{ content: string }] }).messages[0].content)
    return Response.json({})
  }
  const masked = await maskFetch(send, NAMED)
  const contents = [
    String.raw`{"a":"met Ana Mar\u00eda"}`,
    String.raw`Result: met \u5c71\u7530\u592a\u90ce\u000a`,
    String.raw`"\\u0041na \u0022 \u2028 \ud83d \ud83d\ude00 Ana Mar\u00eda"`,
    String.raw`"\\u0041na \u0022 \u00e9 \ud83d\ude00"`,
  ]
  for (const content of contents) {
    await masked('http://localhost/v1/chat/completions', post({ messages: [{ role: 'tool', content }] }))
  }
  const wanted = [
    '{"a":"met [PER_1]"}',
    String.raw`Result: met [PER_2]\u000a`,
    String.raw`"\\u0041na \u0022 \u2028 \ud83d 😀 [PER_1]"`,
    contents[3],
  ]
  assert.equal(sent, wanted)
})

test('names that were found never leave, and the answer is that to the text with names, whatever is cut where', async () => {
  const random = seeded(32)
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)]!
  const names = Object.keys(NAMES)
  const fillers = [
    'met',
    'met',
    'and',
    '[PER_1]',
    '[TEXT_1]',
    'in',
    '😀',
    '\\',
    '"',
    '[',
    '\n',
    'PER_1',
    '{"a":',
    '_',
  ]
  const count = times(200, 1500)
  for (let round = 0; round < count; round++) {
    const dialect = dialects[round % dialects.length]!
    const texts = Array.from({ length: 1 + Math.floor(random() * 4) }, () =>
      Array.from({ length: 1 + Math.floor(random() * 9) }, () => pick(random() < 0.5 ? names : fillers)).join(
        ' ',
      ),
    )
    const stream = random() < 0.7
    const cut = cuts(random, pick([1, 3, 20]))
    const { fetch, received } = provider(dialect, cut)
    const masked = await maskFetch(fetch, { ner: finder, rules: [], note: false })
    const request = conversation(dialect, texts, stream)
    const answer = await readAnswer(dialect, await masked(addresses[dialect], post(request)), stream)
    const last = texts.at(-1)!
    const which = `round ${round}, ${dialect}, ${JSON.stringify(texts)}, sent ${received[0]}`
    assert.is(answer.text, spoken(last), which)
    assert.equal(answer.arguments, JSON.parse(JSON.stringify(argumentsFor(last))), which)
    const found = names.filter((name) => texts.some((text) => text.includes(`met ${name}`)))
    const sent = JSON.parse(received[0]!) as Members
    const words = JSON.stringify(sent['messages'] ?? sent['input'])
    for (const name of found) {
      const letters = JSON.stringify(name).slice(1, -1)
      // A longer name that was not found may hold it: Ana of Ana María is masked by itself.
      assert.not.ok(words.includes(` ${letters} `) || words.includes(`"${letters}"`), `${which}: ${name}`)
    }
  }
})

test('with stand-ins the answer is that to the text with names too, in every dialect', async () => {
  const random = seeded(33)
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)]!
  const names = Object.keys(NAMES)
  const fillers = [
    'met',
    'met',
    'and',
    'Adele',
    'ADELE',
    'Abernathy',
    'in',
    '😀',
    '\\',
    '"',
    '\n',
    "'s",
    '{"a":',
  ]
  const count = times(80, 600)
  for (let round = 0; round < count; round++) {
    const dialect = dialects[round % dialects.length]!
    const texts = Array.from({ length: 1 + Math.floor(random() * 4) }, () =>
      Array.from({ length: 1 + Math.floor(random() * 9) }, () => pick(random() < 0.5 ? names : fillers)).join(
        ' ',
      ),
    )
    const stream = random() < 0.7
    const { fetch, received } = provider(dialect, cuts(random, pick([1, 3, 20])))
    const masked = await maskFetch(fetch, { ...NAMED, placeholder: 'fake' })
    const request = conversation(dialect, texts, stream)
    const answer = await readAnswer(dialect, await masked(addresses[dialect], post(request)), stream)
    const last = texts.at(-1)!
    const which = `round ${round}, ${dialect}, ${JSON.stringify(texts)}, sent ${received[0]}`
    assert.is(answer.text, spoken(last), which)
    assert.equal(answer.arguments, JSON.parse(JSON.stringify(argumentsFor(last))), which)
    const sent = JSON.parse(received[0]!) as Members
    const words = JSON.stringify(sent['messages'] ?? sent['input'])
    for (const name of names.filter((one) => texts.some((text) => text.includes(`met ${one}`)))) {
      const letters = JSON.stringify(name).slice(1, -1)
      assert.not.ok(words.includes(` ${letters} `) || words.includes(`"${letters}"`), `${which}: ${name}`)
    }
  }
})

test('stand-ins are written as names, and come back by word', async () => {
  const { fetch, sent } = recorder(() =>
    Response.json({ choices: [{ message: { content: "Mr Abernathy's, ADELE" } }] }),
  )
  const masked = await maskFetch(fetch, { ner: finder, rules: [], placeholder: 'fake' })
  const messages = [{ role: 'user', content: 'We met Tim Cook.' }]
  const answer = await masked(addresses.chat, post({ model: 'm', messages }))
  assert.equal(await answer.json(), { choices: [{ message: { content: "Mr Cook's, TIM" } }] })
  const body = JSON.parse(String(sent[0]![1]!.body))
  assert.is(body.messages.at(-1).content, 'We met Adele Abernathy.')
  assert.match(body.messages[0].content, /exactly as it is written here\.$/)
  assert.is(masked.redactor.toJSON().placeholder, 'fake')
  const numbered = createRedactor({ placeholder: 'numbered' })
  try {
    await maskFetch(fetch, { ner: finder, placeholder: 'fake', redactor: numbered })
    assert.unreachable()
  } catch (error) {
    assert.match((error as Error).message, /placeholder is 'fake', but the redactor's is 'numbered'/)
  }
})

/** A `fetch` that answers what `answer` gives, and keeps what it was sent. */
function recorder(answer: () => Response): { fetch: typeof fetch; sent: Parameters<typeof fetch>[] } {
  const sent: Parameters<typeof fetch>[] = []
  return {
    sent,
    fetch: async (...request) => {
      sent.push(request)
      return answer()
    },
  }
}

test('with the shipped model and all presets by default, and a note where something was masked', async () => {
  const { fetch, sent } = recorder(() =>
    Response.json({ choices: [{ message: { content: 'Ask [PER_1] at [EMAIL_1], or \\[PER\\_1\\].' } }] }),
  )
  const masked = await maskFetch(fetch)
  const content = 'Angela Merkel (angela@example.org) met us in Berlin.'
  const messages = [
    { role: 'developer', content: 'Be brief.' },
    { role: 'user', content },
  ]
  const answer = await masked(addresses.chat, post({ model: 'm', temperature: 0.5, messages }))
  const said = 'Ask Angela Merkel at angela@example.org, or Angela Merkel.'
  assert.equal(await answer.json(), { choices: [{ message: { content: said } }] })
  const body = JSON.parse(String(sent[0]![1]!.body))
  assert.is(body.messages[1].content, '[PER_1] ([EMAIL_1]) met us in [LOC_1].')
  assert.match(body.messages[0].content, /^Be brief\.\n\nPlaceholders in square brackets/)
  assert.is(body.temperature, 0.5)

  await masked(addresses.chat, post({ model: 'm', messages: [{ role: 'user', content: 'What is 1 + 1?' }] }))
  assert.equal(JSON.parse(String(sent[1]![1]!.body)).messages, [{ role: 'user', content: 'What is 1 + 1?' }])
})

test('the note has its place in each dialect', async () => {
  const { fetch, sent } = recorder(() => Response.json({}))
  const masked = await maskFetch(fetch, { ner: finder, rules: [], note: 'NOTE' })
  for (const dialect of dialects)
    await masked(addresses[dialect], post(conversation(dialect, ['met Ana'], false)))
  const system = [{ type: 'text', text: 'S' }]
  await masked(addresses.messages, post({ ...conversation('messages', ['met Ana'], false), system }))
  const [chat, responses, messages, ollama, parts] = sent.map(([, init]) => JSON.parse(String(init!.body)))
  for (const { messages: list } of [chat, ollama]) {
    assert.equal(list, [
      { role: 'system', content: 'NOTE' },
      { role: 'user', content: 'met [PER_1]' },
    ])
  }
  assert.is(responses.instructions, 'NOTE')
  assert.is(messages.system, 'NOTE')
  assert.equal(parts.system, [...system, { type: 'text', text: 'NOTE' }])
})

/** The error of an answer that a refused request gets, which was not sent. */
async function refused(
  input: string | Request,
  init: RequestInit | undefined,
  allow: string[] = [],
): Promise<string> {
  const { fetch, sent } = recorder(() => Response.json({}))
  const masked = await maskFetch(fetch, { ...NAMED, allow })
  const response = await masked(input, init)
  if (response.status === 200) return 'sent'
  assert.is(sent.length, 0)
  assert.is(response.status, 400)
  const { error } = (await response.json()) as { error: { message: string; code: string } }
  assert.is(error.code, 'not_masked')
  assert.not.match(error.message, /Ana|secret/)
  return error.message
}

test('what is not known is refused with its name, never with its words, and goes where it is allowed', async () => {
  const said = (content: unknown, more: Members = {}): RequestInit =>
    post({ messages: [{ role: 'user', content }], ...more })
  const image = said([{ type: 'image_url', image_url: { url: 'data:image/png;base64,secret' } }])
  const cases: [RequestInit | undefined, string, RegExp][] = [
    [
      image,
      'image',
      /^iobert sent nothing\. messages\.content\.image_url is an image, .* allow: \["image"\]$/,
    ],
    [
      said([{ type: 'hologram', data: 'Ana' }]),
      'messages.content.hologram',
      /of type "hologram", which is not known/,
    ],
    [said('x', { cards: { holder: 'Ana' } }), 'cards', /cards is an object/],
    [said('x', { holder: 'Ana' }), 'holder', /holder is a string/],
    [said([7, 8]), 'messages.content', /messages\.content is a number/],
    [
      post({ messages: [{ role: 'user', name: 'Ana', content: 'x' }] }),
      'messages.name',
      /messages\.name is a string/,
    ],
    [said([{ type: 'constructor', text: 'Ana' }]), 'messages.content.constructor', /which is not known/],
  ]
  for (const [init, allow, message] of cases) {
    assert.match(await refused(addresses.chat, init), message)
    assert.is(await refused(addresses.chat, init, [allow]), 'sent')
  }
  const files = 'https://api.example.org/v1/files'
  assert.match(await refused(files, post({ x: 'Ana' })), /Requests to \/v1\/files are not known/)
  assert.is(await refused(files, post({ x: 'Ana' }), ['/v1/files']), 'sent')
  assert.match(await refused(`${files}?q=Ana`, undefined), /not known/)
  assert.match(
    await refused(addresses.chat, { method: 'POST', body: '{"messages": Ana' }),
    /no JSON \(16 UTF-16 units\)/,
  )
  assert.match(
    await refused(addresses.chat, { method: 'POST', body: new URLSearchParams({ q: 'Ana' }) }),
    /a form/,
  )
  const packed = { ...post({}), headers: { 'content-encoding': 'gzip' } }
  assert.match(await refused(addresses.chat, packed), /compressed/)
  assert.is(await refused('https://api.example.org/v1/models', undefined), 'sent')
  // Token ids are words too.
  const embeddings = 'https://api.example.org/v1/embeddings'
  assert.match(await refused(embeddings, post({ model: 'm', input: [[1, 2, 3]] })), /input is an array/)
})

test('a request may be an object, and its body bytes; keys and other headers go as they are', async () => {
  const { fetch, sent } = recorder(() => Response.json({ said: '[PER_1]' }))
  const masked = await maskFetch(fetch, NAMED)
  const body = JSON.stringify(conversation('chat', ['met Ana'], false))
  const headers = { authorization: 'Bearer Ana', 'content-length': String(body.length) }
  const inputs: [string | URL | Request, RequestInit?][] = [
    [new Request(addresses.chat, { method: 'POST', body, headers })],
    [new URL(addresses.chat), { method: 'POST', body: new TextEncoder().encode(body), headers }],
    [addresses.chat, { method: 'POST', body: new Blob([body]), headers }],
  ]
  for (const input of inputs) assert.equal(await (await masked(...input)).json(), { said: 'Ana' })
  for (const [input, init] of sent) {
    const request = new Request(input, init)
    assert.is(request.method, 'POST')
    assert.is(request.headers.get('authorization'), 'Bearer Ana')
    assert.is(new Headers(init?.headers).get('content-length'), null)
    assert.match(await request.text(), /met \[PER_1\]/)
  }
})

test('arguments of tools keep their numbers and spaces; names of members are names too', async () => {
  const { fetch, sent } = recorder(() => Response.json({}))
  const masked = await maskFetch(fetch, NAMED)
  const written = '{ "id": 12345678901234567890, "met Ana": [ "met Ana", 1.50 ] }'
  const call = { id: 'c', type: 'function', function: { name: 'note', arguments: written } }
  const broken = { id: 'd', type: 'function', function: { name: 'note', arguments: '{"who": "met Ana' } }
  const messages = [
    { role: 'assistant', content: null, tool_calls: [call, broken] },
    { role: 'tool', tool_call_id: 'c', content: 'met Ana' },
  ]
  await masked(addresses.chat, post({ messages, tools: [{ type: 'function', function: { name: 'note' } }] }))
  const [first, second] = JSON.parse(String(sent[0]![1]!.body)).messages[0].tool_calls
  assert.is(first.function.arguments, written.replaceAll('Ana', '[PER_1]'))
  assert.is(second.function.arguments, '{"who": "met [PER_1]')
})

test('an answer in JSON, which the request asked for, stays JSON with names in it', async () => {
  for (const stream of [false, true]) {
    const text = '{"name":"[PER_1]"}'
    const events = [...text].map(
      (content) => `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`,
    )
    const { fetch } = recorder(() =>
      stream
        ? new Response(events.join(''), { headers: { 'content-type': 'text/event-stream' } })
        : Response.json({ choices: [{ message: { content: text } }] }),
    )
    const masked = await maskFetch(fetch, NAMED)
    const request = {
      ...conversation('chat', ['met Zoë "Zo" O\'Neil'], stream),
      response_format: { type: 'json_schema', json_schema: { name: 'person' } },
    }
    const response = await masked(addresses.chat, post(request))
    const said = stream
      ? (await response.text())
          .split('\n\n')
          .filter(Boolean)
          .map((event) => JSON.parse(event.slice(6)).choices[0].delta.content)
          .join('')
      : ((await response.json()) as { choices: [{ message: { content: string } }] }).choices[0].message
          .content
    assert.equal(JSON.parse(said), { name: 'Zoë "Zo" O\'Neil' })
  }
})

test('thoughts that the provider signed go back as they came', async () => {
  const thought = { type: 'thinking', thinking: 'The user is [PER_1].', signature: 'abc' }
  const { fetch, sent } = recorder(() =>
    Response.json({ content: [thought, { type: 'text', text: '[PER_1]' }] }),
  )
  const masked = await maskFetch(fetch, NAMED)
  const answer = await masked(addresses.messages, post(conversation('messages', ['met Ana'], false)))
  const { content } = (await answer.json()) as { content: Members[] }
  assert.equal(content, [thought, { type: 'text', text: 'Ana' }])
  const messages = [
    { role: 'user', content: 'met Ana' },
    { role: 'assistant', content },
  ]
  await masked(addresses.messages, post({ model: 'm', messages }))
  assert.equal(JSON.parse(String(sent[1]![1]!.body)).messages[1].content, [
    thought,
    { type: 'text', text: '[PER_1]' },
  ])
})

test('what an answer names beside its words is masked when it comes back', async () => {
  const { fetch, sent } = recorder(() => Response.json({}))
  const masked = await maskFetch(fetch, NAMED)
  const answered = (content: unknown, more: Members = {}): Members => ({
    role: 'assistant',
    content,
    ...more,
  })
  const user = { role: 'user', content: 'met Ana' }
  const citation = {
    type: 'page_location',
    cited_text: 'by Ana',
    document_title: 'On Ana',
    document_index: 0,
  }
  await masked(
    addresses.messages,
    post({
      messages: [user, answered([{ type: 'text', text: 'x', citations: [citation] }])],
      stop_sequences: ['Ana:'],
    }),
  )
  const cited = { type: 'url_citation', url_citation: { title: 'On Ana', url: 'https://example.org/Ana' } }
  const audio = { id: 'a', transcript: 'by Ana' }
  await masked(
    addresses.chat,
    post({ messages: [user, answered('x', { annotations: [cited], audio })], stop: ['Ana:', 'x'] }),
  )
  const annotation = { type: 'url_citation', title: 'On Ana', start_index: 0, end_index: 1 }
  const part = {
    type: 'output_text',
    text: 'x',
    annotations: [annotation],
    logprobs: [{ token: 'Ana', logprob: -1 }],
  }
  const search = {
    type: 'web_search_call',
    id: 's',
    action: { type: 'search', query: 'Ana', sources: [{ type: 'url', url: 'https://example.org/Ana' }] },
  }
  await masked(addresses.responses, post({ input: [user, { type: 'message', ...answered([part]) }, search] }))
  await masked(
    addresses.ollama,
    post({
      messages: [user],
      options: { stop: ['Ana:'], temperature: 0 },
      template: 'For Ana: {{ .Prompt }}',
    }),
  )
  assert.is(sent.length, 4)
  for (const [, init] of sent) {
    assert.not.match(String(init!.body), /Ana/)
    assert.match(String(init!.body), /On \[PER_1\]|For \[PER_1\]/)
  }
})

test('requests at the same time do not lose each other’s texts', async () => {
  const waiting: (() => void)[] = []
  const slow = {
    async recognizeAll(texts: readonly string[]) {
      await new Promise<void>((resolve) => waiting.push(resolve))
      return finder.recognizeAll(texts)
    },
  } as unknown as Ner
  const { fetch, sent } = recorder(() => Response.json({}))
  const masked = await maskFetch(fetch, { ...NAMED, ner: slow })
  const ask = (...texts: string[]): Promise<Response> =>
    masked(addresses.chat, post(conversation('chat', texts, false)))
  const until = async (count: number): Promise<void> => {
    while (waiting.length < count) await new Promise((resolve) => setImmediate(resolve))
  }
  const first = ask('met Ana')
  await until(1)
  waiting[0]!()
  await first
  const both = [ask('met Ana', 'b', 'met Oslo'), ask('c')]
  await until(3)
  // The later one ends first.
  waiting[2]!()
  await both[1]
  waiting[1]!()
  await both[0]
  assert.match(String(sent.at(-1)![1]!.body), /met \[PER_1\].*met \[LOC_1\]/)
})

test('one conversation has one numbering, which can be saved', async () => {
  const { fetch, sent } = recorder(() => Response.json({}))
  const first = await maskFetch(fetch, NAMED)
  await first(addresses.chat, post(conversation('chat', ['met Ana'], false)))
  const redactor = Redactor.from(JSON.parse(JSON.stringify(first.redactor)))
  const next = await maskFetch(fetch, { ...NAMED, redactor })
  // Ana is known by now, and masked though nothing finds her here.
  await next(addresses.chat, post(conversation('chat', ['met Tim Cook, Ana'], false)))
  assert.match(String(sent[1]![1]!.body), /met \[PER_2\], \[PER_1\]/)
})

test('an answer of another kind, an error of the provider and a lost connection come as they are', async () => {
  const request = post(conversation('chat', ['met Ana'], false))
  const page = new Response('<p>[PER_1]', { status: 502, headers: { 'content-type': 'text/html' } })
  const masked = await maskFetch(recorder(() => page).fetch, NAMED)
  assert.is(await masked(addresses.chat, request), page)
  const failing = recorder(() =>
    Response.json(
      { error: { message: 'No [PER_1] here' } },
      { status: 429, headers: { 'retry-after': '7' } },
    ),
  )
  const answer = await (await maskFetch(failing.fetch, NAMED))(addresses.chat, request)
  assert.is(answer.status, 429)
  assert.is(answer.headers.get('retry-after'), '7')
  assert.equal(await answer.json(), { error: { message: 'No Ana here' } })
  const lost = new Error('no connection')
  const failed: typeof fetch = () => Promise.reject(lost)
  const broken = await maskFetch(failed, NAMED)
  try {
    await broken(addresses.chat, request)
    assert.unreachable()
  } catch (error) {
    assert.is(error, lost)
  }
})

test('rules go by name, as those of recognize', async () => {
  for (const rules of ['all', ['email']] as const) {
    const { fetch, sent } = recorder(() => Response.json({}))
    const masked = await maskFetch(fetch, { rules })
    await masked(addresses.chat, post(conversation('chat', ['Write to ana@example.org'], false)))
    assert.match(String(sent[0]![1]!.body), /Write to \[EMAIL_1\]/)
  }
})

test('options are checked', async () => {
  const fails = async (options: unknown, message: RegExp): Promise<void> => {
    try {
      await maskFetch(fetch, options as Parameters<typeof maskFetch>[1])
    } catch (error) {
      assert.match(String(error), message)
      return
    }
    assert.unreachable()
  }
  await fails({ ner: {} }, /TypeError: ner is an object, expected a recognizer/)
  await fails({ lables: [] }, /lables.*labels/s)
  await fails({ ner: finder, redactor: createRedactor() }, /numbered/)
  try {
    await maskFetch(undefined as unknown as typeof fetch)
    assert.unreachable()
  } catch (error) {
    assert.match(String(error), /TypeError: fetch is undefined, expected a function/)
  }
})

test.run()
