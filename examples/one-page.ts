/**
 * BERT on one page: the model in weights/ finds the names in a text, in plain TypeScript, from the bytes of
 * its files to a table of names.
 *
 *     node examples/one-page.ts                 in the root of the repository, with Node 22.18 or later
 *     node examples/one-page.ts "Ada Lovelace lived in London."
 *
 * Read it from top to bottom; docs/one-page.md explains each section. The comment at the end of a line gives
 * the shape of what the line makes, in these letters, with the sizes of this model:
 *
 *     T  tokens of the text   H  hidden size, 384          A  attention heads, 12       V  vocabulary, 28996
 *     L  layers, 6            I  intermediate size, 1536   D  size of a head, H/A = 32  C  labels, 9
 *
 * [1] Devlin et al. 2019, BERT: Pre-training of Deep Bidirectional Transformers, arXiv 1810.04805
 * [2] Vaswani et al. 2017, Attention Is All You Need, arXiv 1706.03762
 */
import { readFileSync } from 'node:fs'

// #region files
// 1. The files of the model.

/** A row of numbers, [n]. */
type Vector = Float32Array
/** Rows of one length, [rows, columns]. */
type Matrix = Vector[]

interface Config {
  num_hidden_layers: number // L
  num_attention_heads: number // A
  layer_norm_eps: number // ε
  id2label: Record<string, string> // C of them: { '0': 'O', '1': 'B-PER', '2': 'I-PER', ... }
}

const config: Config = JSON.parse(readFileSync('weights/config.json', 'utf8'))
const vocabulary = readFileSync('weights/vocab.txt', 'utf8').trimEnd().split('\n') // [V]
const file = readFileSync('weights/model.safetensors') // 22 MB
// #endregion

// #region weights
// 2. The weights. A safetensors file is the length of a header (8 bytes), the header (JSON), and the numbers.

type NumberType = 'F32' | 'F16' | 'I8'

interface Tensor {
  dtype: NumberType
  shape: number[]
  data_offsets: [begin: number, end: number] // bytes, counted from the end of the header
}

const headerEnd = 8 + Number(file.readBigUInt64LE(0))
const tensors: Record<string, Tensor> = JSON.parse(file.toString('utf8', 8, headerEnd))
const bytesOf: Record<NumberType, number> = { F32: 4, F16: 2, I8: 1 }

/** A float of 16 bits (IEEE 754): 1 of sign, 5 of exponent, 10 of fraction. No weight is infinite or NaN. */
function readHalf(address: number): number {
  const bits = file.readUInt16LE(address)
  const sign = bits >> 15 === 1 ? -1 : 1
  const exponent = (bits >> 10) & 0b11111
  const fraction = (bits & 0b1111111111) / 1024
  return exponent === 0 ? sign * fraction * 2 ** -14 : sign * (1 + fraction) * 2 ** (exponent - 15)
}

function readNumber(address: number, dtype: NumberType): number {
  if (dtype === 'I8') return file.readInt8(address)
  return dtype === 'F16' ? readHalf(address) : file.readFloatLE(address)
}

/** A row of a tensor, [columns]. A row of int8 has a scale: its number q stands for the weight scale · q. */
function readRow(name: string, row = 0): Vector {
  const { dtype, shape, data_offsets } = tensors[name]
  const columns = shape[shape.length - 1]
  const begin = headerEnd + data_offsets[0] + row * columns * bytesOf[dtype]
  const numbers = new Float32Array(columns).map((_, i) => readNumber(begin + i * bytesOf[dtype], dtype))
  if (dtype !== 'I8') return numbers
  const [scale] = readRow(`${name}_scale`, row) // of [rows, 1]
  return numbers.map((q) => scale * q)
}

/** A whole tensor, [rows, columns]. */
function readMatrix(name: string): Matrix {
  return Array.from({ length: tensors[name].shape[0] }, (_, row) => readRow(name, row))
}
// #endregion

// #region words
// 3. Text to words: the basic tokenizer of a cased BERT, which leaves letters as they are.

