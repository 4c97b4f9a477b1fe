/**
 * Reads the Rust tokenizers library's results for texts from stdin, one JSON object on each line, and reports
 * where the tokenizer built here differs. The first line has the tokenizer's files, or the folder they are
 * in. See fuzz-tokenizers.py and fuzz-model-tokenizers.py.
 *
 *     node tools/goldens/compare-tokenizer.mjs NAME < LINES
 */
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { mapFiles } from '../../dist/format/source.js'
import { loadTokenizer } from '../../dist/node.js'
import { readTokenizer } from '../../dist/text/read-tokenizer.js'

/** Differences shown of each part. */
const SHOWN = 5

const [name] = process.argv.slice(2)
const wrongPlaces = JSON.parse(
  readFileSync(new URL('../../test/goldens/family/wrong-places.json', import.meta.url), 'utf8'),
)
const bytes = (value) => new TextEncoder().encode(JSON.stringify(value))
/** How many lines differ, by part. */
const differing = new Map()
let count = 0
let mistakes = 0
let tokenizer

for await (const line of createInterface({ input: process.stdin })) {
  const wanted = JSON.parse(line)
  if (tokenizer === undefined && wanted.folder) {
    tokenizer = await loadTokenizer(wanted.folder)
    continue
  }
  if (tokenizer === undefined) {
    tokenizer = await readTokenizer(
      mapFiles(
        new Map([
          ['tokenizer.json', bytes(wanted.tokenizer)],
          ['tokenizer_config.json', bytes(wanted.config)],
          ['config.json', bytes({ architectures: ['RobertaForMaskedLM'] })],
        ]),
      ),
    )
    continue
  }
  count++
  compare(wanted, encode(wanted))
}

const parts = [...differing].map(([part, lines]) => `${lines} in ${part}`)
console.log(
  `${name}: ${count} texts, different: ${parts.join(', ') || 'none'}; places of the library that are wrong: ${mistakes}`,
)
process.exitCode = differing.size > 0 ? 1 : 0

function encode({ text, pair, words, ids }) {
  if (words) return tokenizer.encodeWords(words)
  if (pair !== undefined) return tokenizer.encode(text, pair)
  return { ...tokenizer.encode(text), decoded: tokenizer.decode(ids) }
}

function compare(wanted, found) {
  for (const part of ['ids', 'wordIds', 'offsets', 'decoded', 'tokenTypeIds', 'sequenceIds']) {
    if (wanted[part] === undefined || JSON.stringify(wanted[part]) === JSON.stringify(found[part])) continue
    if (part === 'offsets' && isMistaken(wanted.text)) {
      mistakes++
      continue
    }
    const lines = (differing.get(part) ?? 0) + 1
    differing.set(part, lines)
    if (lines > SHOWN) continue
    const { text, pair, words } = wanted
    console.log(`${name} ${part} of ${JSON.stringify({ text, pair, words })}`)
    console.log(
      `  the library: ${JSON.stringify(wanted[part])}\n  here:        ${JSON.stringify(found[part])}`,
    )
  }
}

function isMistaken(given) {
  return wrongPlaces.some(
    ({ kinds, text }) => new RegExp(kinds, 'u').test(name) && new RegExp(text, 'u').test(given),
  )
}
