/**
 * Reads the workflows as text: what they run exists, and their permissions are no more than they need.
 * actionlint checks their syntax, in `npm run test:all -- workflows`.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { rootPath } from '../shared.ts'

const folder = '.github/workflows'
const workflows = readdirSync(rootPath(folder)).map((name) => ({
  name,
  text: readFileSync(rootPath(`${folder}/${name}`), 'utf8').replaceAll('\r\n', '\n'),
}))
const { scripts } = JSON.parse(readFileSync(rootPath('package.json'), 'utf8'))

/** The jobs' own lines, by name: what stands two spaces in below `jobs:`. */
function jobsOf(text: string): Map<string, string> {
  const [, body = ''] = text.split(/^jobs:\n/m)
  const parts = body.split(/^ {2}(?=[\w-]+:$)/m).slice(1)
  return new Map(parts.map((part) => [part.slice(0, part.indexOf(':')), part]))
}

const commandsOf = (text: string): string[] =>
  Array.from(text.matchAll(/^\s*(?:- )?run: (.+)$/gm), ([, command]) => command!)

test('there are checks, a benchmark, a release and pages', () => {
  assert.equal(workflows.map(({ name }) => name).sort(), [
    'bench.yml',
    'checks.yml',
    'pages.yml',
    'release.yml',
  ])
  for (const { name, text } of workflows) {
    assert.ok(jobsOf(text).size > 0, name)
    assert.ok(commandsOf(text).length > 0, name)
  }
})

test('every command is a script of package.json, a file of this repository, or the shell', () => {
  for (const { name, text } of workflows) {
    for (const command of commandsOf(text)) {
      const [program, first, second] = command.split(' ') as [string, string, string]
      if (program === 'npm' && first === 'run') assert.ok(scripts[second], `${name}: ${command}`)
      else if (program === 'npm') assert.ok(['ci', 'test', 'publish'].includes(first), `${name}: ${command}`)
      else if (program === 'node' || program === 'bash') {
        const built = /^dist\/cli\/main\.js$/.test(first)
        assert.ok(built || existsSync(rootPath(first)), `${name}: ${command}`)
      } else assert.ok(['test', 'mv'].includes(program), `${name}: ${command}`)
    }
  }
})

test('parts that are asked of test:all are parts that it has', () => {
  const parts = readFileSync(rootPath('tools/test/all.mjs'), 'utf8')
  const asked = [...workflows.map(({ text }) => text), readFileSync(rootPath('.ci/run'), 'utf8')]
    .flatMap((text) => [...text.matchAll(/test(?::all --|-all\.mjs) ([a-z ]+)$/gm)])
    .flatMap(([, words]) => words!.split(' '))
  assert.ok(asked.length > 0)
  for (const word of asked) assert.match(parts, new RegExp(`(?:part\\(|\\[)'${word}', `), word)
})

test("actions stand at a commit's hash, with their version behind it", () => {
  for (const { name, text } of workflows) {
    for (const [, used] of text.matchAll(/uses: (.+)$/gm)) {
      assert.match(used!, /^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/, name)
    }
  }
})

test('a workflow may nothing, and a job what it says', () => {
  for (const { name, text } of workflows) {
    assert.match(text, /^permissions: \{\}$/m, name)
    for (const [job, body] of jobsOf(text)) {
      assert.match(body, /^ {4}permissions:$/m, `${name}: ${job}`)
      assert.match(body, /^ {4}timeout-minutes: \d+$/m, `${name}: ${job}`)
      const writes = Array.from(body.matchAll(/^ {6}([\w-]+): write\b/gm), ([, right]) => right!)
      const granted: Record<string, string[]> = {
        'release.yml publish': ['id-token'],
        'pages.yml deploy': ['pages', 'id-token'],
      }
      assert.equal(writes, granted[`${name} ${job}`] ?? [], `${name}: ${job}`)
      const checkouts = body.match(/actions\/checkout@/g)?.length ?? 0
      const without = body.match(/persist-credentials: false/g)?.length ?? 0
      assert.is(without, checkouts, `${name}: ${job} keeps a token`)
    }
  }
})

test('what a person types goes into no command', () => {
  for (const { name, text } of workflows) {
    for (const command of commandsOf(text)) assert.not.match(command, /\$\{\{/, name)
  }
})

test('the release is published with provenance, from the assembled package, by no token', () => {
  const { text } = workflows.find(({ name }) => name === 'release.yml')!
  assert.ok(commandsOf(text).includes('npm publish --provenance --access public ./build/package'))
  assert.not.match(text, /secrets\.|NODE_AUTH_TOKEN/)
})

test.run()
