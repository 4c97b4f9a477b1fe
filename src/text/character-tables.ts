/**
 * Lazily loaded Unicode tables that many tokenizers do without: case and accents (uncased models) and word
 * characters (single-word added tokens). 13 kB, loaded for those tokenizers alone and decoded when one of
 * them is built.
 */
import { capability } from '../format/capability.ts'
import type { NormalizedText } from './text-with-offsets.ts'
import type { LetterSettings, LetterSteps } from './unicode/letter-steps.ts'
import type { LetterTables } from './unicode/letters.ts'
import { CodePointSet } from './unicode.ts'

let loaded: typeof import('./unicode/letter-steps.ts') | undefined
let letters: LetterTables | undefined
let words: CodePointSet | undefined

/** Must be called before the functions below. */
export async function loadCharacterTables(): Promise<void> {
  loaded ??= await capability('the tables of case and accents', () => import('./unicode/letter-steps.ts'))
}

/** The tables of case and accents. */
export function letterTables(): LetterTables {
  letters ??= tables().decodeLetters()
  return letters
}

/** Makes the steps that strip accents and lower the case, as `settings` require, and write to `output`. */
export function letterSteps(output: NormalizedText, settings: LetterSettings): LetterSteps {
  return tables().makeLetterSteps(letterTables(), output, settings)
}

/** The word characters. */
export function wordCharacters(): CodePointSet {
  words ??= new CodePointSet(tables().wordRuns)
  return words
}

function tables(): typeof import('./unicode/letter-steps.ts') {
  if (loaded === undefined) throw new Error('The tables of case and accents are not loaded')
  return loaded
}
