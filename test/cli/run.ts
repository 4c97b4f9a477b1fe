/** Runs the command line as a process of its own, for tests. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { commands } from '#dist/cli/commands.js'
import { fail, main } from '#dist/cli/run.js'
import { withClock } from '../clock.ts'
import { rootPath } from '../shared.ts'
import { isThorough } from '../thorough.ts'

/** A small model whose weights are random: it finds something in most texts. */
export const model: string = rootPath('test/goldens/models/plain')

export interface Run {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** The environment of a run, without the caller's wishes for colour. */
function environmentOf(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { FORCE_COLOR: _force, NO_COLOR: _no, ...rest } = process.env
  return { ...rest, HF_HUB_OFFLINE: '1', ...environment }
}

/** Starts `iobert` in the repository's root. */
export function start(
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [rootPath('dist/cli/main.js'), ...args], {
    cwd: rootPath(''),
    env: environmentOf(environment),
  })
}

/** Runs `iobert` to its end as a process, as its users do. */
export function iobertProcess(
  args: readonly string[],
  input: string | Uint8Array = '',
  environment?: NodeJS.ProcessEnv,
): Promise<Run> {
  const child = start(args, environment)
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      resolve({ code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() })
    })
  })
}

export interface RunHere {
  /** What the run takes for a terminal. */
  readonly terminals?: readonly ('stdout' | 'stderr')[]
  /** What the terminals say is their width. */
  readonly columns?: number
  /** Its clock, milliseconds. */
  readonly now?: () => number
}

let last: Promise<unknown> = Promise.resolve()

/**
 * Runs `iobert` to its end in this process, one run after another: the same function as the program's, with arguments,
 * environment and streams of its own. It starts at once, where a process takes a third of a second. What a signal does, or an
 * open stdin, or how much memory is there, shows in a process only. `npm test` has it compute on this thread.
 */
export function iobert(
  args: readonly string[],
  input: string | Uint8Array = '',
  environment: NodeJS.ProcessEnv = {},
  { terminals = [], columns = 80, now = performance.now }: RunHere = {},
): Promise<Run> {
  const run = last.then(async () => {
    const given = await withoutWorkers(args)
    return withClock(now, () => runHere(given, input, environmentOf(environment), terminals, columns))
  })
  last = run.catch(() => {})
  return run
}

/** What says by itself on which threads a model is computed, or is about no model. */
const SAYS_WHERE = /^(?:--(?:inline|threads|kernels|help|version)\b|-h$|help$)/

/**
 * Arguments by which a model is computed on this thread: to start workers takes three times as long as the rest of most
 * runs. The thorough part leaves them as they are, and so does a process here.
 */
async function withoutWorkers(args: readonly string[]): Promise<readonly string[]> {
  if (isThorough || args.length === 0 || args.some((argument) => SAYS_WHERE.test(argument))) return args
  const entry = commands.get(args[0]!)
  const { command } = entry === undefined ? await import('#dist/cli/recognize.js') : await entry.load()
  if (!Object.hasOwn(command.options, 'inline')) return args
  const end = args.includes('--') ? args.indexOf('--') : args.length
  return [...args.slice(0, end), '--inline', ...args.slice(end)]
}

async function runHere(
  args: readonly string[],
  input: string | Uint8Array,
  environment: NodeJS.ProcessEnv,
  terminals: readonly string[],
  columns: number,
): Promise<Run> {
  const written: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] }
  const streamOf = (name: 'stdout' | 'stderr'): Writable => {
    const stream = new Writable({
      write(chunk: Buffer, _encoding, done): void {
        written[name].push(chunk)
        done()
      },
    })
    return terminals.includes(name) ? Object.assign(stream, { isTTY: true, columns }) : stream
  }
  const streams = {
    stdin: Readable.from(input.length > 0 ? [Buffer.from(input)] : [], { objectMode: false }),
    stdout: streamOf('stdout'),
    stderr: streamOf('stderr'),
  }
  const before = Object.getOwnPropertyDescriptors(process)
  const listening = new Set(process.listeners('exit'))
  for (const [name, value] of Object.entries(streams)) {
    Object.defineProperty(process, name, { value, configurable: true, enumerable: true })
  }
  const { env } = process
  process.env = environment
  try {
    const code = await main(args).catch(fail)
    // What a program tidies up as it ends.
    for (const listener of process.listeners('exit').filter((one) => !listening.has(one))) {
      process.removeListener('exit', listener)
      listener(code)
    }
    const [stdout, stderr] = [written.stdout, written.stderr].map((chunks) =>
      Buffer.concat(chunks).toString(),
    )
    return { code, stdout: stdout!, stderr: stderr! }
  } finally {
    process.env = env
    for (const name of Object.keys(streams)) Object.defineProperty(process, name, before[name as 'stdout'])
  }
}

/** A folder that is removed when the tests end. */
export function temporaryFolder(): string {
  if (temporary.length === 0) process.once('exit', removeTemporary)
  const folder = mkdtempSync(join(tmpdir(), 'iobert-cli-'))
  temporary.push(folder)
  return folder
}

const temporary: string[] = []

function removeTemporary(): void {
  for (const folder of temporary) rmSync(folder, { recursive: true, force: true })
}
