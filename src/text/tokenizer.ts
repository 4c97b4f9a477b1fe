/**
 * Splits a text into pieces: added tokens are cut out, then come normalizer, pre-tokenizer and model. Every
 * step carries positions in the text along.
 */

import { kindOf } from '../check/kind.ts'
import { type AddedToken, AddedTokenMatcher } from './added-tokens.ts'
import type { Encoding, PairEncoding } from './encoding.ts'
import type {
  Decoder,
  Normalizer,
  PieceModel,
  PreTokenizer,
  Template,
  TrimOffsets,
  VisitWord,
} from './steps.ts'
import { mostOf, NormalizedText, tooLong } from './text-with-offsets.ts'
import { MAX_VOCABULARY_BYTES, tooLong as piecesTooLong, type Vocabulary } from './vocabulary.ts'

export interface TokenizerParts {
  readonly vocabulary: Vocabulary
  readonly addedTokens: readonly AddedToken[]
  /** If undefined, the text stays unchanged. */
  readonly normalizer: Normalizer | undefined
  /** If undefined, the text between two added tokens is one word. */
  readonly preTokenizer: PreTokenizer | undefined
  readonly model: PieceModel
  /** What begins and ends a sequence, one special token each. */
  readonly template: Template
  readonly trimOffsets: TrimOffsets | undefined
  /** Steps for words that are given separately, if they differ. */
  readonly words?: Pick<TokenizerParts, 'preTokenizer' | 'trimOffsets'> | undefined
  readonly decoder: Decoder
  readonly unkId: number
  /** Ids of `[MASK]` and `[PAD]`, or of what they are called here. */
  readonly maskId: number | undefined
  readonly padId: number | undefined
  readonly maxLength: number | undefined
}

/**
 * A tokenizer, equal to the Rust tokenizers library piece for piece, except that offsets are UTF-16.
 *
 * @example
 * const tokenizer = await readTokenizer(files)
 * const { ids, tokens, offsets } = tokenizer.encode('Angela Merkel')
 */
export class Tokenizer {
  /** Id of `[CLS]`, or `<s>`, which begins every sequence. */
  readonly clsId: number
  /** Id of `[SEP]`, or `</s>`, which ends it. */
  readonly sepId: number
  /** Id of `[UNK]`, or `<unk>`. */
  readonly unkId: number
  /** Id of `[MASK]`, or `<mask>`, which stands for a word to predict; undefined if there is none. */
  readonly maskId: number | undefined
  /** Id of `[PAD]`, or `<pad>`; undefined if there is none. */
  readonly padId: number | undefined
  /** V: ids are below this number. */
  readonly vocabularySize: number
  /** Maximum number of pieces in a sequence, `[CLS]` and `[SEP]` included, if the model's files state it. */
  readonly maxLength: number | undefined
  /** Whether a piece shows that it continues a word, as `##ing` does. */
  readonly marksContinuations: boolean
  readonly #parts: TokenizerParts
  /** Tokens to look for in the original text, and in the normalized text. */
  readonly #rawTokens: AddedTokenMatcher
  readonly #normalizedTokens: AddedTokenMatcher
  /** The contents of the latter in normalized text and in decoded text, by id. */
  readonly #normalizedContents: ReadonlyMap<number, string>
  /** Added tokens by id, including those that are in the vocabulary too. */
  readonly #added: ReadonlyMap<number, AddedToken>

  /** Use `loadTokenizer`. */
  constructor(parts: TokenizerParts) {
    const { vocabulary, addedTokens, template, normalizer } = parts
    const [first, , last] = template.single as readonly { id: number }[]
    this.clsId = first!.id
    this.sepId = last!.id
    this.unkId = parts.unkId
    this.maskId = parts.maskId
    this.padId = parts.padId
    this.vocabularySize = vocabulary.size
    this.maxLength = parts.maxLength
    this.marksContinuations = parts.model.marksContinuations ?? false
    this.#parts = parts
    this.#added = new Map(addedTokens.map((token) => [token.id, token]))
    this.#rawTokens = new AddedTokenMatcher(addedTokens.filter((token) => !token.normalized))
    const normalized = addedTokens.filter((token) => token.normalized)
    let length = 0
    const contents = normalized.map(({ content }) => {
      const text = NormalizedText.of(content)
      const made = (normalizer?.normalize(text, 0, text.length) ?? text).slice()
      // Each may be much longer than in the file.
      length += made.length
      if (length > MAX_VOCABULARY_BYTES) throw piecesTooLong('the added tokens')
      return made
    })
    this.#normalizedTokens = new AddedTokenMatcher(normalized, contents)
    this.#normalizedContents = new Map(normalized.map(({ id }, index) => [id, contents[index]!]))
  }

