/** The ways to split a text that have a name. */
import type { Split, Splitter } from '../text/split/split.ts'

/** The ways to split that have a name. */
export const splitNames: readonly Exclude<Split, Splitter | false>[] = [
  'passages',
  'paragraphs',
  'lines',
  'sentences',
]
