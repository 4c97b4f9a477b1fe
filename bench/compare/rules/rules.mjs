// `node bench/compare/rules/rules.mjs [UNITS]`: compares the regular expressions of `iobert/rules`
// (src/rules) with re2js; both are linear in the text. Prints their bytes, MB/s on 10 MB (or on UNITS UTF-16
// units) with the patterns of all presets, whether they find the same, and times of hostile patterns as the
// text doubles. Run `npm ci` in this folder and `npm run build` in the root first.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { RE2JS } from 're2js'
import * as rules from '../../../dist/rules/presets.js'

const here = dirname(fileURLToPath(import.meta.url))
const root = join(here, '../../..')

/** As a page's bundler makes it. */
async function bytesOf(contents) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: here },
    ...{ bundle: true, minify: true, format: 'esm', target: 'es2022', write: false, logLevel: 'error' },
  })
  return gzipSync(outputFiles[0].contents, { level: 9 }).length
}

const FLAGS = { i: RE2JS.CASE_INSENSITIVE, m: RE2JS.MULTILINE, s: RE2JS.DOTALL }
const borrowed = ({ source, flags }) =>
  RE2JS.compile(
    RE2JS.translateRegExp(source),
    [...flags].reduce((all, flag) => all | (FLAGS[flag] ?? 0), 0),
  )
const own = (pattern) => rules.compileRules([{ type: 'X', pattern }])

function findBorrowed(compiled, text) {
  const found = []
  const matcher = compiled.matcher(text)
  while (matcher.find()) if (matcher.end() > matcher.start()) found.push([matcher.start(), matcher.end()])
  return found
}
const findOwn = (compiled, text) => compiled.find(text).map(({ start, end }) => [start, end])

function secondsOf(run) {
  const start = performance.now()
  const result = run()
  return [(performance.now() - start) / 1000, result]
}

const everyday = readFileSync(join(root, 'bench/everyday/earlier.txt'), 'utf8')
const contacts =
  'Write to tim.cook@example.org or call +44 20 7946 0958, IBAN DE89 3704 0044 0532 0130 00, card 4111 1111 1111 1111, born 24 March 1976, 192.168.2.1, https://example.org/a?b=c, 12 High Street, London.\n'
const passage = `${everyday}\n${contacts}`
const text = passage.repeat(Math.ceil(1e7 / passage.length)).slice(0, Number(process.argv[2] ?? 1e7))

console.log('| gzip, bytes | |\n| --- | --- |')
const engine = "import { Searcher } from '../../../dist/rules/search.js'; globalThis.found = Searcher"
console.log(`| src/rules, the engine alone | ${await bytesOf(engine)} |`)
console.log(`| re2js | ${await bytesOf("import { RE2JS } from 're2js'; globalThis.found = RE2JS")} |`)

console.log('\n| preset | iobert, MB/s | re2js, MB/s | equal matches |\n| --- | --- | --- | --- |')
const total = [0, 0]
for (const [name, { pattern }] of Object.entries(rules.presets)) {
  const [ours, found] = secondsOf(() => findOwn(own(pattern), text))
  let theirs
  let other
  try {
    ;[theirs, other] = secondsOf(() => findBorrowed(borrowed(pattern), text))
  } catch (error) {
    console.log(`| ${name} | ${(text.length / 1e6 / ours).toFixed(1)} | refused: ${error.message} | |`)
    continue
  }
  total[0] += ours
  total[1] += theirs
  const keys = new Set(found.map(String))
  const same = other.filter((span) => keys.has(String(span))).length
  console.log(
    `| ${name} | ${(text.length / 1e6 / ours).toFixed(1)} | ${(text.length / 1e6 / theirs).toFixed(1)} | ${same} of ${found.length} and ${other.length} |`,
  )
}
console.log(
  `| all that both take | ${(text.length / 1e6 / total[0]).toFixed(2)} | ${(text.length / 1e6 / total[1]).toFixed(2)} | |`,
)

console.log(
  '\n| hostile pattern, ms at 50,000, 100,000, 200,000 units | iobert | re2js |\n| --- | --- | --- |',
)
for (const pattern of [/(?:a*)*b/u, /(?:a|a)*b/u, /a.*b.*c/u, /(?:a?){100}b/u, /[ab]*a[ab]{60}c/u]) {
  const times = [
    [own, findOwn],
    [borrowed, findBorrowed],
  ].map(([compile, find]) =>
    [5e4, 1e5, 2e5].map((length) => {
      const compiled = compile(pattern)
      return (1000 * secondsOf(() => find(compiled, 'a'.repeat(length)))[0]).toFixed(0)
    }),
  )
  console.log(
    `| \`${pattern.source.replaceAll('|', '\\|')}\` | ${times[0].join(', ')} | ${times[1].join(', ')} |`,
  )
}
