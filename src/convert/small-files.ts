/** The small files of a model's folder, which a converted model keeps unchanged. */

import { CALIBRATION } from '../format/calibration.ts'
import { quoted } from '../format/errors.ts'
import { TOKENIZER_FILES } from '../format/file-limits.ts'
import { type ModelFiles, readAll, withFile } from '../format/source.ts'
import { sentenceFiles } from '../model/sentence/sentence-settings.ts'
import { decodeText } from './containers/byte-reader.ts'
import { unsupportedContainer } from './containers/refuse.ts'

/** Files that a converted model keeps unchanged: the tokenizer's, the calibration, and those of sentence-transformers. */
export const KEPT_FILES: readonly string[] = [
  ...TOKENIZER_FILES,
  CALIBRATION,
  'modules.json',
  'sentence_bert_config.json',
  'config_sentence_transformers.json',
  '1_Pooling/config.json',
]

/** The largest tokenizer.json of a BERT has 10 MB. */
const LARGEST = 64 * 1024 * 1024

/** Reads a small file completely; `undefined` if there is none. */
export function readSmallFile(files: ModelFiles, fileName: string): Promise<Uint8Array | undefined> {
  return withFile(files, fileName, (source) => {
    if (source.byteLength <= LARGEST) return readAll(source)
    throw unsupportedContainer(
      files.name,
      `${quoted(fileName)} has ${source.byteLength} bytes; at most ${LARGEST} are read`,
    )
  })
}

/** Like `readSmallFile`, as text. */
export async function readSmallText(files: ModelFiles, fileName: string): Promise<string | undefined> {
  const bytes = await readSmallFile(files, fileName)
  return bytes === undefined ? undefined : decodeText(fileName, bytes)
}

/** The existing files among `KEPT_FILES` and those that `modules.json` names. */
export async function keptFiles(files: ModelFiles): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>()
  for (const name of new Set([...KEPT_FILES, ...(await sentenceFiles(files))])) {
    const bytes = await readSmallFile(files, name)
    if (bytes !== undefined) found.set(name, bytes)
  }
  return found
}

/**
 * Lines as Spark NLP reads them from `vocab.txt` and `labels.txt`: the number of a line is the id of its
 * text.
 */
export function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/)
  if (lines[lines.length - 1] === '') lines.pop()
  return lines
}
