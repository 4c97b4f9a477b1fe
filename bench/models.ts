/** The models and texts of the suites that measure with files. */
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { seeded } from '../test/random.ts'
import { rootPath, sharedPath } from '../test/shared.ts'
import { quick } from './measure.ts'

export interface NamedModel {
  readonly name: string
  readonly folder: string
}

/** The shipped model, and the folder that IOBERT_BENCH_MODEL names. */
export function models(): NamedModel[] {
  const other = process.env['IOBERT_BENCH_MODEL']
  const found = [{ name: 'shipped', folder: rootPath('weights') }]
  if (other !== undefined) found.push({ name: basename(other), folder: other })
  return found
}

export interface Texts {
  /** Where they come from, for the table. */
  readonly source: string
  readonly texts: readonly string[]
}

/** CoNLL-2003's development sentences where they are beside the checkout, from the front; else made-up ones. */
export function sentences(count: number): Texts {
  const path = sharedPath('data/conll2003-dev.txt')
  if (path === undefined) return { source: 'made-up sentences', texts: madeUp(count) }
  const texts: string[] = []
  let words: string[] = []
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const [word = ''] = line.split(' ')
    if (word !== '' && word !== '-DOCSTART-') words.push(word)
    else if (words.length > 0) {
      texts.push(words.join(' '))
      words = []
    }
    if (texts.length === count) break
  }
  return { source: 'CoNLL-2003 development sentences', texts }
}

const LENGTHS = [3, 5, 8, 9, 12, 14, 17, 20, 24, 28, 33, 45]

/** Whole words of the shipped vocabulary, with lengths as news has them. */
function madeUp(count: number): string[] {
  const words = readFileSync(rootPath('weights/vocab.txt'), 'utf8')
    .split('\n')
    .filter((piece) => /^[A-Za-z]{2,}$/u.test(piece))
  const random = seeded(400)
  const pick = <Item>(from: readonly Item[]): Item => from[Math.floor(random() * from.length)]!
  return Array.from({ length: count }, () => {
    const sentence = Array.from({ length: pick(LENGTHS) }, () => pick(words))
    return `${sentence.join(' ')} .`
  })
}

export const SENTENCES: number = quick ? 12 : 400
