/** `iobert fill`: predicts masked words. */
import type { BertModel } from '../bert-model.ts'
import { fillMaskRows, type MaskedWord } from '../fill-mask.ts'
import { loadModel } from '../node.ts'
import { answerTexts, plainLines } from './answers.ts'
import { valuesFor } from './arguments.ts'
import { type Command, defineCommand } from './command.ts'
import { findSources } from './inputs.ts'
import { withModel } from './loading.ts'
import { inputRows, jsonRows, neededModelRows } from './options.ts'

const MAX_CHARS = 1_000_000

export const command: Command = defineCommand({
  usage: 'fill -m M [OPTIONS] TEXT|FILE...',
  about: [
    `Writes the words that may stand where a text has the model's mask token, [MASK] or <mask>, the likeliest first,
      with a model that guesses words (...ForMaskedLM). Arguments are texts or files, as in iobert --help; - is stdin.`,
  ],
  options: {
    'Output (default: a line a word: score, tab, word, tab, the text with it; an empty line between masks and texts)':
      {
        json: {
          ...jsonRows.json,
          help: `one array, an object a text: {"file"?, "masks"}, for each mask a list of {"score", "token",
            "token_str", "sequence"}`,
        },
        jsonl: jsonRows.jsonl,
        top: fillMaskRows.top,
      },
    Input: inputRows,
    Model: neededModelRows,
  },
  after: `Example
  iobert fill -m distilbert/distilbert-base-cased "Berlin is the [MASK] of Germany."
`,
  async run(given) {
    const { options } = given
    const asked = valuesFor(options, fillMaskRows)
    const sources = await findSources(given)
    return withModel(
      options,
      (load) => loadModel(options.model, load),
      (model) =>
        answerTexts<MaskedWord[][]>(sources, {
          maxChars: MAX_CHARS,
          format: options.format,
          async answer(texts) {
            const answers: (MaskedWord[][] | RangeError)[] = []
            for (const { text } of texts) answers.push(await masksOf(model, text, asked))
            return answers
          },
          fields: (masks) => ({ masks }),
          shape: plainLines((masks) => masks.map(linesOf).join('\n'), '\n'),
        }),
    )
  },
})

/** A list for each mask, even if there is only one; the error for a text takes the place of its answer. */
async function masksOf(
  model: BertModel,
  text: string,
  options: { readonly top?: number },
): Promise<MaskedWord[][] | RangeError> {
  try {
    const words = await model.fillMask<MaskedWord[] | MaskedWord[][]>(text, options)
    const masks = Array.isArray(words[0]) ? (words as MaskedWord[][]) : [words as MaskedWord[]]
    return masks.map((mask) => mask.map((word) => ({ ...word, score: Number(word.score.toPrecision(6)) })))
  } catch (error) {
    if (error instanceof RangeError) return error
    throw error
  }
}

function linesOf(words: readonly MaskedWord[]): string {
  return words.map(({ score, token_str, sequence }) => `${score}\t${token_str}\t${sequence}\n`).join('')
}
