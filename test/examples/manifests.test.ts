/**
 * The examples as projects: their stated requirements are those that the recipes' tests use, and every
 * mentioned file exists.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { rootPath } from '../shared.ts'

interface Manifest {
  readonly version?: string
  readonly private?: boolean
  readonly main?: string
  readonly scripts?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}
const readJson = (path: string): Manifest => JSON.parse(readFileSync(rootPath(path), 'utf8'))

const { version } = readJson('package.json')
const examples = readdirSync(rootPath('examples')).filter((name) =>
  existsSync(rootPath(`examples/${name}/package.json`)),
)
/** What test/recipes installs, by name: exact versions, from its locks. */
const tried = new Map(
  readdirSync(rootPath('test/recipes'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('package.json'))
    .flatMap((name) => Object.entries(readJson(`test/recipes/${name}`).dependencies ?? {})),
)

test('examples that are installed are private, and take this version of the package', () => {
  assert.ok(examples.length >= 9, examples.join())
  for (const name of examples) {
    const { private: isPrivate, dependencies = {} } = readJson(`examples/${name}/package.json`)
    assert.is(isPrivate, true, name)
    assert.ok([`^${version}`, 'file:../..'].includes(dependencies['iobert']!), name)
  }
})

test('what examples are built with has an exact version, which is the one that is tried', () => {
  for (const name of examples) {
    const { dependencies, devDependencies } = readJson(`examples/${name}/package.json`)
    for (const [needed, wanted] of Object.entries({ ...dependencies, ...devDependencies })) {
      if (needed === 'iobert') continue
      assert.match(wanted, /^\d+\.\d+\.\d+$/, `${name}: ${needed}`)
      if (tried.has(needed)) assert.is(wanted, tried.get(needed), `${name}: ${needed}`)
    }
  }
})

test('scripts of examples run files that are there', () => {
  for (const name of examples) {
    const { scripts = {} } = readJson(`examples/${name}/package.json`)
    for (const [script, command] of Object.entries(scripts)) {
      for (const [, file] of command.matchAll(/(?:node|bun|esbuild|--compile) ([\w-]+\.(?:m?js|ts))/g)) {
        assert.ok(existsSync(rootPath(`examples/${name}/${file}`)), `${name}: ${script}: ${file}`)
      }
    }
  }
})

test('every project has a page, and every page is told of in the documentation', () => {
  const docs = readdirSync(rootPath('docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => readFileSync(rootPath(`docs/${name}`), 'utf8'))
    .join('\n')
  const pages = `${docs}\n${readFileSync(rootPath('README.md'), 'utf8')}`
  for (const name of readdirSync(rootPath('examples'))) {
    const hasPage = existsSync(rootPath(`examples/${name}/README.md`))
    if (examples.includes(name)) assert.ok(hasPage, `examples/${name}/README.md`)
    if (hasPage) assert.ok(pages.includes(`examples/${name}`), `no page tells of examples/${name}`)
  }
})

test.run()
