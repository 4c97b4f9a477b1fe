/** What few tokenizers need to know of characters, read when one of them is built: case and accents, and which are of words. */

import type { NormalizedText } from './text-with-offsets.ts'
import type { CodePointSet } from './unicode/code-point-set.ts'
import type { LetterSettings, LetterSteps } from './unicode/letter-steps.ts'
import type { LetterTables } from './unicode/letters.ts'

let letters: LetterTables | undefined
let makeLetterSteps: typeof import('./unicode/letter-steps.ts').makeLetterSteps | undefined
let words: CodePointSet | undefined

/** Reads the tables of case and accents, which are most of the bytes and which cased models do without. */
export async function loadLetterTables(): Promise<void> {
  const [tables, steps] = await Promise.all([
    import('./unicode/letters.ts'),
    import('./unicode/letter-steps.ts'),
  ])
  letters ??= tables.decodeLetters()
  makeLetterSteps = steps.makeLetterSteps
}

/** The tables of case and accents; `loadLetterTables` comes first. */
export function letterTables(): LetterTables {
  if (letters === undefined) throw new Error('The tables of case and accents are not loaded')
  return letters
}

/** What strips accents and lowers the case, as `settings` ask, on the way to `output`; `loadLetterTables` comes first. */
export function letterSteps(output: NormalizedText, settings: LetterSettings): LetterSteps {
  return makeLetterSteps!(letterTables(), output, settings)
}

/** Reads the table of word characters, which tokens that are met as single words need; awaited before they are. */
export async function loadWordCharacters(): Promise<CodePointSet> {
  const [{ CodePointSet }, { wordRuns }] = await Promise.all([
    import('./unicode/code-point-set.ts'),
    import('./unicode/word-tables.ts'),
  ])
  words ??= new CodePointSet(wordRuns)
  return words
}

/** The word characters; `loadWordCharacters` comes first. */
export function wordCharacters(): CodePointSet {
  if (words === undefined) throw new Error('The table of word characters is not loaded')
  return words
}
