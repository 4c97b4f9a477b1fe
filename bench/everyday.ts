/**
 * Names in everyday texts (everyday/README.md states form and rules): which are found, missed and invented, by
 * kind of text and by label; as written, in capitals and in lower case.
 */
import { readFileSync } from 'node:fs'
import type { RecognizeOptions } from '#dist/entities/types.js'
import type { Recognizer } from '#dist/node.js'
import { rootPath } from '../test/shared.ts'
import { check } from './measure.ts'

export interface Name {
  readonly type: string
  readonly start: number
  readonly end: number
}

export interface MarkedText {
  readonly text: string
  readonly names: readonly Name[]
}

/** A text of its kind, still with its marks. */
export interface EverydayText {
  readonly kind: string
  readonly marked: string
}

/** The files of bench/everyday. */
export const PARTS = ['development', 'kept-apart', 'earlier'] as const

/**
 * Exact are names found as they are; wrong type, from end to end as another type; boundary, in part or with
 * more than the name; invented, found where no name is.
 */
export const OUTCOMES = ['exact', 'wrong type', 'boundary', 'missed', 'invented'] as const
type Outcome = (typeof OUTCOMES)[number]

/** How the texts are changed and read. */
interface Way {
  readonly change: (text: string) => string
  readonly options: RecognizeOptions
}

const asWritten = (text: string): string => text
const WAYS: Readonly<Record<string, Way>> = {
  'as written': { change: asWritten, options: {} },
  'in capitals': { change: (text) => text.toUpperCase(), options: {} },
  'in lower case': { change: (text) => text.toLowerCase(), options: {} },
  'as transformers, first': { change: asWritten, options: { style: 'transformers', strategy: 'first' } },
}

/** Reads the texts of a file: `## kind` above the texts of a kind, one a line. */
export function readEveryday(part: (typeof PARTS)[number]): EverydayText[] {
  const texts: EverydayText[] = []
  let kind = ''
  for (const line of readFileSync(rootPath(`bench/everyday/${part}.txt`), 'utf8').split('\n')) {
    if (line.startsWith('## ')) kind = line.slice(3)
    else if (line !== '') texts.push({ kind, marked: line.replaceAll(' ⏎ ', '\n') })
  }
  return texts
}

/** Takes the marks out. `change` is done to each part by itself, since it may change the length. */
export function unmark(marked: string, change: (text: string) => string = asWritten): MarkedText {
  const names: Name[] = []
  let text = ''
  for (const part of marked.split(/(⟦[A-Z]+ [^⟦⟧]+⟧)/u)) {
    const [, type, name] = /^⟦([A-Z]+) (.+)⟧$/su.exec(part) ?? []
    const changed = change(name ?? part)
    if (type !== undefined) names.push({ type, start: text.length, end: text.length + changed.length })
    text += changed
  }
  check(!/[⟦⟧]/u.test(text), `a mark is left in ${text}`)
  return { text, names }
}

/** A table: a row for each kind of text, each label and all; a column for each way, with numbers in the order of OUTCOMES. */
export async function measureEveryday(
  ner: Recognizer,
  texts: readonly EverydayText[],
): Promise<{ headings: string[]; rows: string[][] }> {
  const kinds = new Set(texts.map(({ kind }) => kind))
  const types = [
    ...new Set(texts.flatMap(({ marked }) => unmark(marked).names.map(({ type }) => type))),
  ].sort()
  const rows = new Map([...kinds, ...types, 'all'].map((title) => [title, [title]]))
  for (const { change, options } of Object.values(WAYS)) {
    const counts = new Map(Array.from(rows.keys(), (title) => [title, new Map<Outcome, number>()]))
    const changed = texts.map(({ marked }) => unmark(marked, change))
    const results = await ner.recognizeAll(
      changed.map(({ text }) => text),
      options,
    )
    for (const [index, { kind }] of texts.entries()) {
      for (const { type, outcome } of judge(changed[index]!.names, results[index]!.entities)) {
        for (const title of [kind, type, 'all']) {
          const count = counts.get(title)
          count?.set(outcome, (count.get(outcome) ?? 0) + 1)
        }
      }
    }
    for (const [title, row] of rows)
      row.push(OUTCOMES.map((outcome) => counts.get(title)!.get(outcome) ?? 0).join(' / '))
  }
  return { headings: ['texts', ...Object.keys(WAYS)], rows: [...rows.values()] }
}

/** What became of each name, and what was found where none is; the type is the name's, or that of what was invented. */
export function judge(
  names: readonly Name[],
  found: readonly Name[],
): { readonly type: string; readonly outcome: Outcome }[] {
  const touches = (a: Name, b: Name): boolean => a.start < b.end && b.start < a.end
  const outcomeOf = (name: Name): Outcome => {
    const touching = found.filter((entity) => touches(entity, name))
    if (touching.length === 0) return 'missed'
    const same = touching.find(({ start, end }) => start === name.start && end === name.end)
    if (same === undefined) return 'boundary'
    return same.type === name.type ? 'exact' : 'wrong type'
  }
  const invented = found.filter((entity) => !names.some((name) => touches(entity, name)))
  return [
    ...names.map((name) => ({ type: name.type, outcome: outcomeOf(name) })),
    ...invented.map(({ type }) => ({ type, outcome: 'invented' as const })),
  ]
}
