/** Lines are the same however their bytes are chunked. */
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type LineBytes, LineSplitter } from '#dist/cli/line-queue.js'

/** The lines of bytes that come in chunks cut at the given places. */
function split(bytes: Uint8Array, cuts: readonly number[], maxChars: number): string[] {
  const splitter = new LineSplitter(maxChars)
  const lines: LineBytes[] = []
  const bounds = [...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length]
  let at = 0
  for (const bound of bounds) {
    lines.push(...splitter.push(bytes.subarray(at, bound)))
    at = bound
  }
  lines.push(...splitter.end())
  return lines.map((line) => (typeof line === 'string' ? `(${line})` : new TextDecoder().decode(line)))
}

test('LineSplitter gives the same lines however the bytes come', () => {
  const text = fc.array(fc.constantFrom('a', 'é', '😀', '\n', '\r\n', ' '), { maxLength: 60 })
  fc.assert(
    fc.property(
      text,
      fc.array(fc.nat(150), { maxLength: 8 }),
      fc.integer({ min: 1, max: 8 }),
      (parts, cuts, most) => {
        const whole = parts.join('')
        const wanted = whole.split('\n')
        if (wanted.at(-1) === '') wanted.pop()
        const shown = wanted.map((line) =>
          [...line].length > most ? '(too long)' : line.replace(/\r$/u, ''),
        )
        assert.equal(split(new TextEncoder().encode(whole), cuts, most), shown)
      },
    ),
  )
})

test.run()
