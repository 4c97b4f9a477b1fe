/** `iobert mask --out`: masks files, each into a file of its own. */

import { type FileSource, readSources } from './inputs.ts'
import { type Finding, findIn, type Redacting } from './names.ts'
import { MAX_CHARS } from './options.ts'
import type { OutputFiles } from './output-files.ts'
import { createBar } from './progress.ts'
import { redactedFields } from './shapes.ts'

/** How long texts may wait for others, since the map must be on the disk before they are. */
const PATIENCE_MS = 1000

/** @returns the exit code: 1 if anything was passed over */
export async function maskFiles(
  sources: readonly FileSource[],
  files: OutputFiles,
  {
    redacting,
    maxChars = MAX_CHARS,
    readDocument,
    find,
  }: Pick<Finding, 'maxChars' | 'readDocument' | 'find'> & { readonly redacting: Redacting },
): Promise<number> {
  const bar = createBar()
  let held: (readonly [path: string, masked: string])[] = []
  let flushed = performance.now()
  const flush = async (): Promise<void> => {
    await redacting.beforeWrite?.()
    for (const [path, masked] of held) await files.write(path, masked)
    held = []
    flushed = performance.now()
  }
  let done = 0
  for await (const { file, text, error, left = [] } of readSources(sources, maxChars)) {
    const path = file!
    const [found] =
      text === undefined
        ? [new Error(error)]
        : await findIn([{ text, file: path }], readDocument, (plain) =>
            find(plain, (progress) => {
              const share = progress.done / progress.total
              bar.update('Masking', { done: done + share, total: sources.length, unit: 'files' })
            }),
          )
    if (found instanceof Error) files.passOver(path, found.message)
    else {
      held.push([path, redactedFields(redacting.redactor, text!, found!).text])
      for (const part of left) files.passOver(path, part)
    }
    done++
    if (performance.now() - flushed > PATIENCE_MS) await flush()
  }
  await flush()
  bar.end()
  return files.end()
}
