/**
 * The rows of the options that only the command line has, and the choice of library options that several
 * commands take. The rows of the library's options are next to their interfaces: `loadRows`, `recognizeRows`,
 * `findRows`, `embedRows`, `fillMaskRows`, `redactRows`.
 */
import type { RowOf } from '../check/option-rows.ts'
import { recognizeRows } from '../entities/options.ts'
import { loadRows } from '../load-options.ts'
import { take } from './arguments.ts'

/** Maximum characters of a text without `--max-chars`. */
export const MAX_CHARS = 10_000_000

export const inputRows = {
  text: {
    type: 'boolean',
    short: 't',
    means: ['kind', 'text'],
    help: 'every argument is a text, even where a file has that name',
  },
  file: {
    type: 'boolean',
    short: 'f',
    means: ['kind', 'file'],
    help: 'every argument is a file',
  },
  encoding: {
    type: 'string',
    value: 'E',
    help: 'how the texts of files and stdin are encoded: windows-1252, iso-8859-15, utf-16le, shift_jis ...',
    default: 'UTF-8, or UTF-16 where a text begins with its mark',
  },
} as const

export const documentRows = {
  input: {
    type: 'word',
    words: {
      text: '',
      html: '',
      xml: 'all attributes are text',
      markdown: '',
      json: 'strings and names of members are the text; numbers stay',
    },
    value: 'L',
    help: 'how the texts are marked up',
    default: 'by the names of files (.html, .xml, .md, .json, .jsonl, .eml, .docx), else text',
    more: `Tags, addresses but of people (mailto:), scripts, styles and code are no text and stay as they are, also where
      names are taken out; front matter, definitions of links, notes, comments and attributes with words (title, alt, value)
      are text. Offsets are those of the source; a
      name across tags is one. Of mails (.eml) and documents of Word (.docx, .docm) the text is taken out, and offsets are in
      it (--json has it as "text"); what is not in it, as pictures and attachments of other kinds, is told, and the exit
      code is 1. A mail elsewhere whose text is encoded is an error, unless it is said to be text`,
  },
} as const

export const maxCharsRows = {
  maxChars: {
    type: 'number',
    integer: true,
    from: 1,
    value: 'N',
    help: 'the longest text, row, or line of JSONL, that is read',
    default: 10_000_000,
  },
} as const

/** The two JSON formats that most commands have; each says what its objects contain. */
export const jsonRows = {
  json: {
    type: 'boolean',
    means: ['format', 'json'],
    help: 'one array, an object an input',
  },
  jsonl: {
    type: 'boolean',
    means: ['format', 'jsonl'],
    help: `a line in, a line out, in order and in bounded memory: {"text", "id"?} or a JSON string becomes {"id"?,
      ...} with the same members as --json, or {"id"?, "error"} for a bad line`,
  },
} as const

export const tableRows = {
  field: {
    type: 'strings',
    whole: true,
    value: 'F',
    needs: ['jsonl', 'input json'],
    help: `the text is the member F, or what a path of members leads to (user.name), and all others pass through: {"body", ...} becomes {"body", ..., "entities",
      "truncated"}. Once for each of several: then "entities" and "truncated" have a member for each. Of a whole document
      (--input json) all strings in F`,
  },
  csv: {
    type: 'boolean',
    means: ['format', 'csv'],
    help: `a table in, the same table out, with a column for each type added (names with "; " between them); first
      row names, quotes as RFC 4180 has them, any size, as it comes. Where names are taken out nothing is added. A row with
      more cells than the first, or without the column, is an error and ends it. What is added and would begin a
      formula gets an apostrophe before it`,
  },
  tsv: {
    type: 'boolean',
    means: ['format', 'tsv'],
    help: 'the same with tabs between cells',
  },
  column: {
    type: 'strings',
    whole: true,
    value: 'C',
    needs: ['csv', 'tsv'],
    help: 'the column whose texts are read, by its name, or its number from 1; once for each of several',
  },
  noHeader: {
    type: 'boolean',
    needs: ['csv', 'tsv'],
    help: 'the first row of the table is one as all others, and columns have numbers',
  },
  delimiter: {
    type: 'string',
    value: 'D',
    needs: ['csv'],
    help: 'the character between cells, or tab',
    default: 'the comma, semicolon or tab that the first row has',
  },
  resume: {
    type: 'string',
    value: 'FILE',
    needs: ['jsonl', 'csv', 'tsv'],
    help: `write to FILE, and go on there when the same command runs again after it was stopped, by whatever: each line or
      row stands there once. Until FILE is whole, FILE.resume beside it says what it was begun with; another input, other
      options, and a FILE that is there without it, are errors. It reads files, not stdin`,
  },
} as const

