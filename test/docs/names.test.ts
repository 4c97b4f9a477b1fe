/** The files, commands and names of code that pages mention exist. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { rootPath } from '../shared.ts'
import { readPage } from './blocks.ts'

function filesBelow(folder: string, ending: string): string[] {
  return (readdirSync(rootPath(folder), { recursive: true }) as string[])
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter((name) => name.endsWith(ending))
}

const pages = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', ...filesBelow('docs', '.md')]
/** What stands between backticks in the prose of a page. */
const quoted = (page: string): string[] =>
  Array.from(page.replace(/^```[\s\S]*?^```$/gm, '').matchAll(/`([^`\n]+)`/g), ([, text]) => text!)

test('files that pages name are there', () => {
  // build/ and dist/ are made; `<name>` is the reader's.
  const path = /^(?:src|assembly|test|tools|docs|bench|examples|weights)\/[\w./-]+$/
  const named = pages.flatMap((page) =>
    quoted(readPage(page))
      .flatMap((text) => text.split(/[\s,;]+/))
      .filter((word) => path.test(word))
      .map((word) => [page, word] as const),
  )
  assert.ok(named.length > 50, `${named.length} files are named`)
  assert.equal(
    named.filter(([, word]) => !existsSync(rootPath(word))),
    [],
  )
})

test('scripts that pages run are there', () => {
  const scriptsOf = (file: string): string[] => Object.keys(JSON.parse(readPage(file)).scripts ?? {})
  const own = new Set(scriptsOf('package.json'))
  // Not below them: what is installed in one may lead back here.
  const manifests = readdirSync(rootPath('examples')).map((name) => `examples/${name}/package.json`)
  const ofExamples = new Set(manifests.filter((file) => existsSync(rootPath(file))).flatMap(scriptsOf))
  let named = 0
  for (const page of pages) {
    for (const [, script] of readPage(page).matchAll(/\bnpm run ([\w:]+)/g)) {
      named++
      // Recipes and their like run what the examples have.
      assert.ok(
        own.has(script!) || (page.startsWith('docs/') && ofExamples.has(script!)),
        `${page}: ${script}`,
      )
    }
  }
  assert.ok(named > 30, `${named} scripts are named`)
})

test('the architecture tells of names where they are', () => {
  const sections = readPage('docs/architecture.md').split(/^## /m).slice(1)
  let found = 0
  for (const section of sections) {
    const folder = /^(src|assembly)\/(\w*)/.exec(section)?.slice(1).filter(Boolean).join('/')
    if (folder === undefined) continue
    const files = filesBelow(folder, '.ts').filter((file) => !file.startsWith('src/generated/'))
    const code = files.map((file) => `${file}\n${readFileSync(rootPath(file), 'utf8')}`).join('\n')
    for (const text of quoted(section)) {
      for (const [name] of text.matchAll(/[A-Za-z_]\w+(?:\.node)?(?:\.ts)?/g)) {
        if (existsSync(rootPath(text))) continue
        found++
        assert.ok(new RegExp(`\\b${name}\\b`).test(code), `${folder}: ${name}`)
      }
    }
  }
  assert.ok(found > 60, `${found} names`)
})

/** All code of the repository, as one text, but for what is generated and the pages themselves. */
function allCode(): string {
  const folders = ['src', 'assembly', 'test', 'tools', 'bench', 'examples', '.github']
  const code = folders.flatMap((folder) =>
    ['.ts', '.mjs', '.js', '.py', '.json', '.html', '.yml', '.tsx', '.jsx', '.toml'].flatMap((ending) =>
      filesBelow(folder, ending).filter((file) => !/node_modules|generated|goldens\/.*json$/.test(file)),
    ),
  )
  return [...code, 'package.json', 'asconfig.json', 'weights/config.json']
    .map((file) => readPage(file))
    .join('\n')
}

/** camelCase, CamelCase or UPPER_CASE, with or without a call's parentheses or an object in front. */
const IDENTIFIER = /^(?:\w+\.)*#?([a-z]+[A-Z]\w*|[A-Z][a-z]+[A-Z]\w*|[A-Z]{2,}(?:_[A-Z]+)+)(?:\(\))?$/

/** Names of other software that pages compare with. */
const FOREIGN = new Set(
  'getTag maxSentenceLength BasicTokenizer EntityRuler extraResource NodejsFunction'.split(' '),
)

test('names of code that pages tell of are in the code', () => {
  const words = new Set(allCode().match(/\w+/g))
  const named = pages.flatMap((page) =>
    quoted(readPage(page)).flatMap((text) => {
      const [, name] = IDENTIFIER.exec(text) ?? []
      return name === undefined ? [] : [`${page}: ${name}`]
    }),
  )
  assert.ok(named.length > 100, `${named.length} names`)
  assert.equal(
    [...new Set(named)].filter(
      (entry) => !words.has(entry.split(': ')[1]) && !FOREIGN.has(entry.split(': ')[1]),
    ),
    [],
  )
})

test('CONTRIBUTING tells of names in the files that have them', () => {
  const steps = readPage('CONTRIBUTING.md').match(/^\d\. [\s\S]*?(?=\n(?:\d\. |\n))/gm)!
  let found = 0
  for (const step of steps) {
    // A clause begins with the file that it is about.
    for (const clause of step.split(/; |\n {3}(?=`)|(?<=\.) (?=`)/)) {
      const [, file, rest] =
        /^(?:\d\. )?`((?:src|assembly|test|tools)\/[\w./-]+\.\w+)`:([\s\S]*)/.exec(clause) ?? []
      if (file === undefined) continue
      for (const name of quoted(rest)) {
        if (!/^[A-Za-z]\w+$/.test(name)) continue
        found++
        assert.ok(new RegExp(`\\b${name}\\b`).test(readPage(file)), `${file} has no ${name}: ${clause}`)
      }
    }
  }
  assert.ok(found > 6, `${found} names`)
})

test.run()
