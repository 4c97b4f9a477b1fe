/** The tests' own sources must not contain forms that look like a check but check nothing. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ts from 'typescript'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { rootPath } from '../shared.ts'

interface Source {
  readonly name: string
  readonly tree: ts.SourceFile
}

function parse(name: string, text: string): Source {
  return { name, tree: ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true) }
}

const folder = rootPath('test')
const sources = (readdirSync(folder, { recursive: true }) as string[])
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => parse(name, readFileSync(join(folder, name), 'utf8')))

function each<Node extends ts.Node>(
  top: ts.Node,
  is: (node: ts.Node) => node is Node,
  visit: (node: Node) => void,
): void {
  const walk = (node: ts.Node): void => {
    if (is(node)) visit(node)
    ts.forEachChild(node, walk)
  }
  walk(top)
}

function place(node: ts.Node): string {
  const file = node.getSourceFile()
  return `${file.fileName}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`
}

/** uvu calls what it is given to judge an error: a class of errors makes one of it, which counts as yes, whatever it was. */
function classesThatJudge({ tree }: Source): string[] {
  const found: string[] = []
  each(tree, ts.isCallExpression, ({ expression, arguments: [, judge] }) => {
    if (expression.getText() !== 'assert.throws' || judge === undefined) return
    if (ts.isIdentifier(judge) && /^[A-Z]/.test(judge.text)) found.push(`${place(judge)} ${judge.text}`)
  })
  return found
}

/** A value beside itself. */
function comparedWithThemselves({ tree }: Source): string[] {
  const found: string[] = []
  each(tree, ts.isCallExpression, ({ expression, arguments: [left, right] }) => {
    if (!/^assert\.(is|equal)$/.test(expression.getText()) || left === undefined || right === undefined)
      return
    const plain = !/[(]/.test(left.getText())
    if (plain && left.getText() === right.getText()) found.push(`${place(left)} ${left.getText()}`)
  })
  return found
}

const words = (node: ts.Node): Set<string> => new Set(node.getText().match(/[\w$]+/g))

/** Names of a file that check something when they are used: `assert`, and whatever uses one of them. */
function checkingNames({ name, tree }: Source): Set<string> {
  const names = new Set(['assert'])
  const declared: [name: string, uses: Set<string>][] = []
  each(tree, ts.isImportDeclaration, ({ moduleSpecifier, importClause }) => {
    const path = (moduleSpecifier as ts.StringLiteral).text
    const helper = join(folder, dirname(name), path)
    if (!path.startsWith('.') || !existsSync(helper)) return
    if (!/\bassert\b|\bthrow\b/.test(readFileSync(helper, 'utf8'))) return
    const bindings = importClause?.namedBindings
    if (bindings && ts.isNamedImports(bindings)) for (const one of bindings.elements) names.add(one.name.text)
  })
  each(tree, ts.isFunctionDeclaration, (node) => declared.push([node.name!.text, words(node)]))
  each(tree, ts.isVariableDeclaration, (node) => {
    if (ts.isIdentifier(node.name) && node.initializer)
      declared.push([node.name.text, words(node.initializer)])
  })
  for (let before = 0; before < names.size; ) {
    before = names.size
    for (const [own, uses] of declared) if ([...uses].some((one) => names.has(one))) names.add(own)
  }
  return names
}

function testsWithoutChecks(source: Source): string[] {
  const names = checkingNames(source)
  const found: string[] = []
  each(source.tree, ts.isCallExpression, ({ expression, arguments: [name, body] }) => {
    if (expression.getText() !== 'test' || name === undefined || body === undefined) return
    if (![...words(body)].some((one) => names.has(one))) found.push(`${place(name)} ${name.getText()}`)
  })
  return found
}

test('no test hands assert.throws a class', () => {
  assert.equal(sources.flatMap(classesThatJudge), [])
  assert.equal(classesThatJudge(parse('x.ts', 'assert.throws(() => f(), RangeError, "m")')), [
    'x.ts:1 RangeError',
  ])
  assert.equal(classesThatJudge(parse('x.ts', 'assert.throws(f, isRangeError)\nassert.throws(f, /x/)')), [])
})

test('no test compares a value with itself', () => {
  assert.equal(sources.flatMap(comparedWithThemselves), [])
  assert.equal(comparedWithThemselves(parse('x.ts', 'assert.is(a.b, a.b)')), ['x.ts:1 a.b'])
})

test('every test checks something', () => {
  assert.ok(sources.length > 80, `${sources.length} files`)
  assert.equal(sources.flatMap(testsWithoutChecks), [])
  const code = 'const f = () => assert.ok(1)\ntest("a", () => f())\ntest("b", () => g())'
  assert.equal(testsWithoutChecks(parse('x.ts', code)), ['x.ts:3 "b"'])
})

test.run()
