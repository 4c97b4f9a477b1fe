/** `iobert mask`: takes names out of texts, before a language model sees them. */
import { type ParsedArguments, UsageError, valued } from './arguments.ts'
import type { Command } from './command.ts'
import { withMap } from './map-file.ts'
import { loadOptionHelp } from './model-options.ts'
import { recognizeTable, runRecognize } from './recognize-texts.ts'

const help = `Usage: iobert mask --map MAP.json [OPTIONS] FILE|TEXT...

Prints texts with their names replaced by numbered placeholders, and keeps in MAP.json which stands for which: iobert
unmask puts the names into an answer about them. A map that is there is read and extended, so one name has one number in
all files and all calls. What is printed can be unmasked from then on: the map is on the disk first, whole, and only its
owner may read it (not so on Windows). Further runs with the same map wait for each other.

What the model misses stays: about one name in ten in news, more elsewhere. Read it before it leaves the house.

      --map MAP        the file of the map; needed
      --aliases        one person, one number: Tim Cook, TIM COOK, and Cook or Tim where no other Cook or Tim is known by
                       a longer name; unmask then writes the longer name. A map keeps it on
      --json, --jsonl  as iobert --json and --jsonl: "text" is the masked text, "entities" are its placeholders
      --field F        with --jsonl: the text is the member F, and all others pass through as they are
      --csv, --tsv     a table, whose --column C (or several of them) is masked in place; all others pass through as they
                       are; --no-header, --delimiter D as in iobert --help
      --rules R        also what rules find: all, email,phone, rules.json (see iobert --help)
      --rule-policy P  longest (default), rule or model
  -t, --text           every argument is a text
  -f, --file           every argument is a file
      --input L        text, html or markdown; default: by the names of files. Attributes, comments, scripts, styles and
                       code are no text and stay as they are
      --max-chars N    the longest text, or line of JSONL; default 10000000
  -l, --labels, --threshold, -s, --decode, --scheme, --split, --lines, --stride    as for iobert
  -h, --help           this page

${loadOptionHelp}
Examples
  iobert mask --rules all --map map.json mail.txt > masked.txt
  iobert mask --map map.json --aliases --jsonl < mails.jsonl > masked.jsonl
  iobert unmask --map map.json < answer.txt
`

async function run(args: ParsedArguments): Promise<number> {
  const path = args.value('map')
  if (path === undefined) throw new UsageError('iobert mask needs --map FILE, where the names are kept')
  return withMap(path, args.has('aliases'), (redactor, beforeWrite) =>
    runRecognize(args, { redactor, beforeWrite }),
  )
}

export const command: Command = { help, options: { ...recognizeTable, ...valued('map') }, run }
