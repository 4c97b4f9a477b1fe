// Rows for the tests of scale: repeated sentences, made different by the row's number, with an invalid one
// here and there. `node texts.mjs COUNT` prints [id, text] on each line; text is null, or {"bytes": base64}
// for bytes that are not UTF-8.
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const goldens = new URL('../goldens/', import.meta.url)
const wikigold = new URL('../../../shared/data/wikigold.conll', import.meta.url)

function goldenTexts() {
  return ['entities-small-3.jsonl', 'tokenizer-cased.jsonl'].flatMap((name) => {
    const lines = readFileSync(new URL(name, goldens), 'utf8').trim().split('\n')
    // The first line says where the rest is from.
    return lines.slice(1).map((line) => JSON.parse(line).text)
  })
}

function wikigoldTexts() {
  const sentences = readFileSync(wikigold, 'utf8').split(/\n\s*\n/)
  const words = sentences.map((sentence) =>
    sentence
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[0]),
  )
  return words.map((list) => list.join(' ')).filter((text) => text !== '' && !text.startsWith('-DOCSTART-'))
}

/** @returns COUNT texts: WikiGold's sentences where many are asked for and it is there, else the goldens' odd ones */
export function texts(count) {
  const wanted = count > 10_000 && existsSync(wikigold) ? wikigoldTexts() : goldenTexts()
  // Lone surrogates have no UTF-8.
  const sentences = wanted
    .map((text) => text.toWellFormed?.() ?? text)
    .filter((text) => !/\p{Cs}/u.test(text))
  return Array.from({ length: count }, (_, i) => `${sentences[i % sentences.length]} (${i})`)
}

export const MAX_CHARS = 5000

/** Texts with, in each 500, one that is null, one that is too long, one that is not UTF-8 and one that is empty. */
export function rows(count) {
  const bad = {
    100: null,
    200: 'x'.repeat(MAX_CHARS + 1),
    300: { bytes: Buffer.from('Paris \xff\xfe Rome', 'latin1').toString('base64') },
    400: '',
  }
  return texts(count).map((text, i) => [i, i % 500 in bad ? bad[i % 500] : text])
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const lines = rows(Number(process.argv[2])).map((row) => `${JSON.stringify(row)}\n`)
  process.stdout.write(lines.join(''))
}
