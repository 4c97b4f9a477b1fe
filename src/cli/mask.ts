/** `iobert mask`: takes names out of texts, before a language model sees them. */

import { UsageError } from './arguments.ts'
import { type Command, defineCommand } from './command.ts'
import { withMap } from './map-file.ts'
import { exists } from './missing-name.ts'
import { readNever } from './names.ts'
import {
  documentRows,
  inputRows,
  jsonRows,
  localeRow,
  maxCharsRows,
  modelRows,
  neverRow,
  recognitionRows,
  rulesRows,
  tableRows,
} from './options.ts'
import { isWithin, outRows } from './output-files.ts'
import { progressRow } from './progress.ts'
import { runRecognize } from './recognition.ts'

export const command: Command = defineCommand({
  usage: 'mask --map MAP.json [OPTIONS] FILE|TEXT...',
  about: [
    `Prints texts with their names replaced by numbered placeholders or by stand-ins, and keeps in MAP.json which stands for which:
      iobert unmask puts the names into an answer about them. A map that is there is read and extended, so one name
      has one number in all files and all calls. What is printed can be unmasked from then on: the map is on the disk
      first, whole, and only its owner may read it (not so on Windows). Further runs with the same map wait for each
      other.`,
    'What the model misses stays: about one name in ten in news, more elsewhere. Read it before it leaves the house.',
  ],
  options: {
    Masking: {
      map: {
        type: 'string',
        value: 'MAP',
        required: 'the file where the names are kept',
        help: 'the file of the map; needed',
      },
      placeholder: {
        type: 'word',
        words: {
          numbered: 'default, [PER_1]',
          fake: 'a name that nobody has, the same for the same word of names',
        },
        value: 'P',
        help: 'what stands for a name',
        more: 'A map keeps it',
      },
      locale: localeRow,
      aliases: {
        type: 'boolean',
        help: `one person, one number: Tim Cook, TIM COOK, and Cook or Tim where no other Cook or Tim is known by a
          longer name; unmask then writes the longer name. A map keeps it on`,
      },
      never: neverRow,
    },
    'Output (default: the masked text)': {
      json: {
        ...jsonRows.json,
        help: `one array, an object an input: {"file"?, "text", "entities", "truncated"}; "text" is the masked text,
          "entities" are its placeholders`,
      },
      jsonl: jsonRows.jsonl,
      ...tableRows,
      ...outRows,
    },
    Input: { ...inputRows, ...documentRows, ...maxCharsRows },
    Recognition: recognitionRows,
    Rules: rulesRows,
    Model: modelRows,
    Other: progressRow,
  },
  after: `Examples
  iobert mask --rules all --map map.json mail.txt > masked.txt
  iobert mask --map map.json --out masked/ mails/
  iobert mask --map map.json --aliases --jsonl < mails.jsonl > masked.jsonl
  iobert unmask --map map.json < answer.txt
`,
  async run(given) {
    const { map, placeholder, locale, aliases = false } = given.options
    for (const one of given.options.kind === 'text' ? [] : given.positionals) {
      if (one !== '-' && (await exists(one)) && (await isWithin(map, one))) {
        throw new UsageError(
          `--map ${map} is within what is masked, ${one}: keep it elsewhere, as it has the names`,
        )
      }
    }
    const never = await readNever(given.options.never)
    return withMap(map, { placeholder, locale, aliases, never }, (redactor, beforeWrite) =>
      runRecognize(given, { redactor, beforeWrite }),
    )
  },
})
