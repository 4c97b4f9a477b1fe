/** The published metadata follows from `repository` in package.json, and nothing is published without it. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { rootPath } from '../shared.ts'

interface Manifest {
  readonly name: string
  readonly version: string
  readonly repository?: string | { readonly type: string; readonly url: string }
  readonly homepage?: string
  readonly bugs?: unknown
  readonly private?: boolean
  readonly scripts?: Readonly<Record<string, string>>
}

interface Addresses {
  readonly page: string
  readonly bytes: string
  readonly bugs: string
  readonly home: string
  readonly git: string
}

const { absoluteLinks, addressesOf, NO_REPOSITORY, publishedManifest } = (await import(
  new URL('../../../tools/package/addresses.mjs', import.meta.url).href
)) as {
  absoluteLinks(markdown: string, addresses: Addresses): string
  addressesOf(manifest: Manifest): Addresses | undefined
  publishedManifest(manifest: Manifest): Manifest
  NO_REPOSITORY: string
}

const test = suite('package addresses')
const own: Manifest = JSON.parse(readFileSync(rootPath('package.json'), 'utf8'))
const { repository: _, ...without } = own
const at = (repository: Manifest['repository']): Manifest => ({ ...without, repository: repository! })

test('addresses follow from a repository in any spelling that npm takes', () => {
  const spellings = [
    'owner/iobert',
    'github:owner/iobert',
    'https://github.com/owner/iobert',
    'git+https://github.com/owner/iobert.git',
    'git://github.com/owner/iobert.git',
    'git+ssh://git@github.com/owner/iobert.git',
    'ssh://git@github.com:owner/iobert.git',
  ]
  for (const url of spellings) {
    for (const repository of [url, { type: 'git', url }]) {
      assert.equal(
        addressesOf(at(repository)),
        {
          page: `https://github.com/owner/iobert/blob/v${own.version}/`,
          bytes: `https://raw.githubusercontent.com/owner/iobert/v${own.version}/`,
          bugs: 'https://github.com/owner/iobert/issues',
          home: 'https://github.com/owner/iobert',
          git: 'git+https://github.com/owner/iobert.git',
        },
        url,
      )
    }
  }
  assert.match(addressesOf(at('gitlab:group/iobert'))!.page, 'https://gitlab.com/group/iobert/-/blob/v')
  assert.match(addressesOf(at('https://codeberg.org/o/iobert'))!.bytes, '/raw/tag/v')
})

test('a host whose links are not known is refused with what to do', () => {
  for (const url of ['https://example.org/owner/iobert', 'iobert', 'https://github.com/', 'git@github.com']) {
    assert.throws(() => addressesOf(at(url)), /expected an address at github\.com.*addresses\.mjs/, url)
  }
})

test('with a repository the package may be published, with homepage and bugs', () => {
  const published = publishedManifest(at('owner/iobert'))
  assert.is(published.private, undefined)
  assert.is(published.scripts, undefined)
  assert.equal(published.repository, { type: 'git', url: 'git+https://github.com/owner/iobert.git' })
  assert.is(published.homepage, 'https://github.com/owner/iobert#readme')
  assert.equal(published.bugs, { url: 'https://github.com/owner/iobert/issues' })
  const stated = { ...at('owner/iobert'), homepage: 'https://iobert.example', bugs: 'bugs@iobert.example' }
  assert.is(publishedManifest(stated).homepage, stated.homepage)
  assert.is(publishedManifest(stated).bugs, stated.bugs)
})

test('relative links become absolute; code, anchors and other hosts stay', () => {
  const addresses = addressesOf(at('owner/iobert'))!
  const { page, bytes } = addresses
  const pairs: [string, string][] = [
    ['[a](docs/a.md)', `[a](${page}docs/a.md)`],
    ['[a](docs/a.md#b) and [c](LICENSE)', `[a](${page}docs/a.md#b) and [c](${page}LICENSE)`],
    ['![x, y](docs/figures/x.svg)', `![x, y](${bytes}docs/figures/x.svg)`],
    ['[`code`](src/)', `[\`code\`](${page}src/)`],
    [
      '[a](#b) [c](https://d.example/e) [f](mailto:g@h.example)',
      '[a](#b) [c](https://d.example/e) [f](mailto:g@h.example)',
    ],
    ['`[a](b)`', '`[a](b)`'],
    ['```js\nx[0](y)\n```', '```js\nx[0](y)\n```'],
  ]
  for (const [given, wanted] of pairs) assert.is(absoluteLinks(given, addresses), wanted)
})

test('no relative link is left in the README that is published', () => {
  const addresses = addressesOf(at('owner/iobert'))!
  const published = absoluteLinks(readFileSync(rootPath('README.md'), 'utf8'), addresses)
  const targets = [...published.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!)
  assert.ok(targets.length >= 10, `${targets.length} links`)
  assert.equal(
    targets.filter((target) => !/^(?:https:|#)/.test(target)),
    [],
  )
  assert.match(published, `${addresses.bytes}docs/figures/readme.svg`)
})

test('without a repository npm publish is refused, and says what to do', () => {
  const folder = mkdtempSync(join(tmpdir(), 'iobert-publish-'))
  try {
    writeFileSync(join(folder, 'package.json'), JSON.stringify(publishedManifest(without as Manifest)))
    for (const cwd of [folder, rootPath('')]) {
      const npm = process.env['npm_execpath']
      const [command, ...before] = npm?.endsWith('.js') ? [process.execPath, npm] : ['npm']
      const args = [...before, 'publish', '--dry-run', '--offline']
      const done = spawnSync(command!, args, { cwd, encoding: 'utf8', timeout: 120_000 })
      assert.is.not(done.status, 0, done.stdout)
      if (cwd === folder || own.repository === undefined)
        assert.ok(done.stderr.includes(NO_REPOSITORY), done.stderr)
    }
    // What ignores scripts meets `private`, at which npm stops.
    assert.is(publishedManifest(without as Manifest).private, true)
    assert.is(own.private, true)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test.run()
