/** Every promise of SECURITY.md names tests that check it, and these tests exist. */
import { existsSync, readFileSync } from 'node:fs'
import ts from 'typescript'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { rootPath } from '../shared.ts'
import { readPage } from './blocks.ts'

const page = readPage('SECURITY.md')

const known = new Map<string, Set<string>>()

/** Names of a file's tests; `…` where a name has a part that differs. */
function testNames(path: string): Set<string> {
  const names = known.get(path) ?? readTestNames(path)
  known.set(path, names)
  return names
}

function readTestNames(path: string): Set<string> {
  const text = readFileSync(rootPath(path), 'utf8')
  // Of Python's the first line of a docstring is the name.
  if (path.endsWith('.py')) return new Set([...text.matchAll(/"""(.+?)"""/g)].map(([, name]) => name!))
  const names = new Set<string>()
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.getText() === 'test') {
      const [name] = node.arguments
      if (name && ts.isStringLiteralLike(name)) names.add(name.text)
      if (name && ts.isTemplateExpression(name)) {
        names.add([name.head.text, ...name.templateSpans.map(({ literal }) => literal.text)].join('…'))
      }
    }
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true))
  return names
}

/** Promises: an entry of the list up to the next one, and the tests named below it. */
const promises = page
  .split(/^## Not promised/m)[0]!
  .split(/^- /m)
  .slice(1)
  .map((entry) => ({
    text: entry.split('\n  - ')[0]!,
    tests: [...entry.matchAll(/^ {2}- \[(.+)\]\((test\/[\w./-]+)\)$/gm)].map(([, name, path]) => ({
      name: name!,
      path: path!,
    })),
  }))

test('every promise names the tests that check it', () => {
  assert.ok(promises.length >= 30, `${promises.length} promises`)
  assert.equal(
    promises.filter(({ tests }) => tests.length === 0).map(({ text }) => text),
    [],
  )
  const links = page.match(/\]\(test\//g)!.length
  assert.is(promises.flatMap(({ tests }) => tests).length, links, 'every link to a test is one of a promise')
})

test('the tests that are named are there', () => {
  const missing: string[] = []
  for (const { name, path } of promises.flatMap(({ tests }) => tests)) {
    if (!existsSync(rootPath(path)) || !testNames(path).has(name)) missing.push(`${path}: ${name}`)
  }
  assert.equal(missing, [])
  assert.not.ok(testNames('test/docs/security.test.ts').has('the tests that are named are'))
  assert.ok(
    testNames('test/hostile/memory.thorough.test.ts').has(
      '… of … ends in …, within … MB and the time of … loops over 128 MB',
    ),
  )
})

test.run()