/** A word and its place: text.slice(start, end). Offsets count UTF-16 code units, as JavaScript does. */
export interface Word {
  text: string
  start: number
  end: number
}

/** Control, format and private-use characters are dropped, but for the three that are white space. */
const DROPPED = /(?![\t\n\r])[\p{Cc}\p{Cf}\p{Co}\p{Cs}\ufffd]/u
const SPACE = /\s/u
/** A word by itself: each mark of punctuation (in ASCII, all but letters and digits) ... */
const PUNCTUATION = /[\p{P}!-/:-@[-`{-~]/u
/** ... and each ideograph of Chinese, Japanese and Korean. */
const IDEOGRAPH =
  /[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{2a6df}\u{2a700}-\u{2ceaf}\u{2f800}-\u{2fa1f}]/u

export function splitWords(text: string): Word[] {
  const words: Word[] = []
  let open: Word | undefined // the word that the next letter continues
  for (const { 0: character, index } of text.matchAll(/./gsu)) {
    const end = index + character.length
    if (DROPPED.test(character)) continue
    if (SPACE.test(character)) open = undefined
    else if (PUNCTUATION.test(character) || IDEOGRAPH.test(character)) {
      words.push({ text: character, start: index, end })
      open = undefined
    } else if (open === undefined) {
      open = { text: character, start: index, end }
      words.push(open)
    } else {
      open.text += character
      open.end = end
    }
  }
  return words
}
// #endregion

// #region pieces
// 4. Words to pieces: WordPiece (Wu et al. 2016, arXiv 1609.08144, section 4.1; [1], section 3).

const idOf = new Map(vocabulary.map((piece, id) => [piece, id])) // piece → its line in vocab.txt, from 0
const CLS = idOf.get('[CLS]')! // 101, the first token of every text
const SEP = idOf.get('[SEP]')! // 102, the last
const UNKNOWN = idOf.get('[UNK]')! // 100, a word that the vocabulary cannot spell
const LONGEST_WORD = 100 // characters

/** Cuts a word greedily: the longest piece that begins it, then the longest that continues it (`##piece`). */
export function cutWord(word: string): number[] {
  const characters = Array.from(word) // code points
  if (characters.length > LONGEST_WORD) return [UNKNOWN]
  const ids: number[] = []
  let from = 0
  while (from < characters.length) {
    let to = characters.length
    let id: number | undefined
    while (id === undefined && to > from) {
      id = idOf.get((from > 0 ? '##' : '') + characters.slice(from, to).join(''))
      if (id === undefined) to--
    }
    if (id === undefined) return [UNKNOWN] // then the whole word is unknown
    ids.push(id)
    from = to
  }
  return ids
}
// #endregion

// #region operations
// 5. The operations of the model. A matrix has a row for each token of the text.

function sum(values: ArrayLike<number>): number {
  let total = 0
  for (let i = 0; i < values.length; i++) total += values[i]
  return total
}

function mean(values: ArrayLike<number>): number {
  return sum(values) / values.length
}

/** a + b: [T, H], [T, H] → [T, H] */
function add(a: Matrix, b: Matrix): Matrix {
  return a.map((row, t) => row.map((value, i) => value + b[t][i]))
}

/** a·bᵀ: [M, K], [N, K] → [M, N]. Nearly all of the time is spent in the innermost line. */
function multiplyTransposed(a: Matrix, b: Matrix): Matrix {
  return a.map((x) =>
    Float32Array.from(b, (y) => {
      let dot = 0
      for (let k = 0; k < x.length; k++) dot += x[k] * y[k]
      return dot
    }),
  )
}

/** A linear layer, x·Wᵀ + b: [T, K] → [T, N] */
function linear(x: Matrix, name: string): Matrix {
  const W = readMatrix(`${name}.weight`) // [N, K]
  const b = readRow(`${name}.bias`) // [N]
  return multiplyTransposed(x, W).map((row) => row.map((value, n) => value + b[n])) // [T, N]
}

/** (x − mean) / √(variance + ε) · weight + bias, row by row: [T, H] → [T, H] (Ba et al., arXiv 1607.06450) */
function layerNorm(x: Matrix, name: string): Matrix {
  const weight = readRow(`${name}.weight`) // [H]
  const bias = readRow(`${name}.bias`) // [H]
  return x.map((row) => {
    const center = mean(row)
    const variance = mean(row.map((value) => (value - center) ** 2))
    const deviation = Math.sqrt(variance + config.layer_norm_eps)
    return row.map((value, i) => ((value - center) / deviation) * weight[i] + bias[i]) // [H]
  })
}

/** e^xᵢ / Σⱼ e^xⱼ: [n] → [n], numbers that sum to 1. The maximum cancels; it keeps the powers finite. */
function softmax(x: Vector): Vector {
  const max = Math.max(...x)
  const powers = x.map((value) => Math.exp(value - max))
  const total = sum(powers)
  return powers.map((power) => power / total)
}

/** The error function, within 1.5e-7 (Abramowitz and Stegun 1964, formula 7.1.26). */
function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x))
  const coefficients = [1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592]
  const polynomial = coefficients.reduce((value, coefficient) => value * t + coefficient) * t
  return Math.sign(x) * (1 - polynomial * Math.exp(-x * x))
}

