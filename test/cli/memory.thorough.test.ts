/** The command line's memory does not grow with what it reads. */
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { model, start } from './run.ts'

const total = process.env.IOBERT_SLOW === '1' ? 1e9 : 50e6
/** What memory may grow by while all but the first fifth is read. */
const allowed = 32e6

// Words of more than 100 letters are one piece each, so that many bytes cost little to compute.
const long = `${'x'.repeat(600)} `.repeat(4)

function residentBytes(child: ChildProcessWithoutNullStreams): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB/mu.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))!
  return Number(kilobytes) * 1024
}

if (!existsSync('/proc/self/status')) {
  console.log('skipped: memory of iobert --jsonl: /proc/self/status is not there')
} else {
  test(`iobert --jsonl holds its memory over ${total / 1e6} MB`, async () => {
    const child = start(['-m', model, '--threads', '1', '--jsonl', '--threshold', '1'])
    let answered = 0
    child.stdout.on('data', (chunk: Buffer) => {
      for (const byte of chunk) if (byte === 0x0a) answered++
    })
    let written = 0
    let lines = 0
    const feed = async (until: number): Promise<number> => {
      while (written < until) {
        let block = ''
        while (block.length < 1 << 17)
          block += `${JSON.stringify({ id: lines, text: `${lines++} ${long}` })}\n`
        written += block.length
        if (!child.stdin.write(block)) await once(child.stdin, 'drain')
      }
      while (answered < lines) await once(child.stdout, 'data')
      return residentBytes(child)
    }
    const before = await feed(total / 5)
    const after = await feed(total)
    child.stdin.end()
    const [code] = await once(child, 'close')
    assert.is(code, 0)
    assert.is(answered, lines)
    assert.ok(after - before < allowed, `${before} bytes resident, then ${after}`)
  })

  test('iobert --jsonl stops reading while nobody takes its answers, and then loses none', async () => {
    const child = start(['-m', model, '--threads', '1', '--jsonl'])
    const block = '{"text":"tok1 tok2 tok3"}\n'.repeat(1000)
    child.stdin.write(block)
    let written = block.length
    // It is loaded, and computes faster than this writes.
    await once(child.stdout, 'readable')
    // The pipes, and some lines read ahead, are all that takes anything up.
    for (;;) {
      if (!child.stdin.write(block)) {
        const drained = once(child.stdin, 'drain').then(() => true)
        const waited = new Promise<boolean>((resolve) => setTimeout(resolve, 1500, false))
        if (!(await Promise.race([drained, waited]))) break
      }
      written += block.length
      assert.ok(written < 20e6, 'it goes on reading')
    }
    let answered = 0
    child.stdout.on('data', (chunk: Buffer) => {
      for (const byte of chunk) if (byte === 0x0a) answered++
    })
    child.stdin.end()
    const [code] = await once(child, 'close')
    assert.is(code, 0)
    assert.is(answered, (written / block.length + 1) * 1000)
  })

  test('iobert --jsonl does not hold a line that is too long', async () => {
    const child = start(['-m', model, '--threads', '1', '--jsonl', '--max-chars', '1000000'])
    const part = 'x'.repeat(1 << 20)
    const feed = async (megabytes: number): Promise<number> => {
      for (let n = 0; n < megabytes; n++) if (!child.stdin.write(part)) await once(child.stdin, 'drain')
      return residentBytes(child)
    }
    const before = await feed(50)
    const after = await feed(150)
    child.stdin.end('\n')
    const [answer] = await once(child.stdout, 'data')
    assert.match(String(answer), 'Line 1 has more than 1000000 characters')
    const [code] = await once(child, 'close')
    assert.is(code, 1)
    assert.ok(after - before < allowed, `${before} bytes resident, then ${after}`)
  })
}

test.run()
