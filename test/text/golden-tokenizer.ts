/** Tokenizers of test/goldens/family, with the Rust library's results for texts. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ModelFiles } from '#dist/format/source.js'
import { mapFiles } from '#dist/format/source.js'
import { rootPath } from '../shared.ts'

export type Json = Record<string, unknown>

const folder = rootPath('test/goldens/family')

/** A file of the folder: the tokenizer that others start from. */
export function baseTokenizer(name: string): Json {
  return JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'))
}

export interface GoldenTokenizer {
  /** tokenizer.json */
  readonly json: Json
  /** tokenizer_config.json */
  readonly config: Json
  readonly lines: readonly Json[]
}

export function goldenTokenizer(name: string): GoldenTokenizer {
  const [header, ...lines] = readFileSync(join(folder, `${name}.jsonl`), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Json)
  const { base, parts, config } = header as { base: string; parts: Json; config: Json }
  const json = baseTokenizer(base)
  // The normaliser of the file that it starts from.
  const charsmap = JSON.stringify(json['normalizer'])
  const own: Json = JSON.parse(JSON.stringify(parts).replace('"charsmap"', () => charsmap))
  const model = { ...(json['model'] as Json), ...(own['model'] as Json | undefined) }
  return { json: { ...json, ...own, model }, config, lines }
}

/** The files of a tokenizer, of a model that does not classify tokens. */
export function tokenizerFiles({ json, config }: Pick<GoldenTokenizer, 'json' | 'config'>): ModelFiles {
  const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))
  return mapFiles(
    new Map([
      ['tokenizer.json', bytes(json)],
      ['tokenizer_config.json', bytes(config)],
      ['config.json', bytes({ architectures: ['RobertaForMaskedLM'] })],
    ]),
  )
}
