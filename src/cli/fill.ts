/** `iobert fill`: words for masks. */
import type { BertModel } from '../bert-model.ts'
import type { MaskedWord } from '../fill-mask.ts'
import { loadModel } from '../node.ts'
import { type Answer, answerInputs } from './answers.ts'
import { oneOf, type ParsedArguments, switches, UsageError, valued } from './arguments.ts'
import type { Command } from './command.ts'
import { findSources, inputOptionTable } from './inputs.ts'
import { loadOptionHelp, loadOptions, loadOptionTable, neededModel, withLoadingBar } from './model-options.ts'

const help = `Usage: iobert fill -m M [OPTIONS] TEXT|FILE...

Writes the words that may stand where a text has the model's mask token, [MASK] or <mask>, the likeliest first, with a
model that guesses words (...ForMaskedLM). Arguments are texts or files, as in iobert --help; - is stdin.

Output (default: a line a word: score, tab, word, tab, the text with it; an empty line between masks and between texts)
      --json           one array, an object a text: {"file"?, "masks"}, for each mask a list of
                       {"score", "token", "token_str", "sequence"}
      --jsonl          a line in, a line out: {"text", "id"?} or a JSON string becomes {"id"?, "masks"}, or
                       {"id"?, "error"} for a bad line
      --top N          words a mask; default 5

Input
  -t, --text           every argument is a text
  -f, --file           every argument is a file

${loadOptionHelp}  -h, --help           this page

Example
  iobert fill -m distilbert/distilbert-base-cased "Berlin is the [MASK] of Germany."
`
const MAX_CHARS = 1_000_000

async function run(args: ParsedArguments): Promise<number> {
  const format = oneOf(args, 'json', 'jsonl')
  const name = neededModel(args, 'fill')
  const top = Number(args.value('top') ?? 5)
  if (!(Number.isSafeInteger(top) && top >= 1)) {
    throw new UsageError(`--top is ${args.value('top')}, expected a whole number from 1`)
  }
  const load = loadOptions(args)
  const sources = await findSources(args)
  const model = await withLoadingBar((onProgress) => loadModel(name, { ...load, onProgress }))
  try {
    return await answerInputs(sources, {
      maxChars: MAX_CHARS,
      format,
      async answer(texts): Promise<Answer<MaskedWord[][]>[]> {
        const answers: Answer<MaskedWord[][]>[] = []
        for (const text of texts) answers.push(await answerTo(model, text, top))
        return answers
      },
      fields: (masks) => ({ masks }),
      lines: (masks) => masks.map(lines).join('\n'),
      between: '\n',
    })
  } finally {
    model.dispose()
  }
}

/** What is wrong with one text is its own answer. */
async function answerTo(model: BertModel, text: string, top: number): Promise<Answer<MaskedWord[][]>> {
  try {
    return { result: await masksOf(model, text, top) }
  } catch (error) {
    if (error instanceof RangeError) return { error: error.message }
    throw error
  }
}

/** A list for each mask, also where there is one. */
async function masksOf(model: BertModel, text: string, top: number): Promise<MaskedWord[][]> {
  const words = await model.fillMask<MaskedWord[] | MaskedWord[][]>(text, { top })
  const masks = Array.isArray(words[0]) ? (words as MaskedWord[][]) : [words as MaskedWord[]]
  return masks.map((mask) => mask.map((word) => ({ ...word, score: Number(word.score.toPrecision(6)) })))
}

function lines(words: readonly MaskedWord[]): string {
  return words.map(({ score, token_str, sequence }) => `${score}\t${token_str}\t${sequence}\n`).join('')
}

export const command: Command = {
  help,
  options: { ...loadOptionTable, ...switches('json', 'jsonl'), ...valued('top'), ...inputOptionTable },
  run,
}
