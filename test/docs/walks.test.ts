/**
 * docs/architecture.md shows the way of a text and of a weight through the code: each function is where it
 * says, and is called by the function that it is listed under.
 */
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
  const lines = block.split('\n```')[0].split('\n')
  return lines.map((line) => {
    const [, space, called, file] = /^( *)(#?\w+) +((?:src|assembly)\/[\w./-]+\.ts) +\S/.exec(line) ?? []
    assert.ok(file !== undefined, `no step: ${line}`)
    return { depth: space.length / 2, name: called, file }
  })
}

/** Code without its comments. */
const codeOf = (file: string): string =>
  readFileSync(rootPath(file), 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')

const FUNCTION = /^(?:export )?(?:async )?(?:function\*?|const) (\w+)\b/
const METHOD = /^ {2}(?:(?:async|static|readonly|get) )*\*?(#?\w+)(?:<[^(]*)?(?:\(| =)/

/** The functions and methods of a file with their text: from the line that declares one to the first as far to the left. */
function functionsOf(file: string): Map<string, string> {
  const lines = codeOf(file).split('\n')
  const functions = new Map<string, string>()
  for (const [start, line] of lines.entries()) {
    const match = FUNCTION.exec(line) ?? METHOD.exec(line)
    if (match === null) continue
    const margin = line.search(/\S/)
    let end = start + 1
    while (end < lines.length && (lines[end].trim() === '' || lines[end].search(/\S/) > margin)) end++
    // Parameters on lines of their own end where the declaration goes on.
    while (/^\s*\).*[{>]$/.test(lines[end] ?? '')) {
      end++
      while (end < lines.length && (lines[end].trim() === '' || lines[end].search(/\S/) > margin)) end++
    }
    functions.set(
      match[1],
      (functions.get(match[1]) ?? '') + lines.slice(start, end).join('\n').replace(match[1], ''),
    )
  }
  return functions
}

const calls = (text: string, name: string): boolean =>
  new RegExp(`(?<![\\w#])${name}\\b(<[^(]*>)?\\(`).test(text)

/** What a function does, by itself and by other functions of its file. */
function textOf({ name, file }: Step): string {
  const functions = functionsOf(file)
  const reached = new Set([name])
  for (const one of reached) {
    for (const other of functions.keys()) if (calls(functions.get(one) ?? '', other)) reached.add(other)
  }
  return [...reached].map((one) => functions.get(one) ?? '').join('\n')
}

for (const [walk, length] of [
  ['text', 20],
  ['weight', 15],
] as const) {
  test(`the walk of a ${walk}`, () => {
    const steps = readWalk(walk)
    assert.ok(steps.length >= length, `${steps.length} steps`)
    for (const [index, step] of steps.entries()) {
      assert.ok(existsSync(rootPath(step.file)), step.file)
      assert.ok(functionsOf(step.file).has(step.name), `${step.file} has no ${step.name}`)
      if (step.depth === 0) continue
      const parent = steps
        .slice(0, index)
        .reverse()
        .find(({ depth }) => depth < step.depth)!
      assert.is(parent.depth, step.depth - 1, `${step.name} stands too far in`)
      // Or under the name that its own file gives it: `{ split: preTokenize }`.
      const aliases = Array.from(
        codeOf(step.file).matchAll(new RegExp(`\\b(\\w+): ${step.name}\\b`, 'g')),
        ([, alias]) => alias,
      )
      const text = textOf(parent)
      assert.ok(
        [step.name, ...aliases].some((name) => calls(text, name)),
        `${step.name} of ${step.file} is not called by ${parent.name} of ${parent.file}`,
      )
    }
  })
}

test.run()
