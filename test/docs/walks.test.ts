/** docs/architecture.md draws the walk of a text and of a weight: its functions are where it says, and called where it says. */
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { rootPath } from '../shared.ts'
import { readPage } from './blocks.ts'

interface Step {
  readonly depth: number
  readonly name: string
  readonly file: string
}

function readWalk(name: string): Step[] {
  const [, block] = readPage('docs/architecture.md').split(`<!-- walk: ${name} -->\n\`\`\`text\n`)
  const lines = block!.split('\n```')[0]!.split('\n')
  return lines.map((line) => {
    const [, space, called, file] = /^( *)(\w+) +((?:src|assembly)\/[\w./-]+\.ts) +\S/.exec(line) ?? []
    assert.ok(file !== undefined, `no step: ${line}`)
    return { depth: space!.length / 2, name: called!, file: file! }
  })
}

/** Code without its comments. */
const codeOf = (file: string): string =>
  readFileSync(rootPath(file), 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')

for (const [walk, length] of [
  ['text', 20],
  ['weight', 15],
] as const) {
  test(`the walk of a ${walk}`, () => {
    const steps = readWalk(walk)
    assert.ok(steps.length >= length, `${steps.length} steps`)
    for (const [index, { depth, name, file }] of steps.entries()) {
      assert.ok(existsSync(rootPath(file)), file)
      const declared = new RegExp(
        `\\b(function\\*?|class|const) ${name}\\b|^ {2}((async|static) )*\\*?${name}(<[^(]*)?\\(`,
        'gm',
      )
      assert.ok(codeOf(file).search(declared) >= 0, `${file} has no ${name}`)
      if (depth === 0) continue
      const callers = steps.slice(0, index).filter((step) => step.depth < depth)
      // Or under the name that its own file gives it: `{ split: preTokenize }`.
      const aliases = Array.from(
        codeOf(file).matchAll(new RegExp(`\\b(\\w+): ${name}\\b`, 'g')),
        ([, alias]) => alias,
      )
      const called = new RegExp(`\\b(${[name, ...aliases].join('|')})(<[^(]*>)?\\(`)
      assert.ok(
        callers.some((step) => called.test(codeOf(step.file).replaceAll(declared, ''))),
        `${name} of ${file} is called in none of ${callers.map((step) => step.file).join(', ')}`,
      )
    }
  })
}

test.run()
