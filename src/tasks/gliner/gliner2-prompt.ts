/**
 * Makes GLiNER2's input: the requested types as a task, followed by the words of the text in lower case, each encoded
 * separately, without tokens around them (SchemaTransformer of the package gliner2).
 *
 *     ( [P] entities [DESCRIPTION] drug: a medicine ( [E] drug [E] dose ) ) [SEP_TEXT] word word ... .
 *
 * A type is represented by the [E] before it, a word by its first piece; the number of entities is predicted from [P]. A text that
 * ends in none of .!? is given a period, which no entity contains. To label a text, the task has a name of the caller's, and
 * labels stand after [L]:
 *
 *     ( [P] sentiment ( [L] positive [L] negative ) ) [SEP_TEXT] word word ... .
 */
import { ModelFormatError, quoted } from '../../format/errors.ts'
import type { Tokenizer } from '../../text/tokenizer.ts'
import { lowerCase, splitGliner2Words } from './gliner2-words.ts'
import type { EntityType } from './types.ts'
import { encodeWords, type Prompt, type Reading, type Word } from './windows.ts'

/** The tokens of a task. */
const [TASK, TYPE, LABEL, TEXT, DESCRIPTION] = ['[P]', '[E]', '[L]', '[SEP_TEXT]', '[DESCRIPTION]']
/** What the task of finding entities is called. */
const ENTITIES = 'entities'

/**
 * How GLiNER2 reads.
 *
 * @param rows  of the table of pieces
 * @throws {ModelFormatError} InvalidVocabulary if the tokenizer lacks one of the prompt's tokens
 */
export function gliner2Reading(tokenizer: Tokenizer, rows: number): Reading {
  for (const token of [TASK, TYPE, LABEL, TEXT, DESCRIPTION]) {
    const { ids, tokens } = tokenizer.encodeWords([token])
    if (ids.length === 3 && tokens[1] === token && ids[1]! < rows) continue
    throw new ModelFormatError(
      'InvalidVocabulary',
      `The tokenizer has no token ${quoted(token)}, which stands in every prompt of GLiNER2: it is the encoder's own; take the one that the package gliner2 saved with the model`,
    )
  }
  return {
    prompt: (types) => makePrompt(tokenizer, ENTITIES, TYPE, types),
    words: (text) => wordsOf(text, tokenizer),
    end: [],
    emptyWord: 'next word',
    labels: {
      prompt: (task, labels) =>
        makePrompt(
          tokenizer,
          task,
          LABEL,
          labels.map(({ label, ...more }) => ({ ...more, type: label })),
        ),
      // What is labelled may be empty: then the period is all of it.
      words: (text) => wordsOf(text, tokenizer, 0),
    },
  }
}

/** @param mark  the token before each type */
function makePrompt(tokenizer: Tokenizer, task: string, mark: string, types: readonly EntityType[]): Prompt {
  const described = types
    .filter(({ description }) => description !== undefined)
    .map(({ type, description }) => ` ${DESCRIPTION} ${type}: ${description}`)
  const heading = task + described.join('')
  const written = ['(', TASK, heading, '(', ...types.flatMap(({ type }) => [mark, type]), ')', ')', TEXT]
  const { ids, wordIds } = tokenizer.encodeWords(written)
  const placeOf = (word: number): number => wordIds.indexOf(word) - 1
  return {
    ids: ids.slice(1, -1),
    types: types.map((_, index) => placeOf(4 + 2 * index)),
    counter: placeOf(1),
  }
}

/**
 * The words of a text and of the period that it lacks, which stands at the end of the last of them.
 *
 * @param last  where it stands in a text without words; undefined: there is none
 */
function* wordsOf(text: string, tokenizer: Tokenizer, last?: number): Generator<Word[], void, undefined> {
  const sentence = /[.!?]$/.test(text.slice(-1)) ? text : `${text}.`
  for (const spans of splitGliner2Words(sentence)) {
    const words = encodeWords(sentence, spans, tokenizer, lowerCase)
    const placed: Word[] = []
    for (const { span, ids } of words) {
      const [start, end] = span
      if (start < text.length) placed.push({ span: [start, Math.min(end, text.length)], ids })
      else if (last !== undefined) placed.push({ span: [last, last], ids })
      last = start < text.length ? Math.min(end, text.length) : last
    }
    yield placed
  }
}
