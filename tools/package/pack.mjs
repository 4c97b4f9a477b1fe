// `node tools/package/pack.mjs [FOLDER] [--json]`: assembles the published package from src/, dist/ and
// weights/, in build/package unless a folder is given, and prints its size. The code is bundled and minified;
// what is loaded on demand stays separate. Source maps, which map lines of a stack trace to src/, are larger
// than the code, so they have a folder of their own, FOLDER-maps.
import {
  chmodSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'
import { bundle, LINE_LENGTH } from '../build/bundle.mjs'
import { absoluteLinks, addressesOf, publishedManifest } from './addresses.mjs'
import { REQUIRED } from './types.mjs'

const { positionals, values } = parseArgs({ allowPositionals: true, options: { json: { type: 'boolean' } } })
const root = fileURLToPath(new URL('../..', import.meta.url))
const target = resolve(positionals[0] ?? join(root, 'build/package'))
const maps = `${target}-maps`
const slashes = (path) => path.replaceAll('\\', '/')

function place(name) {
  const file = join(target, name)
  mkdirSync(dirname(file), { recursive: true })
  if (name.startsWith('weights/')) {
    try {
      linkSync(join(root, name), file)
      return
    } catch {
      // Another disk takes no link.
    }
  }
  copyFileSync(join(root, name), file)
}

/** Maps apart; kernels and workers are texts in texts, which a map need not have once more. */
const mapsApart = {
  name: 'maps-apart',
  generateBundle(_, chunks) {
    for (const [name, { source }] of Object.entries(chunks)) {
      if (!name.endsWith('.map')) continue
      const map = JSON.parse(source)
      map.sourcesContent = map.sources.map((path, index) =>
        path.includes('src/generated/')
          ? '/** Made when the package is built. */\n'
          : map.sourcesContent[index],
      )
      const file = join(maps, 'dist', name)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, JSON.stringify(map))
      delete chunks[name]
    }
  },
}

/** What the package's exports name, which are compiled from src/ by the same names. */
const entries = [
  'index',
  'node',
  'rules/presets',
  ...['transformers', 'mask-fetch'].flatMap((name) => [name, `${name}.node`]),
]

/** The entries and the commands, which share what they have in common. @returns what each file imports, by name */
async function bundleAll() {
  const input = Object.fromEntries(
    [...entries, 'cli/main'].map((name) => [name, join(root, `src/${name}.ts`)]),
  )
  // Shared parts stand beside the entries, so that the shipped model is at `../weights/` from them too.
  const chunks = await bundle(input, join(target, 'dist'), {
    plugins: [mapsApart],
    lineLimit: LINE_LENGTH,
    sourcemap: 'hidden',
    // Parts of less than a kilobyte go together with others, where nothing is loaded for it that was not.
    experimentalMinChunkSize: 1000,
    // Sources are told as if src/ lay beside dist/; the maps have their text.
    sourcemapPathTransform(source, map) {
      const name = relative(root, resolve(dirname(map), source))
      return slashes(relative(dirname(relative(target, map)), name))
    },
  })
  chmodSync(join(target, 'dist/cli/main.js'), 0o755)
  return new Map(
    chunks
      .filter(({ type }) => type === 'chunk')
      .map(({ fileName, imports, dynamicImports }) => [
        `dist/${fileName}`,
        [...imports, ...dynamicImports]
          .filter((name) => !name.startsWith('node:'))
          .map((name) => `dist/${name}`),
      ]),
  )
}

/** `names` and all they lead to. */
function reach(names, next, seen = new Set()) {
  for (const name of names) {
    if (seen.has(name)) continue
    seen.add(name)
    reach(next(name), next, seen)
  }
  return seen
}

