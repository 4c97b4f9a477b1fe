/**
 * Names in a hundred everyday texts (everyday.txt, which states its rules of annotation): found, missed, and
 * invented.
 */
import { readFileSync } from 'node:fs'
import type { RecognizeOptions } from '#dist/entities/types.js'
import type { Recognizer } from '#dist/node.js'
import { rootPath } from '../test/shared.ts'
import { check } from './measure.ts'

interface Name {
  readonly type: string
  readonly start: number
  readonly end: number
}

interface MarkedText {
  readonly kind: string
  readonly text: string
  readonly names: readonly Name[]
}

/** What became of the names of some texts, and of what was found in them. */
interface Outcome {
  /** Names found as they are. */
  exact: number
  /** Found from end to end, as another type. */
  wrongType: number
  /** Found in part, or with more than the name. */
  boundary: number
  missed: number
  /** Found where no name is. */
  invented: number
}

const none: Outcome = { exact: 0, wrongType: 0, boundary: 0, missed: 0, invented: 0 }

/** Reads the marked texts: `## kind` above the texts of a kind, one a line. */
export function readEveryday(): MarkedText[] {
  const texts: MarkedText[] = []
  let kind = ''
  for (const line of readFileSync(rootPath('bench/everyday.txt'), 'utf8').split('\n')) {
    if (line.startsWith('## ')) kind = line.slice(3)
    else if (kind !== '' && line !== '') texts.push({ kind, ...unmark(line.replaceAll(' ⏎ ', '\n')) })
  }
  return texts
}

function unmark(marked: string): Pick<MarkedText, 'text' | 'names'> {
  const names: Name[] = []
  let text = ''
  for (const part of marked.split(/(⟦[A-Z]+ [^⟧]+⟧)/u)) {
    const [, type, name] = /^⟦([A-Z]+) (.+)⟧$/su.exec(part) ?? []
    if (type !== undefined && name !== undefined)
      names.push({ type, start: text.length, end: text.length + name.length })
    text += name ?? part
  }
  check(!/[⟦⟧]/u.test(text), `a mark is left in ${text}`)
  return { text, names }
}

/** Rows of a table: of each kind, and of all, by the ways to recognise. */
export async function measureEveryday(
  ner: Recognizer,
  ways: Readonly<Record<string, RecognizeOptions>>,
): Promise<string[][]> {
  const texts = readEveryday()
  const kinds = [...new Set(texts.map(({ kind }) => kind))]
  const rows: string[][] = []
  for (const [way, options] of Object.entries(ways)) {
    const total = { ...none }
    const found = await ner.recognizeAll(
      texts.map(({ text }) => text),
      options,
    )
    const byKind = new Map(kinds.map((kind) => [kind, { ...none }]))
    for (const [i, { kind, names }] of texts.entries()) {
      const outcome = compare(names, found[i]!.entities)
      for (const key of Object.keys(none) as (keyof Outcome)[]) {
        total[key] += outcome[key]
        byKind.get(kind)![key] += outcome[key]
      }
    }
    const row = (kind: string, outcome: Outcome): string[] => [
      way,
      kind,
      ...Object.values(outcome).map(String),
    ]
    rows.push(...Array.from(byKind, ([kind, outcome]) => row(kind, outcome)), row('all', total))
  }
  return rows
}

function compare(names: readonly Name[], found: readonly Name[]): Outcome {
  const outcome = { ...none }
  const touches = (a: Name, b: Name): boolean => a.start < b.end && b.start < a.end
  for (const name of names) {
    const touching = found.filter((entity) => touches(entity, name))
    const same = touching.find(({ start, end }) => start === name.start && end === name.end)
    if (touching.length === 0) outcome.missed++
    else if (same === undefined) outcome.boundary++
    else if (same.type === name.type) outcome.exact++
    else outcome.wrongType++
  }
  outcome.invented = found.filter((entity) => !names.some((name) => touches(entity, name))).length
  return outcome
}
