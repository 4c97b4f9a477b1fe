/** Chapters 1, 2 and 9: the shipped model and its tokenizer. int8 is exact, so these figures are the same everywhere. */

import { execFileSync } from 'node:child_process'
import { Console } from 'node:console'
import { readFileSync } from 'node:fs'
import { Writable } from 'node:stream'
import type { RecognizeOptions } from '#dist/entities/types.js'
import { loadRecognizer, loadTokenizer } from '#dist/node.js'
import { parseVocabulary } from '#dist/text/read-vocabulary.js'
import { WordPiece } from '#dist/text/wordpiece.js'
import { iobert } from '../../cli/run.ts'
import { rootPath } from '../../shared.ts'
import { columns, decimal } from '../toy.ts'

export const SENTENCE = 'Angela Merkel met Tim Cook in Berlin.'

export async function recognise(text: string, options: RecognizeOptions) {
  const ner = await loadRecognizer(undefined, { inline: true, threads: 1 })
  try {
    return { labels: ner.labels, result: await ner.recognize(text, options) }
  } finally {
    ner.dispose()
  }
}

export async function overview(): Promise<string[]> {
  const tokenizer = await loadTokenizer()
  const { tokens, ids } = tokenizer.encode(SENTENCE)
  const { result } = await recognise(SENTENCE, { words: true })
  return [
    SENTENCE,
    '',
    `pieces    ${tokens.join(' ')}`,
    `ids       ${ids.join(' ')}`,
    '',
    ...columns([
      ['word', 'label', 'probability'],
      ...result.words!.map(({ text, label, score }) => [text, label, decimal(score)]),
    ]),
    '',
    ...columns([
      ['entity', 'type', 'start', 'end', 'score'],
      ...result.entities.map(({ text, type, start, end, score }) => [
        text,
        type,
        String(start),
        String(end),
        decimal(score),
      ]),
    ]),
  ]
}

/** What the README's first program prints. */
export async function readmeEntities(): Promise<string[]> {
  const { result } = await recognise("Angela Merkel met Tim Cook at Apple's office in Berlin.", {})
  let printed = ''
  const stdout = new Writable({
    write(chunk: Buffer, _encoding, done): void {
      printed += chunk
      done()
    },
  })
  new Console(stdout).table(result.entities)
  return printed.trimEnd().split('\n')
}

/** What the README's commands print, in the repository's root. */
export async function readmeCommands(): Promise<string[]> {
  const commands = [['Tim Cook works in Cupertino.'], ['--redact', 'examples/texts/letter.txt']]
  const lines: string[] = []
  for (const args of commands) {
    const { code, stdout, stderr } = await iobert(args)
    if (code !== 0) throw new Error(`iobert ${args.join(' ')} ended with ${code}: ${stderr}`)
    const shown = args.map((one) => (one.includes(' ') ? `"${one}"` : one)).join(' ')
    lines.push(`$ iobert ${shown}`, stdout.trimEnd())
  }
  return lines
}

/** What the command of 'Get started' prints. */
export async function getStartedCommand(): Promise<string[]> {
  const text = 'Aiko Tanaka of Toyota flew from Osaka to Geneva.'
  const { code, stdout, stderr } = await iobert([text])
  if (code !== 0) throw new Error(`iobert "${text}" ended with ${code}: ${stderr}`)
  return [`$ npx iobert "${text}"`, stdout.trimEnd()]
}

/** What the program of 'Get started' prints, run as it stands. */
export function getStartedProgram(): string[] {
  const file = rootPath('examples/get-started/first.mjs')
  return execFileSync(process.execPath, [file], { encoding: 'utf8' }).trimEnd().split('\n')
}

/** What examples/one-page.ts prints, run as it stands but for its types. */
export function onePage(): string[] {
  const file = rootPath('build/examples/one-page.js')
  const printed = execFileSync(process.execPath, [file], { cwd: rootPath('.'), encoding: 'utf8' })
  return ['$ node examples/one-page.ts', ...printed.trimEnd().split('\n')]
}

