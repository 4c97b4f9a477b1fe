/** `iobert TEXT`: the command that runs if none is named. */
import { redactRows } from '../markup/redact-options.ts'
import { take } from './arguments.ts'
import { type Command, defineCommand } from './command.ts'
import { commands } from './commands.ts'
import { redactingOf } from './names.ts'
import {
  documentRows,
  htmlRows,
  inputRows,
  jsonRows,
  localeRow,
  maxCharsRows,
  modelRows,
  neverRow,
  recognitionRows,
  redactRow,
  rulesRows,
  tableRows,
} from './options.ts'
import { write } from './output.ts'
import { progressRow } from './progress.ts'
import { runRecognize } from './recognition.ts'

const list = [...commands].map(([name, { summary }]) => `  iobert ${name.padEnd(10)} ${summary}`).join('\n')

export const command: Command = defineCommand({
  usage: '[OPTIONS] TEXT|FILE...',
  about: [
    `Finds named entities in text: persons, places, organisations and whatever else a model knows, and marks them.
      What is piped in is read; so does the argument -.`,
    list,
    `An argument that names an existing file is read as a file, one text a file, and a folder with all files in it
      and in its folders, but for names that begin with a dot and links to folders; a file that is no text is an
      error, and the others are read. With several files each name stands above its text. Anything else is a text, but for a name like letr.txt
      where there is no such file, which is an error: after -- it is a text too. --text and --file say it for all
      arguments. Files are UTF-8. Text longer than the model's window is read in overlapping windows.`,
  ],
  options: {
    Input: { ...inputRows, ...documentRows, ...maxCharsRows },
    'Output (default: the text with entities marked; in colour on a terminal)': {
      json: {
        ...jsonRows.json,
        help: `one array, an object an input: {"file"?, "entities", "truncated"}; an entity has type, text, start,
          end (UTF-16 units, end exclusive) and score`,
      },
      jsonl: jsonRows.jsonl,
      ...tableRows,
      output: {
        type: 'word',
        words: { csv: '', tsv: '' },
        value: 'O',
        means: ['format', 'output'],
        help: 'a row for each entity: file, start, end, type, text, score',
      },
      conll: {
        type: 'boolean',
        means: ['format', 'conll'],
        help: 'a word and its label a line, a blank line after each text',
      },
      ...htmlRows,
      ...redactRow,
      ...take(redactRows, 'placeholder', 'aliases'),
      locale: localeRow,
      never: { ...neverRow, needs: ['redact'] },
      words: {
        type: 'boolean',
        needs: ['json', 'jsonl'],
        help: "also each word's label, score and probabilities",
      },
    },
    Recognition: recognitionRows,
    Rules: rulesRows,
    Model: modelRows,
    Other: {
      ...progressRow,
      version: { type: 'boolean', short: 'v', help: 'the version' },
    },
  },
  after: `Exit codes
  0 all went well, or stdout's reader had enough; 1 some input failed, or the model did; 2 wrong usage; 130 interrupted

Environment
  NO_COLOR, FORCE_COLOR              colours off, or on where stdout is no terminal (FORCE_COLOR=0: off)
  HF_HOME, HF_HUB_CACHE, HF_TOKEN, HF_ENDPOINT, HF_HUB_OFFLINE    as in Python: the Hub's cache is shared with it

Examples
  iobert "Angela Merkel met Tim Cook in Berlin."
  iobert --html --labels PER,ORG report.txt > report.html
  iobert --jsonl < lines.jsonl > entities.jsonl
  iobert --csv --column text tickets.csv > with-names.csv
  iobert --redact --labels PER letter.txt
  iobert --redact --placeholder numbered --rules all mail.txt
  iobert mask --map map.json mail.txt > masked.txt; iobert unmask --map map.json < answer.txt
  iobert -m dslim/bert-base-NER --json "Grace Hopper joined Remington Rand."
`,
  async run(given, { readVersion }) {
    if (given.options.version) {
      await write(`${await readVersion()}\n`)
      return 0
    }
    return runRecognize(given, await redactingOf(given.options))
  },
})
