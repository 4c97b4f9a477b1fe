/** `iobert proxy`: a server on this machine in front of a language model elsewhere, for programs that take a base URL. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { maskFetch } from '../mask-fetch.node.ts'
import { loadRecognizer } from '../node.ts'
import { UsageError } from './arguments.ts'
import { type Command, defineCommand } from './command.ts'
import { withModel } from './loading.ts'
import { readNever } from './names.ts'
import { modelRows, neverRow } from './options.ts'
import { complain, write } from './output.ts'
import { readRules } from './rules-option.ts'

/** What is asked of a chat interface at once, images included, is smaller. In bytes. */
const LARGEST_BODY = 64_000_000

/** A request must have come whole after this time, in milliseconds; an answer may take as long as it takes. */
const RECEIVE_TIMEOUT = 60_000

const rows = {
  upstream: {
    type: 'string',
    value: 'URL',
    required: 'where the language model is',
    help: 'the base URL that a program would have without the proxy: https://api.openai.com/v1; needed',
  },
  port: {
    type: 'number',
    integer: true,
    from: 0,
    to: 65_535,
    value: 'N',
    help: 'where it listens; 0 is any',
    default: 8787,
  },
  host: {
    type: 'string',
    value: 'H',
    help: 'the address that it listens at',
    default: '127.0.0.1',
    more: 'All who reach it share one numbering, so that one may ask for the names of another',
  },
  rules: {
    type: 'strings',
    value: 'R',
    help: 'what is masked beside names: presets and files of rules, as in iobert --help',
    default: 'all',
  },
  never: neverRow,
  placeholder: {
    type: 'word',
    words: { numbered: 'default, [PER_1]', fake: 'a name that nobody has' },
    value: 'P',
    help: 'what stands for a name',
  },
  labels: { type: 'strings', short: 'l', value: 'L', help: 'only names of these types: PER,ORG' },
  allow: {
    type: 'strings',
    value: 'A',
    help: `what goes through unread: image, audio, file, members as the error names them (messages.name), and paths
      (/v1/files)`,
  },
} as const

export const command: Command = defineCommand({
  usage: 'proxy --upstream URL [OPTIONS]',
  takes: [],
  about: [
    `Listens on this machine, masks the texts of requests to a language model, passes them on, and puts the names back
      into the answers, whole or streamed. A program needs nothing but another base URL. It knows the chat interfaces of
      OpenAI (chat completions, responses), Anthropic (messages) and Ollama, and what others have that speak like them.
      What it does not know it refuses with status 400, and the message says what to do. Keys are passed on as they are;
      no text is written anywhere. GET /health says that it works.`,
    'What the model misses goes out: about one name in ten in news, more elsewhere.',
  ],
  options: { Proxy: rows, Model: modelRows },
  after: `Example
  iobert proxy --upstream https://api.openai.com/v1
  OPENAI_BASE_URL=http://127.0.0.1:8787 my-program
`,
  async run({ options }) {
    const upstream = upstreamOf(options.upstream)
    const { port = 8787, host = '127.0.0.1', labels, placeholder, allow } = options
    const rules = options.rules === undefined ? undefined : await readRules(options.rules)
    const never = await readNever(options.never)
    return withModel(
      options,
      (load) => loadRecognizer(options.model, load),
      async (ner) => {
        const masked = await maskFetch(fetch, {
          ner,
          never,
          ...(rules === undefined ? {} : { rules }),
          ...(labels === undefined ? {} : { labels }),
          ...(placeholder === undefined ? {} : { placeholder }),
          ...(allow === undefined ? {} : { allow }),
        })
        const server = createProxy(upstream, masked, isLoopback(host))
        server.listen(port, host)
        await once(server, 'listening')
        const { address, family, port: taken } = server.address() as AddressInfo
        const shown = family === 'IPv6' ? `[${address}]` : address
        await write(`http://${shown}:${taken} masks what goes to ${upstream.href}\n`)
        if (!isLoopback(host)) complain('whoever reaches this address may ask for the names of others')
        // A signal ends it, as any command.
        await once(server, 'close')
        return 0
      },
    )
  },
})

/** @throws {UsageError} for what is no address of a server */
function upstreamOf(written: string): URL {
  const url = URL.canParse(written) ? new URL(written) : undefined
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === '') return url
  throw new UsageError(`--upstream is '${written}', expected a URL as https://api.openai.com/v1`)
}

function isLoopback(host: string): boolean {
  return /^(?:localhost|127(?:\.\d+){3}|::1|\[::1\])$/i.test(host)
}

/** @param local  whether only names of this machine are answered to: a page of somebody else may have one that leads here */
function createProxy(upstream: URL, masked: typeof fetch, local: boolean): Server {
  const server = createServer({ requestTimeout: RECEIVE_TIMEOUT }, (request, response) => {
    const host = (request.headers.host ?? '').replace(/:\d+$/, '')
    if (local && !isLoopback(host)) {
      sendError(response, 403, `This proxy answers to localhost, not to ${host}`)
      return
    }
    // Appended to the upstream's address anything else could name another host.
    if (!request.url?.startsWith('/')) {
      sendError(response, 400, 'The address of a request must be a path')
      return
    }
    forward(upstream, masked, request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy()
      else sendError(response, error instanceof TooLarge ? 413 : 502, reasonOf(error, upstream))
    })
  })
  return server
}

class TooLarge extends Error {}

async function forward(
  upstream: URL,
  masked: typeof fetch,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = 'GET', url = '/' } = request
  if (url === '/health') {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"ok"}\n')
    return
  }
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  const body = await readBody(request)
  const answer = await masked(upstream.href.replace(/\/$/, '') + url, {
    method,
    headers: passedOn(Object.entries(request.headers)),
    redirect: 'manual',
    signal: gone.signal,
    ...(body.length === 0 ? {} : { body }),
  })
  response.writeHead(answer.status, Object.fromEntries(passedOn(answer.headers)))
  if (answer.body === null) response.end()
  else await pipeline(Readable.fromWeb(answer.body as Parameters<typeof Readable.fromWeb>[0]), response)
}

/** Headers that are of one connection, or that `fetch` makes anew. */
const OWN_HEADERS =
  /^(?:host|connection|keep-alive|transfer-encoding|content-length|content-encoding|accept-encoding|upgrade|te|trailer|expect|proxy-.*)$/i

function passedOn(headers: Iterable<[string, string | readonly string[] | undefined]>): [string, string][] {
  return [...headers].flatMap(([name, value]) =>
    value === undefined || OWN_HEADERS.test(name)
      ? []
      : [[name, typeof value === 'string' ? value : value.join(', ')]],
  )
}

async function readBody(request: IncomingMessage): Promise<Buffer<ArrayBuffer>> {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length
    if (length > LARGEST_BODY) throw new TooLarge()
    parts.push(part)
  }
  return Buffer.concat(parts)
}

function reasonOf(error: unknown, upstream: URL): string {
  if (error instanceof TooLarge) return `The body has more than ${LARGEST_BODY} bytes`
  const { cause, message } = error as Error
  return `${upstream.host} gave no answer: ${cause instanceof Error ? cause.message : message}`
}

function sendError(response: ServerResponse, status: number, message: string): void {
  const error = { type: 'proxy_error', message: `iobert proxy: ${message}` }
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' })
  response.end(JSON.stringify({ type: 'error', error }))
}
