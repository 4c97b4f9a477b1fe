/** The page that `iobert --help` prints. */
import { commands } from './commands.ts'
import { loadOptionHelp } from './model-options.ts'

const list = [...commands].map(([name, { summary }]) => `  iobert ${name.padEnd(10)} ${summary}`).join('\n')

/** `iobert --help` */
export const recognizeHelp: string = `iobert finds named entities in text: persons, places, organisations and whatever else a model knows.

Usage
  iobert [OPTIONS] TEXT|FILE...      what is found, marked in the text
  COMMAND | iobert [OPTIONS]         reads what is piped in; so does the argument -
${list}

An argument that names an existing file is read as a file, one text a file, and a folder with all files in it and in its
folders, but for names that begin with a dot; anything else is a text, but for a name like letr.txt where there is no
such file, which is an error: behind -- it is a text too. --text and --file say it for all arguments. Files are UTF-8.
Text longer than the model's window is read in overlapping windows.

Input
  -t, --text           every argument is a text, even where a file has that name
  -f, --file           every argument is a file
      --input L        text, html or markdown; default: by the names of files (.html, .htm, .md), else text. Tags, their
                       attributes, comments, scripts, styles and code are no text and stay as they are, with --redact
                       too. Offsets are those of the source; a name across tags is one
      --max-chars N    the longest text, row, or line of JSONL, that is read; default 10000000

Output (default: the text with entities marked; in colour on a terminal)
      --json           one array, an object an input: {"file"?, "entities", "truncated"}; an entity has type, text,
                       start, end (UTF-16 units, end exclusive) and score
      --jsonl          a line in, a line out: {"text", "id"?} or a JSON string becomes {"id"?, "entities", "truncated"},
                       or {"id"?, "error"} for a bad line. In order, in bounded memory; an answer does not wait for
                       more lines than are there
      --field F        with --jsonl: the text is the member F, and all others pass through: {"body", ...} becomes
                       {"body", ..., "entities", "truncated"}
      --csv, --tsv     a table in, the same table out, with a column for each type added (names with "; " between them);
                       first row names, quotes as RFC 4180 has them, any size, as it comes. With --redact the column's
                       names are taken out and nothing is added
      --column C       with --csv and --tsv: the column whose texts are read, by its name, or its number from 1; once
                       for each of several
      --no-header      with --csv and --tsv: the first row is one as all others, and columns have numbers
      --delimiter D    with --csv: the character between cells, or tab; default: the comma, semicolon or tab that the
                       first row has
      --output csv     a row for each entity: file, start, end, type, text, score; or tsv
      --conll          a word and its label a line, a blank line after each text
      --html           one page with entities marked and scores under the pointer
      --redact         the text with entities replaced by their types: [PER]. What the model misses stays: about one
                       name in ten in news, more elsewhere; ages, addresses and hints are no names, and numbers are
                       found by --rules alone. Read it before it leaves the house. With --json and --jsonl "text" is
                       the redacted text, and "entities" are its placeholders
      --placeholder P  with --redact: type (default), or numbered: [PER_1], one name the same number in all inputs;
                       to get the names back, iobert mask
      --aliases        with --placeholder numbered: one person, one number, as iobert mask --help tells
      --words          with --json and --jsonl: also each word's label, score and probabilities

Recognition
  -l, --labels L       only these types: PER,ORG
      --threshold P    only entities with at least this score, 0 to 1
  -s, --strategy S     how the pieces of a word agree: average (default), first, word (as first, but of words as
                       they are written, with hyphens and apostrophes), simple, max, none (one entity a piece)
      --decode D       viterbi (default where the scheme is known): the likeliest sequence that the scheme allows; or
                       argmax: each word's likeliest label
      --style S        transformers: exactly as Hugging Face's pipeline('token-classification') with simple; --strategy
                       names another of its strategies. Or spark-nlp
      --scheme S       how labels are written: IOB1, IOB2, IO, BIOES, BILOU; default: what the labels tell
      --split S        what is read by itself: passages (default: sentences that stand together; of lists, logs, chats
                       each line), paragraphs, lines, sentences, or none: the text as a whole, as the Hugging Face
                       pipeline reads it. Where entities stand is told of the whole text all the same
      --lines          short for --split lines, as for logs and lists
      --stride N       pieces that neighbouring windows share; default 128

Rules
      --rules R        beside the model's entities those that rules find: all, or some of email, secret, url, iban,
                       card, ssn, phone, mac, ip, passport, birthdate, address (email,iban), and of a file that ends in
                       .json an array of your own:
                       {"type": "TICKET", "pattern": "[A-Z]+-[0-9]+"} or {"type": "FIRM", "phrases": ["Acme"]}, each
                       with "ignoreCase": true or not. --labels holds for their types too
      --rule-policy P  which entity stays where a rule's and the model's overlap: longest (default), rule or model

${loadOptionHelp}
Other
  -h, --help           this page; iobert COMMAND --help for a command's
      --version        the version

Exit codes
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
`