/** x/2 · (1 + erf(x/√2)), of each number: [T, I] → [T, I] (Hendrycks and Gimpel 2016, arXiv 1606.08415) */
function gelu(x: Matrix): Matrix {
  return x.map((row) => row.map((value) => (value / 2) * (1 + erf(value / Math.SQRT2))))
}
// #endregion

// #region embeddings
// 6. Embeddings: what each token is before it has seen the others ([1], section 3 and figure 2).

/** LayerNorm(word + segment + position): ids [T] → [T, H]. The tables are [V, H], [2, H] and [512, H]. */
function embed(ids: number[]): Matrix {
  const word = ids.map((id) => readRow('bert.embeddings.word_embeddings.weight', id)) // [T, H]
  const segment = ids.map(() => readRow('bert.embeddings.token_type_embeddings.weight', 0)) // [T, H]
  const position = ids.map((_, t) => readRow('bert.embeddings.position_embeddings.weight', t)) // [T, H]
  return layerNorm(add(add(word, segment), position), 'bert.embeddings.LayerNorm') // [T, H]
}
// #endregion

// #region attention
// 7. Attention: each token takes from every token as much as that one fits its query ([2], section 3.2).

/** softmax(Q·Kᵀ / √D)·V: three times [T, D] → [T, D] ([2], equation 1) */
function attention(Q: Matrix, K: Matrix, V: Matrix): Matrix {
  const D = Q[0].length
  const scores = multiplyTransposed(Q, K) // [T, T]: the query of each token with the key of each
  const weights = scores.map((row) => softmax(row.map((score) => score / Math.sqrt(D)))) // [T, T]
  return multiplyTransposed(weights, transpose(V)) // [T, D]
}

/** [T, D] → [D, T] */
function transpose(matrix: Matrix): Matrix {
  return Array.from(matrix[0], (_, column) => Float32Array.from(matrix, (row) => row[column]))
}

/** Concat(head₁, ..., head_A)·Wᴼ: [T, H] → [T, H] ([2], section 3.2.2). Head a has columns a·D to a·D + D. */
function multiHead(x: Matrix, name: string): Matrix {
  const Q = linear(x, `${name}.self.query`) // [T, H]
  const K = linear(x, `${name}.self.key`) // [T, H]
  const V = linear(x, `${name}.self.value`) // [T, H]
  const D = Q[0].length / config.num_attention_heads
  const heads = x.map((row) => new Float32Array(row.length)) // [T, H]
  for (let a = 0; a < config.num_attention_heads; a++) {
    const part = (matrix: Matrix) => matrix.map((row) => row.subarray(a * D, a * D + D)) // [T, H] → [T, D]
    const head = attention(part(Q), part(K), part(V)) // [T, D]
    for (let t = 0; t < x.length; t++) heads[t].set(head[t], a * D)
  }
  return linear(heads, `${name}.output.dense`) // [T, H]
}
// #endregion

