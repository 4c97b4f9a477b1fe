/** `iobert find`: entities of types given on the command line, with a GLiNER model. */

import { defined } from '../check/kind.ts'
import { redactRows } from '../markup/redact-options.ts'
import { loadGliner } from '../node.ts'
import { type FindOptions, findRows } from '../tasks/gliner/gliner.ts'
import { checkTypes } from '../tasks/gliner/types.ts'
import { take, valuesFor } from './arguments.ts'
import { readAsked } from './option-files.ts'
import { type Command, defineCommand } from './command.ts'
import { documentReader } from './documents/document.ts'
import { findSources } from './inputs.ts'
import { withModel } from './loading.ts'
import { answerNames, checkRedacting, redactingOf } from './names.ts'
import {
  documentRows,
  htmlRows,
  inputRows,
  jsonRows,
  maxCharsRows,
  neededModelRows,
  neverRow,
  redactRow,
  rulesRows,
} from './options.ts'
import { progressRow } from './progress.ts'

export const command: Command = defineCommand({
  usage: 'find -m M --types T [OPTIONS] TEXT|FILE...',
  about: [
    `Finds entities of the types that you name, in plain words, with a model of GLiNER. Arguments are texts or
      files, as in iobert --help; - is stdin.`,
  ],
  options: {
    Search: {
      types: {
        type: 'strings',
        value: 'T',
        required: 'what to look for, as person,drug',
        help: `what to look for: person,drug,"contract number", and of a file that ends in .json an array of names, or of
          {"type": "dose", "description": "how much is taken", "threshold": 0.3}; descriptions are read by GLiNER2`,
      },
      ...take(findRows, 'threshold', 'nested', 'multiLabel', 'style'),
      encoder: {
        type: 'string',
        value: 'E',
        help: `where the encoder's config.json and tokenizer are, a folder or a Hub id, if the model has none of its
          own`,
        default: 'what its configuration names, from the Hub',
      },
      typeEncoder: {
        type: 'string',
        value: 'E',
        help: 'the same for the encoder of types of a bi-encoder',
        default: 'the labels_encoder of its gliner_config.json, from the Hub',
      },
    },
    Rules: rulesRows,
    'Output (default: the text with entities marked)': {
      ...jsonRows,
      ...htmlRows,
      ...redactRow,
      ...take(redactRows, 'placeholder', 'aliases'),
      never: { ...neverRow, needs: ['redact'] },
    },
    Input: { ...inputRows, ...documentRows, ...maxCharsRows },
    Model: neededModelRows,
    Other: progressRow,
  },
  after: `Example
  iobert find -m urchade/gliner_small-v2.1 --types drug,dose "Take 20 mg of Lipitor daily."
`,
  async run(given) {
    const { model, types, encoder, typeEncoder, rules, format, maxChars, input, ...rest } = given.options
    const redacting = await redactingOf(rest)
    checkRedacting(format, redacting)
    const options: FindOptions = valuesFor(rest, findRows)
    if (rules !== undefined) {
      const { readRules } = await import('./rules-option.ts')
      options.rules = await readRules(rules)
    }
    const asked = await readAsked('--types', types, checkTypes)
    const sources = await findSources(given)
    return withModel(
      rest,
      (load) => loadGliner(model, { ...load, ...defined({ encoder, typeEncoder }) }),
      (gliner) =>
        answerNames(sources, {
          ...{ format, redacting, maxChars, readDocument: documentReader(input) },
          find: (texts, onProgress) => gliner.findAll(texts, asked, { ...options, onProgress }),
        }),
    )
  },
})