function importedTypes(name) {
  const imports = readFileSync(join(root, name), 'utf8').matchAll(/(?:from |import\()["'](\.[^"']+)["']/g)
  return [...imports].map(([, path]) => slashes(join(dirname(name), path.replace(/\.[jt]s$/, '.d.ts'))))
}

/** Bytes as npm packs them: in tar, a header and the content in blocks of 512 bytes, through gzip. */
function packedSize(names) {
  const parts = []
  for (const name of [...names].sort()) {
    const content = readFileSync(join(target, name))
    const header = Buffer.alloc(512)
    header.write(`package/${name}`)
    parts.push(header, content, Buffer.alloc((512 - (content.length % 512)) % 512))
  }
  return gzipSync(Buffer.concat(parts), { level: 9 }).length
}

for (const folder of [target, maps]) rmSync(folder, { recursive: true, force: true })
mkdirSync(target, { recursive: true })
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const addresses = addressesOf(manifest)
writeFileSync(join(target, 'package.json'), `${JSON.stringify(publishedManifest(manifest), null, 2)}\n`)
const readme = readFileSync(join(root, 'README.md'), 'utf8')
writeFileSync(join(target, 'README.md'), addresses ? absoluteLinks(readme, addresses) : readme)
place('LICENSE')
for (const name of readdirSync(join(root, 'weights'))) place(`weights/${name}`)

const outputs = await bundleAll()
// One file each: pages publish the script on their own origin, edge workers upload the kernels; and the library in one file.
const single = ['dist/worker.js', 'dist/kernels.wasm', 'dist/one-file.js', 'dist/required.cjs']
for (const name of [...single, 'dist/cli/THIRD-PARTY.txt']) place(name)
const types = reach(
  [...entries, 'worker', 'kernels.wasm'].map((name) => `dist/${name}.d.ts`),
  importedTypes,
)
for (const entry of REQUIRED) for (const end of ['.cjs', '.d.cts']) place(`dist/${entry}${end}`)
for (const name of types) place(name)

const library = reach(['dist/index.js', 'dist/node.js'], (name) => outputs.get(name))
const rules = reach(['dist/rules/presets.js'], (name) => outputs.get(name))
const besideOf = (entry) =>
  [...reach([`dist/${entry}.js`, `dist/${entry}.node.js`], (name) => outputs.get(name))].filter(
    (name) => !library.has(name) && !rules.has(name),
  )
const transformers = besideOf('transformers')
const maskFetch = besideOf('mask-fetch')
const tools = [...outputs.keys()].filter(
  (name) =>
    ![library, rules].some((one) => one.has(name)) &&
    ![transformers, maskFetch].some((one) => one.includes(name)),
)
const files = readdirSync(target, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => slashes(relative(target, join(entry.parentPath ?? entry.path, entry.name))))
const whole = files.filter((name) => !name.startsWith('weights/'))
const parts = {
  // What a program can load: both entries, the kernels in both variants, the worker's text.
  'library, code': [...library],
  // `iobert/rules`, beside what the library has loaded.
  'rules, code': [...rules].filter((name) => !library.has(name)),
  // `iobert/transformers` and `iobert/mask-fetch`, likewise.
  'transformers, code': transformers,
  'mask-fetch, code': maskFetch,
  'library, types': [...types],
  'dist/worker.js': ['dist/worker.js'],
  'dist/kernels.wasm': ['dist/kernels.wasm'],
  'dist/one-file.js': ['dist/one-file.js'],
  'dist/required.cjs': ['dist/required.cjs'],
  'command line, code': tools,
  papers: whole.filter((name) => !/^dist\/.*(?<!\.txt)$/.test(name)),
  'library without command line': whole.filter((name) => !tools.includes(name)),
  'all but weights': whole,
}
const sizes = Object.fromEntries(Object.entries(parts).map(([name, list]) => [name, packedSize(list)]))
if (values.json) process.stdout.write(`${JSON.stringify({ target, sizes })}\n`)
else {
  for (const [name, size] of Object.entries(sizes)) process.stdout.write(`${name.padEnd(30)}${size}\n`)
  const folder = `./${slashes(relative(process.cwd(), target))}`
  process.stdout.write(`assembled in ${folder}; npm pack ${folder} makes the tarball\n`)
  if (!addresses)
    process.stdout.write('to publish it, name the repository in package.json first (docs/release.md)\n')
}