  /** A copy without added tokens whose id is `rows` or more, for a model with so many rows. */
  withRows(rows: number): Tokenizer {
    const addedTokens = this.#parts.addedTokens.filter(({ id }) => id < rows)
    if (addedTokens.length === this.#parts.addedTokens.length) return this
    return new Tokenizer({ ...this.#parts, addedTokens })
  }

  /** Number of ids in the vocabulary and the added tokens. */
  get idCount(): number {
    const { addedTokens } = this.#parts
    return this.vocabularySize + addedTokens.filter(({ id }) => id >= this.vocabularySize).length
  }

  /**
   * Encodes a text of any length, without truncation; or two texts as one sequence.
   *
   * @throws {TypeError} if a text is not a string
   *
   * @example
   * const { ids, tokenTypeIds } = model.tokenizer.encode('Who is chancellor?', 'Angela Merkel was.')
   */
  encode(text: string): Encoding
  encode(text: string, pair: string): PairEncoding
  encode(text: string, pair?: string): Encoding | PairEncoding {
    checkText(text, 'The text to encode')
    if (pair === undefined) {
      return this.#fill((output) => this.#append(output, text, 0, undefined))
    }
    checkText(pair, 'The second text to encode')
    return this.#fillPair([text, pair])
  }

  /**
   * Encodes words that are already separated: `wordIds` are indices into `words`, offsets refer to the words
   * joined by single spaces. A word of which the normalizer leaves nothing has no pieces.
   *
   * @throws {TypeError} if a word is not a string
   */
  encodeWords(words: readonly string[]): Encoding {
    if (!Array.isArray(words))
      throw new TypeError(`The words to encode must be an array, not ${kindOf(words)}`)
    return this.#fill((output) => {
      let offset = 0
      words.forEach((word, index) => {
        checkText(word, `Word ${index}`)
        this.#append(output, word, offset, index)
        offset += word.length + 1
      })
    })
  }

  /**
   * Decodes ids to text, leaving out special tokens: roughly the text that was encoded, as far as the pieces
   * preserve it. Ids outside the vocabulary are ignored.
   *
   * @param options `specialTokens`: whether to include them
   * @throws {TypeError} if `ids` is not an array
   *
   * @example
   * model.tokenizer.decode(model.tokenizer.encode('Angela Merkel').ids) // 'Angela Merkel'
   */
  decode(ids: readonly number[], { specialTokens = false }: { specialTokens?: boolean } = {}): string {
    if (!Array.isArray(ids)) throw new TypeError(`The ids to decode must be an array, not ${kindOf(ids)}`)
    const tokens: string[] = []
    for (const id of ids) {
      if (!specialTokens && this.#added.get(id)?.special) continue
      const token = this.#normalizedContents.get(id) ?? this.#tokenOf(id)
      if (token !== undefined) tokens.push(token)
    }
    return this.#parts.decoder(tokens).join('')
  }

  #fill(append: (output: Encoding) => void): Encoding {
    const output: Encoding = { ids: [], tokens: [], offsets: [], wordIds: [] }
    for (const part of this.#parts.template.single) {
      if ('sequence' in part) append(output)
      else pushSpecial(output, part)
    }
    return output
  }

  #fillPair(texts: readonly string[]): PairEncoding {
    const output: Encoding = { ids: [], tokens: [], offsets: [], wordIds: [] }
    const tokenTypeIds: number[] = []
    const sequenceIds: (number | null)[] = []
    for (const part of this.#parts.template.pair) {
      if ('sequence' in part) this.#append(output, texts[part.sequence]!, 0, undefined)
      else pushSpecial(output, part)
      while (tokenTypeIds.length < output.ids.length) {
        tokenTypeIds.push(part.typeId)
        sequenceIds.push('sequence' in part ? part.sequence : null)
      }
    }
    return { ...output, tokenTypeIds, sequenceIds }
  }

  /**
   * @param wordId given if the whole text is one word; otherwise words are counted
   */
  #append(output: Encoding, text: string, offset: number, wordId: number | undefined): void {
    const { normalizer, model } = this.#parts
    const isWord = wordId !== undefined
    const preTokenizer = (isWord && this.#parts.words?.preTokenizer) || this.#parts.preTokenizer
    const trim = isWord && this.#parts.words ? this.#parts.words.trimOffsets : this.#parts.trimOffsets
    const begin = output.ids.length
    const most = begin + mostOf(text.length)
    let words = 0
    const push = (id: number, token: string, part: NormalizedText, from: number, to: number): void => {
      let start = part.starts[from]!
      let end = part.ends[to - 1]!
      if (trim) [start, end] = trim(part, from, to, start === 0 || output.ids.length === begin)
      if (output.ids.length === most) throw tooLong()
      output.ids.push(id)
      output.tokens.push(token)
      output.offsets.push([offset + start, offset + end])
      output.wordIds.push(wordId ?? words)
    }
    let current: NormalizedText
    const piece = (id: number, from: number, to: number): void => {
      push(id, this.#tokenOf(id) ?? '', current, from, to)
    }
    const word: VisitWord = (inner, from, to) => {
      current = inner
      inner.look(model.comparisons * (to - from))
      model.tokenize(inner.codePoints, from, to, piece)
      words++
    }
    const added = ({ id, content }: AddedToken, part: NormalizedText, from: number, to: number): void => {
      push(id, content, part, from, to)
      words++
    }
    const source = NormalizedText.of(text)
    this.#rawTokens.split(source, 0, source.length, (from, to, token) => {
      if (token) return added(token, source, from, to)
      const normalized = normalizer?.normalize(source, from, to)
      const part = normalized ?? source
      const [start, end] = normalized ? [0, normalized.length] : [from, to]
      this.#normalizedTokens.split(part, start, end, (first, last, found) => {
        if (found) added(found, part, first, last)
        else if (preTokenizer) preTokenizer.split(part, first, last, word)
        else word(part, first, last)
      })
    })
  }

  #tokenOf(id: number): string | undefined {
    return this.#parts.vocabulary.pieceOf(id) ?? this.#added.get(id)?.content
  }
}

function pushSpecial(output: Encoding, { id, token }: { id: number; token: string }): void {
  output.ids.push(id)
  output.tokens.push(token)
  output.offsets.push([0, 0])
  output.wordIds.push(null)
}

function checkText(text: unknown, what: string): void {
  if (typeof text !== 'string') throw new TypeError(`${what} must be a string, not ${kindOf(text)}`)
}