interface NamedHead {
  readonly layer: number
  readonly head: number
  readonly habit: string
  readonly share: number
  readonly next: { readonly habit: string; readonly share: number }
}

/** The heads that the figure of chapter 5 shows, as tools/figures/heads.mjs has measured them. */
export function attentionHeads(): string[] {
  const file = readFileSync(rootPath('docs/figures/heads.json'), 'utf8')
  const { heads } = JSON.parse(file) as { heads: NamedHead[] }
  return columns([
    ['layer', 'head', 'looks at', 'share', 'next', 'share'],
    ...heads
      .slice(0, 4)
      .map(({ layer, head, habit, share, next }) => [
        String(layer + 1),
        String(head + 1),
        habit,
        share.toFixed(2),
        next.habit,
        next.share.toFixed(2),
      ]),
  ])
}

export async function offsets(): Promise<string[]> {
  const text = 'Zoë flew to Reykjavík, via Ōsaka.'
  const { ids, tokens, offsets: places, wordIds } = (await loadTokenizer()).encode(text)
  return [
    text,
    '',
    ...columns([
      ['piece', 'id', 'word', 'start', 'end', 'text.slice(start, end)'],
      ...tokens.map((token, t) => [
        token,
        String(ids[t]),
        wordIds[t] === null ? '' : String(wordIds[t]),
        String(places[t]![0]),
        String(places[t]![1]),
        text.slice(...places[t]!),
      ]),
    ]),
  ]
}

const TOY_PIECES = ['[UNK]', 'un', '##aff', '##able', '##a', '##ffa', 'run', '##n', '##ing', 'runn']

function cut(word: string): string {
  const vocabulary = parseVocabulary(TOY_PIECES.join('\n'))
  const wordPiece = new WordPiece(vocabulary, { unkId: 0, continuingPrefix: '##', maxWordLength: 100 })
  const codes = Int32Array.from(word, (character) => character.codePointAt(0)!)
  const pieces: string[] = []
  wordPiece.tokenize(codes, 0, codes.length, (id) => pieces.push(vocabulary.pieceOf(id)!))
  return pieces.join(' ')
}

export function wordPieces(): string[] {
  return [
    `vocabulary   ${TOY_PIECES.join('  ')}`,
    '',
    ...columns(['unaffable', 'running', 'unrun', 'unit'].map((word) => [word, '→', cut(word)])),
  ]
}

export function wordPieceExercise(): string[] {
  return [`affable → ${cut('affable')}`, `unaable → ${cut('unaable')}`]
}

export async function writtenWords(): Promise<string[]> {
  const text = 'Mary-Kate Olsen was born in Newcastle-under-Lyme.'
  const rows: string[] = []
  for (const options of [{ style: 'transformers', strategy: 'first' }, { strategy: 'word' }] as const) {
    const { strategy } = options
    const { result } = await recognise(text, { ...options, words: true })
    const found = result.entities.map(({ text: part, type }) => `${type} "${part}"`)
    rows.push(`${strategy.padEnd(8)} words     ${result.words!.map(({ text: word }) => word).join(' ')}`)
    rows.push(`         entities  ${found.join(', ')}`)
  }
  return rows
}

export async function strategies(): Promise<string[]> {
  const text = 'Microsoft opened an office in Reykjavík.'
  const { tokens } = (await loadTokenizer()).encode(text)
  const rows: string[][] = [['strategy', 'entities']]
  for (const strategy of ['none', 'simple', 'first', 'average', 'max'] as const) {
    const { result } = await recognise(text, { style: 'transformers', strategy })
    const found = result.entities.map(({ text: part, type, score }) => `${type} "${part}" ${decimal(score)}`)
    rows.push([strategy, found.join(', ')])
  }
  const width = Math.max(...rows.map(([name]) => name!.length)) + 3
  return [tokens.join(' '), '', ...rows.map(([name, found]) => name!.padEnd(width) + found)]
}