export const htmlRows = {
  html: {
    type: 'boolean',
    means: ['format', 'html'],
    help: 'one page with entities marked and scores under the pointer',
  },
} as const

export const redactRow = {
  redact: {
    type: 'boolean',
    help: `the text with entities replaced by their types: [PER]. What the model misses stays: about one name in ten
      in news, more elsewhere; ages, addresses and hints are no names, and numbers are found by --rules alone. Read it
      before it leaves the house. With --json and --jsonl "text" is the redacted text, and "entities" are its
      placeholders`,
  },
} as const

/** Names that are not taken out. */
export const neverRow = {
  type: 'string',
  value: 'FILE',
  help: 'a file of names that stay, one a line: of your own firm, of products',
} as const

/** The language of stand-ins. */
export const localeRow = {
  type: 'word',
  words: { en: 'default', de: '', es: '', fr: '', it: '', pl: '' },
  value: 'L',
  needs: ['placeholder fake'],
  help: 'the language of stand-ins for people; a map does not keep it',
} as const

/** Rules beside the model. */
export const rulesRows: {
  readonly rules: RowOf<readonly string[]>
  readonly rulePolicy: (typeof recognizeRows)['rulePolicy']
} = {
  rules: {
    type: 'strings',
    value: 'R',
    help: `beside the model's entities those that rules find: all, or some of email, secret, url, iban, card, bitcoin,
      ethereum, ssn, nhs, nino, nif, codicefiscale, steuerid, pesel, personnummer, hetu, aadhaar, pan, cpf, aba,
      phone, mac, ip, passport, birthdate, address (email,iban), and of a file that ends in .json an array of your
      own: {"type": "TICKET", "pattern": "[A-Z]+-[0-9]+"} or {"type": "FIRM", "phrases": ["Acme"]}, each with
      "ignoreCase": true or not. --labels holds for their types too`,
  },
  rulePolicy: recognizeRows.rulePolicy,
}

/** How words get labels. */
export const taggingRows: Pick<typeof recognizeRows, 'strategy' | 'decode' | 'scheme' | 'split' | 'stride'> =
  take(recognizeRows, 'strategy', 'decode', 'scheme', 'split', 'stride')

/** How a text is read, and which entities are returned. */
export const recognitionRows: Pick<typeof recognizeRows, 'labels' | 'threshold' | 'style'> &
  typeof taggingRows & { readonly lines: RowOf<boolean> & { readonly means: readonly ['split', 'lines'] } } =
  {
    ...take(recognizeRows, 'labels', 'threshold', 'style'),
    ...taggingRows,
    lines: {
      type: 'boolean',
      means: ['split', 'lines'],
      help: 'short for --split lines, as for logs and lists',
    },
  }

/** How a model is loaded. */
export const loadingRows: Pick<
  typeof loadRows,
  'precision' | 'threads' | 'turbo' | 'kernels' | 'inline' | 'maxLength' | 'paddedVocabulary' | 'offline'
> = take(
  loadRows,
  ...([
    'precision',
    'threads',
    'turbo',
    'kernels',
    'inline',
    'maxLength',
    'paddedVocabulary',
    'offline',
  ] as const),
)

const modelRow = {
  type: 'string',
  short: 'm',
  value: 'M',
  help: 'a folder, a Hub id owner/name[@revision], or a URL that ends in /',
} as const

/** Which model, and how it is loaded. */
export const modelRows: { readonly model: RowOf<string> } & typeof loadingRows = {
  model: { ...modelRow, default: 'the model that ships' },
  ...loadingRows,
}

/** The same for a command without a shipped model. */
export const neededModelRows: {
  readonly model: RowOf<string> & { readonly required: string }
} & typeof loadingRows = {
  model: { ...modelRow, required: 'no model of this kind ships' },
  ...loadingRows,
}
