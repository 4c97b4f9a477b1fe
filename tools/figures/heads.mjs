// Measures what the attention heads of the shipped model look at, over the sentences of a CoNLL file, and
// writes it to docs/figures/heads.json, from which docs/figures/attention.svg takes its heads and their
// names.
//   node tools/figures/heads.mjs FILE
import { readFileSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Longer sentences would make one head's habit that of a few long texts. */
const MOST_PIECES = 128

/**
 * The pieces that each habit is about, for piece t: none where there is nothing of the kind. `words` and `names` say which
 * word and which name a piece belongs to; a name is null where it belongs to none.
 */
const HABITS = {
  'the piece before': (t) => [t - 1],
  'the piece behind': (t) => [t + 1],
  itself: (t) => [t],
  '[CLS]': () => [0],
  '[SEP]': (_, { tokens }) => [tokens.length - 1],
  'other pieces of its word': (t, { inner, words }) => inner.filter((u) => u !== t && words[u] === words[t]),
  'other words of its name': (t, { inner, words, names }) =>
    names[t] === null ? [] : inner.filter((u) => names[u] === names[t] && words[u] !== words[t]),
  'the same piece elsewhere': (t, { inner, tokens }) =>
    inner.filter((u) => u !== t && tokens[u] === tokens[t]),
}

/** The sentences of a CoNLL file: `[word, label]` each. */
export function readSentences(file) {
  const blocks = readFileSync(file, 'utf8').split(/\n\s*\n/)
  return blocks
    .map((block) =>
      block
        .split('\n')
        .filter((line) => line.trim() !== '' && !line.startsWith('-DOCSTART-'))
        .map((line) => line.trim().split(/\s+/))
        .map((columns) => [columns[0], columns.at(-1)]),
    )
    .filter((sentence) => sentence.length > 0)
}

/** What a sentence's pieces are and belong to. */
function piecesOf(tokenizer, sentence) {
  const text = sentence.map(([word]) => word).join(' ')
  const { ids, tokens, offsets } = tokenizer.encode(text)
  const starts = []
  sentence.reduce((at, [word]) => {
    starts.push(at)
    return at + word.length + 1
  }, 0)
  const nameOfWord = []
  sentence.forEach(([, label], index) => {
    const before = sentence[index - 1]?.[1]
    const begins = before === undefined || label.startsWith('B-') || label.slice(1) !== before.slice(1)
    nameOfWord.push(label === 'O' ? null : begins ? index : nameOfWord[index - 1])
  })
  const wordAt = (start) => starts.findLastIndex((one) => one <= start)
  const inner = ids.map((_, t) => t).slice(1, -1)
  const words = offsets.map(([start, end]) => (end > start ? wordAt(start) : null))
  return { ids, tokens, inner, words, names: words.map((word) => (word === null ? null : nameOfWord[word])) }
}

/**
 * The mean share of its attention that each head gives to what each habit is about.
 *
 * @returns how many sentences and pieces were read, and by habit the mean shares, [L · A]
 */
export async function measureHeads({ model, tokenizer }, sentences) {
  const { numLayers, numHeads } = model.config
  const sums = Object.fromEntries(
    Object.keys(HABITS).map((habit) => [
      habit,
      { pieces: 0, shares: new Float64Array(numLayers * numHeads) },
    ]),
  )
  let [read, pieces] = [0, 0]
  for (const sentence of sentences) {
    const parts = piecesOf(tokenizer, sentence)
    const T = parts.ids.length
    if (T > MOST_PIECES) continue
    read++
    pieces += parts.inner.length
    const { attentions } = await model.forward([parts.ids], { attentions: true, logits: false })
    for (const [habit, find] of Object.entries(HABITS)) {
      const sum = sums[habit]
      for (const t of parts.inner) {
        const wanted = find(t, parts)
        if (wanted.length === 0) continue
        sum.pieces++
        for (let l = 0, at = 0; l < numLayers; l++) {
          for (let a = 0; a < numHeads; a++, at++) {
            const row = (a * T + t) * T
            for (const u of wanted) sum.shares[at] += attentions[0][l][row + u]
          }
        }
      }
    }
  }
  const means = Object.entries(sums).map(([habit, sum]) => [
    habit,
    Array.from(sum.shares, (share) => share / sum.pieces),
  ])
  return { sentences: read, pieces, means: Object.fromEntries(means) }
}

/** What a head gives most of its attention to names it where the next habit is this much behind. */
const LEAD = 4 / 3

/**
 * A head is named after what it gives most of its attention to; of each name, the head that does so most. Most heads do a little of
 * everything and have none.
 *
 * @returns [{ habit, layer, head, share, next }], the surest first; `next` is what that head looks at second
 */
export function nameHeads(means, numHeads) {
  const habits = Object.keys(means)
  const named = means[habits[0]].map((_, at) => {
    const ranked = habits
      .map((habit) => ({ habit, share: means[habit][at] }))
      .sort((a, b) => b.share - a.share)
    return { layer: Math.floor(at / numHeads), head: at % numHeads, ...ranked[0], next: ranked[1] }
  })
  const clear = named
    .filter(({ share, next }) => share >= LEAD * next.share)
    .sort((a, b) => b.share - a.share)
  return clear.filter(({ habit }, index) => clear.findIndex((one) => one.habit === habit) === index)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , file] = process.argv
  if (file === undefined) throw new Error('Give a CoNLL file: node tools/figures/heads.mjs FILE')
  const { loadRecognizer } = await import('../../dist/node.js')
  const ner = await loadRecognizer(undefined, { inline: true, threads: 1 })
  const { means, ...counts } = await measureHeads(ner, readSentences(file))
  const heads = nameHeads(means, ner.model.config.numHeads)
  ner.dispose()
  const short = (_, value) => (typeof value === 'number' ? Number(value.toFixed(3)) : value)
  const target = new URL('../../docs/figures/heads.json', import.meta.url)
  writeFileSync(target, `${JSON.stringify({ file: basename(file), ...counts, heads }, short, 2)}\n`)
  for (const { habit, layer, head, share, next } of heads)
    console.log(
      `layer ${layer + 1}, head ${head + 1}: ${habit} ${share.toFixed(2)}, then ${next.habit} ${next.share.toFixed(2)}`,
    )
}
