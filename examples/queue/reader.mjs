// A process that reads one text at a time for a worker, and may die without it. So the worker can see whether
// a text itself ends the process that reads it, or something else ended the worker that happened to read it.
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { loadRecognizer } from 'iobert'

/** To load the model, milliseconds. */
const START_MS = 300_000

/** The reader ended or hung while it read a text. */
export class ReaderLost extends Error {}

/** The worker's side. A reader is started with the first text, and after each that ended it. */
export class Reader {
  #script
  #timeout
  #child

  constructor(timeout, script = fileURLToPath(import.meta.url)) {
    this.#timeout = timeout
    this.#script = script
  }

  /**
   * @returns { entities }, or { error } where the text is refused
   * @throws {ReaderLost} where the process did not live to answer
   * @throws {Error} where it does not start, which is no fault of the text
   */
  async read(text) {
    if (this.#child === undefined) {
      this.#child = fork(this.#script, ['read'])
      await this.#answer(START_MS).catch((lost) => {
        throw new Error(`${lost.message} before it had read anything; see stderr`)
      })
    }
    this.#child.send({ text }, () => {})
    return this.#answer(this.#timeout)
  }

  stop() {
    this.#child?.kill('SIGKILL')
    this.#child = undefined
  }

  #answer(timeout) {
    const child = this.#child
    return new Promise((resolve, reject) => {
      const settle = (done) => {
        clearTimeout(timer)
        child.removeAllListeners()
        // Its killing may still fail, when it has ended already.
        child.on('error', () => {})
        done()
      }
      const lose = (how) =>
        settle(() => {
          this.stop()
          reject(new ReaderLost(`The process ${how}`))
        })
      const timer = setTimeout(() => lose(`gave no answer for ${timeout} ms`), timeout)
      child.once('message', (answer) => settle(() => resolve(answer)))
      child.once('exit', (code, signal) => lose(`ended with ${signal ?? code}`))
      child.once('error', (error) => lose(`failed: ${error.message}`))
    })
  }
}

/** The reader's side. It ends with its worker. */
export function serve(recognizer) {
  const end = () => process.exit()
  process.on('message', async ({ text }) => {
    const answer = await recognizer.recognizeAll([text]).then(
      ([{ entities }]) => ({ entities }),
      (error) => ({ error: error.message }),
    )
    process.send(answer, (error) => error && end())
  })
  process.on('disconnect', end)
  process.send('ready', (error) => error && end())
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  serve(await loadRecognizer(process.env.MODEL, { threads: 1 }))
}
