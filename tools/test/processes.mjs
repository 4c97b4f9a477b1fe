// Processes that run test files: either one file alone, or several, one after another.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MARK } from './outcome.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const compiled = join(root, 'build/test')
const END = new RegExp(`\\n${MARK} (\\d+)\\n`)

/** A file that takes longer hangs, also on a machine that does much else; with real models some take minutes. Milliseconds. */
const LONGEST = process.env.IOBERT_BERT_BASE ? 3_000_000 : 1_200_000

/** Starts Node with a script and gives its output, piece by piece, to `take`. */
function start(script, stdio, environment, take) {
  const child = spawn(process.execPath, ['--expose-gc', script], {
    cwd: root,
    env: { ...process.env, FORCE_COLOR: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe', ...stdio],
  })
  for (const name of ['stdout', 'stderr'])
    child[name].setEncoding('utf8').on('data', (text) => take(name, text))
  return child
}

/** Runs a file in a process of its own. @returns `{ output, code, signal }` */
export function runAlone(name, environment) {
  return new Promise((resolve) => {
    let output = ''
    const child = start(join(compiled, name), [], environment, (_, text) => {
      output += text
    })
    const timer = setTimeout(() => child.kill('SIGKILL'), LONGEST)
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      resolve({ output, code, signal })
    })
  })
}

/** A process that runs files one after another. */
export class Together {
  /** Names of the files it ran. */
  files = []
  /** False when it has ended, as a file may end it that throws while it is loaded. */
  isAlive = true
  #child
  #texts = { stdout: '', stderr: '' }
  #ended
  #waiting

  constructor(environment) {
    this.#child = start(join(root, 'tools/test/together.mjs'), ['ipc'], environment, (name, text) => {
      this.#texts[name] += text
      this.#takeMarks()
    })
    this.#ended = new Promise((resolve) => {
      this.#child.on('close', (code, signal) => {
        this.isAlive = false
        const { stdout, stderr } = this.#texts
        resolve({ output: stdout + stderr, code, signal })
      })
    })
  }

  /** Runs a file. @returns `{ output, code, signal }` */
  async run(name) {
    this.files.push(name)
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), LONGEST)
    const marked = new Promise((resolve) => {
      this.#waiting = resolve
    })
    this.#child.send(join(compiled, name))
    try {
      return await Promise.race([marked, this.#ended])
    } finally {
      clearTimeout(timer)
    }
  }

  /** Lets the process end, which it does when nothing that its files began is still open. @returns as `run` */
  async end() {
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), LONGEST)
    if (this.isAlive) this.#child.send('end')
    const outcome = await this.#ended
    clearTimeout(timer)
    return outcome
  }

  #takeMarks() {
    const { stdout, stderr } = this.#texts
    const [out, error] = [END.exec(stdout), END.exec(stderr)]
    if (!out || !error) return
    this.#texts = {
      stdout: stdout.slice(out.index + out[0].length),
      stderr: stderr.slice(error.index + error[0].length),
    }
    const output = stdout.slice(0, out.index) + stderr.slice(0, error.index)
    this.#waiting({ output, code: Number(out[1]), signal: null })
  }
}
