/** docs/architecture.md against the imports of the source. */
import { readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { rootPath } from '../shared.ts'
import { readPage } from './blocks.ts'

const page = readPage('docs/architecture.md')

/** Rows of the table below a mark: the first cell, and the second as a list. */
function readTable(mark: string): [name: string, imports: string[]][] {
  const table = page.split(`<!-- ${mark} -->`)[1]!.split('\n\n')[0]!
  return Array.from(table.matchAll(/^\| `([\w./-]+)` +\| *([^|]*?) *\|/gm), ([, name, imports]) => [
    name!,
    imports === '' ? [] : imports!.split(', '),
  ])
}

interface Import {
  readonly file: string
  /** A path in src/, or a bare name such as node:fs. */
  readonly target: string
}

const IMPORT = /\b(?:from|import)\s*\(?\s*'([^']+)'/g

/** Without comments. */
function readSources(folder: string): { file: string; source: string }[] {
  return readdirSync(rootPath(folder), { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.ts') && !name.startsWith('generated/'))
    .map((file) => {
      const source = readFileSync(rootPath(`${folder}/${file}`), 'utf8')
      return { file, source: source.replace(/^\s*(\*|\/\/|\/\*).*$/gm, '') }
    })
}

function readImports(folder: string): Import[] {
  return readSources(folder).flatMap(({ file, source }) =>
    Array.from(source.matchAll(IMPORT), ([, target]) => ({
      file,
      target: target!.startsWith('.') ? posix.join(posix.dirname(file), target!) : target!,
    })),
  )
}

/** What the package's exports name, and what these have in common. */
const ENTRIES = [
  'index.ts',
  'node.ts',
  'entry.ts',
  'public.ts',
  ...['transformers', 'mask-fetch'].flatMap((name) => [`${name}.ts`, `${name}.node.ts`]),
]

/** The files directly in src/ are the entries and the flow. */
const folderOf = (path: string): string => {
  if (path.includes('/')) return path.split('/')[0]!
  return ENTRIES.includes(path) ? 'entry' : 'flow'
}

const rules = new Map(readTable('rules'))
const imports = readImports('src')
/** Packages that are bundled into the command line; no user installs them. */
const isBundled = ({ file, target }: Import): boolean =>
  file.startsWith('cli/documents/') && ['htmlparser2', '@lezer/common', '@lezer/markdown'].includes(target)
const between = imports.filter(
  (one) => !one.target.includes(':') && !isBundled(one) && folderOf(one.target) !== folderOf(one.file),
)

test('folders import what the table allows', () => {
  const wrong = between
    .filter(({ file, target }) => !rules.get(folderOf(file))?.includes(folderOf(target)))
    .map(({ file, target }) => `${file} imports ${target}`)
  assert.equal(wrong, [])
})

test('the table allows nothing that no file needs', () => {
  const used = new Set(between.map(({ file, target }) => `${folderOf(file)} ${folderOf(target)}`))
  const idle = [...rules].flatMap(([folder, allowed]) =>
    allowed.filter((other) => !used.has(`${folder} ${other}`)).map((other) => `${folder} ${other}`),
  )
  assert.equal(idle, [])
})

test('every folder is in the table', () => {
  const folders = readdirSync(rootPath('src'), { withFileTypes: true })
  const names = folders.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  assert.equal([...rules.keys()].sort(), ['entry', 'flow', ...names].sort())
})

test('the folders form no circle', () => {
  const open = new Set<string>()
  const done = new Set<string>()
  const visit = (folder: string, way: readonly string[]): void => {
    assert.not.ok(open.has(folder), [...way, folder].join(' → '))
    if (done.has(folder)) return
    open.add(folder)
    for (const next of rules.get(folder) ?? []) visit(next, [...way, folder])
    open.delete(folder)
    done.add(folder)
  }
  for (const folder of rules.keys()) visit(folder, [])
})

test('the files form no circle', () => {
  const targets = new Map<string, string[]>()
  for (const { file, target } of imports) targets.set(file, [...(targets.get(file) ?? []), target])
  const circles: string[] = []
  const done = new Set<string>()
  const visit = (file: string, way: readonly string[]): void => {
    if (way.includes(file)) circles.push([...way.slice(way.indexOf(file)), file].join(' → '))
    if (way.includes(file) || done.has(file)) return
    for (const next of targets.get(file) ?? []) visit(next, [...way, file])
    done.add(file)
  }
  for (const file of targets.keys()) visit(file, [])
  assert.equal(circles, [])
})

test('what is imported on demand is a capability, whose error says what could not be fetched', () => {
  const wrong = readSources('src')
    .filter(({ file }) => !['cli', 'model'].includes(folderOf(file)) && file !== 'runtime/engine.ts')
    .flatMap(({ file, source }) =>
      Array.from(source.matchAll(/(?<!typeof |as )\bimport\('[^']+'\)/g), ({ 0: text, index }) => ({
        text: `${file}: ${text}`,
        before: source.slice(Math.max(0, index - 200), index),
      })),
    )
  assert.ok(wrong.length > 10, `${wrong.length} imports`)
  assert.equal(
    wrong.filter(({ before }) => !before.includes('capability(')).map(({ text }) => text),
    [],
  )
})

test('the rooms of convert/ keep apart', () => {
  const roomOf = (path: string): string => path.split('/').slice(0, -1).join('/')
  const allowed: Readonly<Record<string, readonly string[]>> = {
    'convert/containers': [],
    'convert/pytorch': ['convert/containers', 'convert'],
    'convert/tensorflow': ['convert/containers', 'convert'],
  }
  const rooms = new Set(imports.map(({ file }) => roomOf(file)).filter((room) => room.startsWith('convert/')))
  assert.equal([...rooms].sort(), Object.keys(allowed))
  const wrong = imports
    .filter(({ file }) => rooms.has(roomOf(file)))
    .filter(({ file, target }) => target.startsWith('convert/') && roomOf(target) !== roomOf(file))
    .filter(({ file, target }) => !allowed[roomOf(file)]!.includes(roomOf(target)))
    .map(({ file, target }) => `${file} imports ${target}`)
  assert.equal(wrong, [])
})

test('the picture shows the arrows of the table', () => {
  const picture = readFileSync(rootPath('docs/figures/folders.svg'), 'utf8')
  const drawn = Array.from(picture.matchAll(/data-edge="([^"]+)"/g), ([, edge]) => edge!)
  const wanted = [...rules].flatMap(([folder, allowed]) => allowed.map((other) => `${folder} ${other}`))
  assert.equal(drawn.sort(), wanted.sort(), 'run node tools/figures/figures.mjs')
})

test('only what needs a disk imports node:', () => {
  const wrong = imports
    .filter(({ target }) => target.startsWith('node:'))
    .filter(({ file }) => !file.endsWith('.node.ts') && file !== 'node.ts' && folderOf(file) !== 'cli')
    // Its bundle asks for Node's modules when it runs: tools/build/worker-text.mjs.
    .filter(({ file }) => file !== 'runtime/worker.ts')
    .map(({ file, target }) => `${file} imports ${target}`)
  assert.equal(wrong, [])
})

test('nothing else is imported: there is no runtime dependency', () => {
  const wrong = imports.filter(
    (one) => !one.target.startsWith('node:') && !one.target.endsWith('.ts') && !isBundled(one),
  )
  assert.equal(wrong, [])
})

test('only kernels/ knows how things lie in memory', () => {
  const wrong: string[] = []
  for (const folder of ['model', 'runtime']) {
    const names = readdirSync(rootPath(`src/${folder}`), { recursive: true, encoding: 'utf8' })
    for (const name of names.filter((each) => each.endsWith('.ts'))) {
      const source = readFileSync(rootPath(`src/${folder}/${name}`), 'utf8')
      const code = source.replace(/^\s*(\*|\/\*\*|\/\/).*$/gm, '')
      for (const [found] of code.matchAll(/\.(stride|address|allocate|int32|float32)\b|\b4 \* /g)) {
        wrong.push(`${folder}/${name} has ${found}`)
      }
    }
  }
  assert.equal(wrong, [])
})

test('assembly/ imports nothing outside itself', () => {
  const own = readImports('assembly')
  assert.ok(own.length > 10, `${own.length} imports`)
  const wrong = own.filter(({ target }) => target.includes('/') || target.includes(':'))
  assert.equal(wrong, [])
})

test.run()
