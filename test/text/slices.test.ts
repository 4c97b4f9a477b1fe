/**
 * A text that is a slice of another, and ends with half a surrogate pair whose other half follows there. V8's compiled `codePointAt`
 * reads that half (Node 24 and later), after some thousand calls.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { compileRules } from '#dist/rules/compile-rules.js'
import { splitWords } from '#dist/tasks/gliner/words.js'
import { codePointAt } from '#dist/text/code-points.js'
import { rootPath } from '../shared.ts'
import { createTokenizer } from './create-tokenizer.ts'

const WHOLE = 'ann met bob in berlin 😀 and more'
const CUT = WHOLE.indexOf('😀') + 1
/** Equal to the slice, and a string of its own. */
const FLAT = JSON.parse(JSON.stringify(WHOLE.slice(0, CUT)))

const vocab = [
  '[PAD]',
  '[UNK]',
  '[CLS]',
  '[SEP]',
  '[MASK]',
  'ann',
  'met',
  'bob',
  'in',
  'berlin',
  '\ufffd',
].join('\n')

/** That a function answers the same of a slice as of an equal string, however often it was called. */
function sameOfSlices(answer: (text: string) => unknown): void {
  const wanted = JSON.stringify(answer(FLAT))
  for (let call = 0; call < 20_000; call++) {
    const text = WHOLE.slice(0, CUT)
    assert.is(JSON.stringify(answer(text)), wanted, `call ${call}`)
  }
}

test('rules find the same in a slice that ends with half a pair', () => {
  for (const pattern of [/[^a-z ]/u, /\p{L}+ [^a-z]/u, /.$/u]) {
    const rules = compileRules([{ type: 'X', pattern }])
    sameOfSlices((text) => rules.find(text))
  }
})

test('a tokenizer makes the same pieces of a slice that ends with half a pair', () => {
  const tokenizer = createTokenizer({ vocab })
  sameOfSlices((text) => tokenizer.encode(text))
})

test('GLiNER has the same words of a slice that ends with half a pair', () => {
  sameOfSlices((text) => Array.from(splitWords(text)))
})

test('codePointAt is that of JavaScript, in strings that are no slices', () => {
  const units = ['a', '\ud83d', '\ude00', '\ud800', '\udc00', '\udfff', '\udbff', '\uffff']
  for (const first of units) {
    for (const second of units) {
      for (const third of units) {
        const text = first + second + third
        for (let at = 0; at < 3; at++) assert.is(codePointAt(text, at), text.codePointAt(at))
      }
    }
  }
})

test('no text is read by the codePointAt of strings', () => {
  const reads = readdirSync(rootPath('src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.startsWith('generated'))
    .flatMap((name) => {
      const source = readFileSync(rootPath(`src/${name}`), 'utf8')
      return Array.from(source.matchAll(/\.codePointAt\((?!0\))/g), () => name)
    })
  assert.equal(reads, [])
})

test.run()
