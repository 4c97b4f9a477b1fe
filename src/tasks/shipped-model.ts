/** Whether the shipped model is where the page expects it. Read where no other model is named. */
import { DownloadError, type ModelFormatError } from '../format/errors.ts'
import { type ModelFiles, missingFile } from '../format/source.ts'

/** @throws {ModelFormatError} `MissingFile` where a bundler left the shipped model behind */
export async function checkShipped(files: ModelFiles): Promise<void> {
  const config = await files.open('config.json').catch((error: unknown) => {
    if (error instanceof DownloadError && error.code === 'Refused') return undefined
    throw error
  })
  if (config === undefined) throw leftBehind(files, files.name)
  await config.close()
}

/** @param base  where it was expected */
export function leftBehind(
  files: Pick<ModelFiles, 'whyMissing'>,
  base = 'an address that this bundle knows',
): ModelFormatError {
  return missingFile(
    files,
    ['config.json'],
    `The shipped model is not at ${base}: a bundler moved this module; copy iobert's weights/ folder to your site and pass its URL: loadRecognizer('https://.../weights/')`,
  )
}
