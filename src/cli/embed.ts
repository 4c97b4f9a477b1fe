/** `iobert embed`: vectors of texts. */
import { embedRows } from '../embed.ts'
import { loadModel } from '../node.ts'
import { answerTexts, plainLines } from './answers.ts'
import { take, valuesFor } from './arguments.ts'
import { type Command, defineCommand } from './command.ts'
import { findSources } from './inputs.ts'
import { withModel } from './loading.ts'
import { inputRows, jsonRows, modelRows } from './options.ts'
import { progressRow } from './progress.ts'

export const command: Command = defineCommand({
  usage: 'embed [OPTIONS] TEXT|FILE...',
  about: [
    `Writes one vector a text: the hidden states of a layer, pooled over the text's pieces, [CLS] and [SEP]
      included. A model of sentence-transformers (modules.json) says how it pools. Arguments are texts or files, as in
      iobert --help; - is stdin. A text longer than the model's window is read in windows that do not overlap: mean
      and max take the pieces of all of them, cls is that of the first.`,
  ],
  options: {
    'Output (default: a line a text, its numbers with spaces between)': {
      json: { ...jsonRows.json, help: 'one array, an object a text: {"file"?, "embedding"}' },
      jsonl: jsonRows.jsonl,
    },
    Vectors: {
      ...take(embedRows, 'pooling', 'normalize'),
      noNormalize: { type: 'boolean', means: ['normalize', false], help: 'leave vectors as they are' },
      prompt: embedRows.prompt,
      noPrompt: {
        type: 'boolean',
        means: ['prompt', false],
        help: 'nothing, also where the folder names one that is put there',
      },
      noWindows: {
        type: 'boolean',
        means: ['windows', false],
        help: "cut a longer text at the model's window, as sentence-transformers does, in place of reading all of it",
      },
      layer: embedRows.layer,
    },
    Input: inputRows,
    Model: modelRows,
    Other: progressRow,
  },
  after: `Example
  iobert embed -m sentence-transformers/all-MiniLM-L6-v2 --json "Berlin is a city." "Paris is a city."
`,
  async run(given) {
    const { options } = given
    const asked = valuesFor(options, embedRows)
    const sources = await findSources(given)
    return withModel(
      options,
      (load) => loadModel(options.model, load),
      async (model) => {
        // Fails if the model does not have the layer.
        await model.embed([], asked)
        return answerTexts(sources, {
          format: options.format,
          answer: (texts) =>
            model.embed(
              texts.map(({ text }) => text),
              asked,
            ),
          fields: (vector) => ({ embedding: numbers(vector) }),
          shape: plainLines((vector: Float32Array) => `${numbers(vector).join(' ')}\n`),
        })
      },
    )
  },
})

/** The shortest decimals that read back as the same float32: nine digits at most. */
function numbers(vector: Float32Array): number[] {
  return Array.from(vector, (value) => {
    for (let digits = 6; digits < 9; digits++) {
      const short = Number(value.toPrecision(digits))
      if (Math.fround(short) === value) return short
    }
    return Number(value.toPrecision(9))
  })
}