// #region model
// 8. The model: L layers of an encoder ([1], section 3, after [2], section 3.1), and a linear layer on top.

/** Attention, then two linear layers around a gelu; each half is LayerNorm(x + half(x)): [T, H] → [T, H] */
function encoderLayer(x: Matrix, name: string): Matrix {
  const attended = multiHead(x, `${name}.attention`) // [T, H]
  const y = layerNorm(add(x, attended), `${name}.attention.output.LayerNorm`) // [T, H]
  const intermediate = gelu(linear(y, `${name}.intermediate.dense`)) // [T, I] ([2], equation 2)
  const output = linear(intermediate, `${name}.output.dense`) // [T, H]
  return layerNorm(add(y, output), `${name}.output.LayerNorm`) // [T, H]
}

/** The forward pass: ids [T] → logits [T, C], a score for each token and label ([1], sections 4 and 5.3) */
export function forward(ids: number[]): Matrix {
  let h = embed(ids) // [T, H]
  for (let l = 0; l < config.num_hidden_layers; l++) h = encoderLayer(h, `bert.encoder.layer.${l}`) // [T, H]
  return linear(h, 'classifier') // [T, C]
}
// #endregion

// #region entities
// 9. Logits to entities. The labels are IOB2 (Ramshaw, Marcus 1995; Tjong Kim Sang, Veenstra 1999): B-PER
// begins a person, I-PER continues it, O is no name.

const labels = Object.values(config.id2label) // [C]: O, B-PER, I-PER, B-ORG, ...
const types = labels.map((label) => label.slice(2)) // [C]: nothing, PER, PER, ORG, ...

interface LabelledWord extends Word {
  label: string
  type: string
  score: number // the probability of the type, B- and I- together
}

/** Softmax of each token; the mean over the tokens of a word; its likeliest label: [T, C] → [words] */
function labelWords(words: Word[], pieces: number[][], logits: Matrix): LabelledWord[] {
  const probabilities = logits.map(softmax) // [T, C]
  let first = 1 // the first token of a word; token 0 is [CLS]
  return words.map((word, index) => {
    const rows = probabilities.slice(first, first + pieces[index].length) // [tokens of the word, C]
    first += rows.length
    const means = labels.map((_, c) => mean(rows.map((row) => row[c]))) // [C]
    const likeliest = means.indexOf(Math.max(...means))
    const type = types[likeliest]
    return { ...word, label: labels[likeliest], type, score: sum(means.filter((_, c) => types[c] === type)) }
  })
}

/** A name: text.slice(start, end). */
export interface Entity {
  type: string // PER, ORG, LOC or MISC
  text: string
  start: number
  end: number
  score: number // the mean over its words
}

/** I- continues the entity before it, where that is of its type; any other label but O begins one. */
function groupWords(words: LabelledWord[], text: string): Entity[] {
  const groups: LabelledWord[][] = []
  for (const [index, word] of words.entries()) {
    if (word.label === 'O') continue
    const continues = word.label.startsWith('I-') && words[index - 1]?.type === word.type
    if (continues) groups[groups.length - 1].push(word)
    else groups.push([word])
  }
  return groups.map((group) => {
    const { type, start } = group[0]
    const { end } = group[group.length - 1]
    return { type, text: text.slice(start, end), start, end, score: mean(group.map(({ score }) => score)) }
  })
}
// #endregion

// #region all
// 10. All of it.

export function findEntities(text: string): Entity[] {
  const words = splitWords(text)
  const pieces = words.map((word) => cutWord(word.text)) // the ids of each word
  const ids = [CLS, ...pieces.flat(), SEP] // [T], at most 512
  const logits = forward(ids) // [T, C]
  return groupWords(labelWords(words, pieces, logits), text)
}

if (process.argv[1] === import.meta.filename) {
  const text = process.argv[2] ?? "Angela Merkel met Tim Cook at Apple's office in Berlin."
  console.table(findEntities(text))
}
// #endregion
