/**
 * Pointers of Git LFS: a clone without the extension has in place of each large file a text of three lines, which says
 * where the file is. The commonest broken download of a model.
 */
import { ModelFormatError } from './errors.ts'

/** How a pointer begins (git-lfs/docs/spec.md). */
const POINTER = 'version https://git-lfs.github.com/spec/'
const START: Uint8Array = /* @__PURE__ */ new TextEncoder().encode(POINTER)
/** Bytes that are enough to know one by: in place of a header's length they are more than any file has. */
const ENOUGH = 'version '.length

/**
 * Refuses a pointer in place of a file of a model.
 *
 * @param start the file, or its first bytes
 * @throws {ModelFormatError} MissingFile
 */
export function refuseLfsPointer(start: Uint8Array, fileName: string): void {
  if (start.length < ENOUGH) return
  if (!START.every((byte, index) => index >= start.length || start[index] === byte)) return
  throw new ModelFormatError(
    'MissingFile',
    `${fileName} is a Git LFS pointer, a note of where the file is, and not the file: run git lfs install and git lfs pull in the folder that was cloned, or download the file itself`,
  )
}
