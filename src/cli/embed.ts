/** `iobert embed`: vectors of texts. */
import type { BertModel } from '../bert-model.ts'
import { checkEmbedOptions, type EmbedOptions } from '../embed.ts'
import { loadModel } from '../node.ts'
import { answerInputs } from './answers.ts'
import { oneOf, type ParsedArguments, switches, UsageError, valued } from './arguments.ts'
import type { Command } from './command.ts'
import { findSources, inputOptionTable, MAX_CHARS } from './inputs.ts'
import {
  asUsage,
  loadOptionHelp,
  loadOptions,
  loadOptionTable,
  number,
  withLoadingBar,
} from './model-options.ts'

const help = `Usage: iobert embed [OPTIONS] TEXT|FILE...

Writes one vector a text: the hidden states of a layer, pooled over the text's pieces, [CLS] and [SEP] included. A model
of sentence-transformers (modules.json) says how it pools. Arguments are texts or files, as in iobert --help; - is stdin.
A text longer than the model's window is read in windows that do not overlap: mean and max take the pieces of all of
them, cls is that of the first.

Output (default: a line a text, its numbers with spaces between)
      --json           one array, an object a text: {"file"?, "embedding"}
      --jsonl          a line in, a line out: {"text", "id"?} or a JSON string becomes {"id"?, "embedding"}, or
                       {"id"?, "error"} for a bad line

Vectors
      --pooling P      mean, cls or max; default: what the model's folder says, else mean
      --normalize      scale vectors to length 1; default: what the model's folder says, else not
      --no-normalize   leave them as they are
      --prompt NAME    what is put before each text, by its name in the model's folder: query, passage, ...
      --no-prompt      nothing, also where the folder names one that is put there
      --no-windows     cut a longer text at the model's window, as sentence-transformers does, in place of reading all of it
      --layer N        0 the embeddings' output, 1 the first layer's ...; default -1, the last one's

Input
  -t, --text           every argument is a text
  -f, --file           every argument is a file

${loadOptionHelp}  -h, --help           this page

Example
  iobert embed -m sentence-transformers/all-MiniLM-L6-v2 --json "Berlin is a city." "Paris is a city."
`

async function run(args: ParsedArguments): Promise<number> {
  const format = oneOf(args, 'json', 'jsonl')
  const options = embedOptions(args)
  const load = loadOptions(args)
  const sources = await findSources(args)
  const model = await withLoadingBar((onProgress) => loadModel(args.value('model'), { ...load, onProgress }))
  try {
    return await answerInputs(sources, {
      maxChars: MAX_CHARS,
      format,
      answer: async (texts) => (await embed(model, texts, options)).map((result) => ({ result })),
      fields,
      lines: (vector) => `${numbers(vector).join(' ')}\n`,
    })
  } finally {
    model.dispose()
  }
}

/** A layer that the model does not have is known only when it is loaded. */
async function embed(
  model: BertModel,
  texts: readonly string[],
  options: EmbedOptions,
): Promise<Float32Array[]> {
  const { layer = -1 } = options
  const layers = model.config.numLayers
  if (layer <= layers && layer >= -layers - 1) return model.embed(texts, options)
  throw new UsageError(`--layer is ${layer}, and the model has ${layers} layers`)
}

function embedOptions(args: ParsedArguments): EmbedOptions {
  const normalize = oneOf(args, 'normalize', 'no-normalize')
  oneOf(args, 'prompt', 'no-prompt')
  return asUsage(() =>
    checkEmbedOptions({
      pooling: args.value('pooling'),
      layer: number(args.value('layer')),
      normalize: normalize === undefined ? undefined : normalize === 'normalize',
      windows: args.has('no-windows') ? false : undefined,
      prompt: args.has('no-prompt') ? false : args.value('prompt'),
    }),
  )
}

function fields(vector: Float32Array): { embedding: number[] } {
  return { embedding: numbers(vector) }
}

/** The shortest decimals that are the same float32 again: nine digits at most. */
function numbers(vector: Float32Array): number[] {
  return Array.from(vector, (value) => {
    for (let digits = 6; digits < 9; digits++) {
      const short = Number(value.toPrecision(digits))
      if (Math.fround(short) === value) return short
    }
    return Number(value.toPrecision(9))
  })
}

export const command: Command = {
  help,
  options: {
    ...loadOptionTable,
    ...switches('json', 'jsonl', 'normalize', 'no-normalize', 'no-prompt', 'no-windows'),
    ...valued('pooling', 'prompt', 'layer'),
    ...inputOptionTable,
  },
  run,
}
