/**
 * The memory for recognizing texts of many MB, and how soon an abort takes effect: each in a process of its
 * own.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { iobertProcess, model } from '../cli/run.ts'

interface Outcome {
  readonly outcome: string
  /** Characters that went through the tokenizer, millions. */
  readonly read: number
  readonly megabytes: number
}

async function run(...args: string[]): Promise<Outcome> {
  const child = spawn(process.execPath, [
    fileURLToPath(new URL('./long-text-child.js', import.meta.url)),
    ...args,
  ])
  let output = ''
  child.stdout.on('data', (data: Buffer) => {
    output += data.toString()
  })
  child.stderr.pipe(process.stderr)
  await new Promise((resolve) => child.on('close', resolve))
  return JSON.parse(output)
}

/** What may be held beside the text, MB. */
const ALLOWED = 200

if (!existsSync('/proc/self/status')) {
  console.log('skipped: memory of a long text: /proc/self/status is not there')
} else {
  const megabytes = 30

  // Words of more than 100 letters are one piece each, so that many bytes cost little to compute.
  test(`a text of ${megabytes} MB takes little memory beside its string`, async () => {
    const { outcome, megabytes: taken } = await run(`${'x'.repeat(600)} `, String(megabytes))
    assert.is(outcome, '0 entities')
    assert.ok(taken < ALLOWED, `${taken} MB`)
  })

  for (const unit of ['[]', 'tok1 visits tok2. ', 'a']) {
    test(`recognizing 100 MB of ${unit} is aborted soon, and has taken little memory till then`, async () => {
      const { outcome, read, megabytes: taken } = await run(unit, '100', '0.3')
      assert.is(outcome, 'AbortError')
      // Other tasks have their turn every 16 ms, in which a fast machine reads a megabyte.
      assert.ok(read < 3, `${read} million characters were read, aborted at 0.3`)
      assert.ok(taken < ALLOWED, `${taken} MB`)
    })
  }
}

test('iobert --jsonl reads a line that is longer than its memory would hold as pieces, and the lines after it', async () => {
  const lines = ['[]'.repeat(2e5), 'tok1 visits tok2.']
  const input = lines.map((line) => `${JSON.stringify(line)}\n`).join('')
  const heap = { NODE_OPTIONS: '--max-old-space-size=48' }
  const { code, stdout, stderr } = await iobertProcess(
    ['-m', model, '--jsonl', '--threshold', '1'],
    input,
    heap,
  )
  assert.is(code, 0, stderr)
  assert.is(stdout.trimEnd().split('\n').length, 2)
})

test.run()
