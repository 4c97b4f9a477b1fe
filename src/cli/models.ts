/** `iobert models`: recommends models by task, from the package's own list (known-models.ts). */
import { type Command, defineCommand } from './command.ts'
import { callOf, type KnownModel, knownModels, TASKS, workOf } from './known-models.ts'
import { write } from './output.ts'

export const command: Command = defineCommand({
  usage: 'models [OPTIONS]',
  about: [
    `Models of the Hub that people use for entities, by task: how to load each, what a token costs beside BERT-base,
      millions of parameters, the file of the weights, and the licence its card names. A list that comes with iobert,
      which asks nobody: read the card before you ship a model, and let "iobert info ID" say whether it loads as it is
      today.`,
  ],
  options: {
    Options: {
      task: { type: 'word', words: Object.fromEntries(TASKS), value: 'T', help: 'for this task only' },
      json: { type: 'boolean', help: 'as JSON' },
    },
  },
  takes: [],
  after: `Example
  iobert models --task pii
`,
  async run({ options: { task, json } }) {
    const found = knownModels.filter(({ tasks }) => task === undefined || tasks.includes(task))
    if (json) {
      await write(`${JSON.stringify(found)}\n`, 'json')
      return 0
    }
    const rows = [HEADINGS, ...found.map(modelCells)]
    const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
    const lines = rows.map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    await write(`${lines.join('\n')}\n`)
    return 0
  },
})

/** The columns of `modelCells`. */
export const HEADINGS: readonly string[] = [
  'model',
  'task',
  'languages',
  'load with',
  'work',
  'millions',
  'weights',
  'licence',
  'note',
]

/** A model's row, here and on the documentation page. */
export function modelCells(model: KnownModel): readonly string[] {
  const { id, tasks, languages, parameters, weights, licence, note } = model
  return [
    id,
    tasks.join(', '),
    languages,
    callOf(model),
    workOf(model).toFixed(1),
    String(parameters),
    weights || 'not seen',
    licence || 'not read',
    note,
  ]
}
