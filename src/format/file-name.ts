import { ModelFormatError } from './errors.ts'

/**
 * Refuses a file name that could leave the model's folder: names come from files that nobody vouches for
 * (`weight_map` of a sharded index, `modules.json`). A name is one or more parts joined by `/`; no part is empty, `.`
 * or `..`, and none holds a backslash, a colon (drives and streams on Windows) or a control character.
 *
 * @returns the name, unchanged
 * @throws {ModelFormatError} `InvalidConfig`
 */
export function checkFileName(fileName: string): string {
  const parts = fileName.split('/')
  if (parts.some((part) => part === '' || part === '.' || part === '..') || hasForbiddenUnit(fileName)) {
    throw new ModelFormatError(
      'InvalidConfig',
      `${JSON.stringify(fileName)} is not a file name inside a model's folder: it must be a relative path joined by '/' without '..', backslashes, colons or control characters`,
    )
  }
  return fileName
}

function hasForbiddenUnit(fileName: string): boolean {
  for (let at = 0; at < fileName.length; at++) {
    const unit = fileName.charCodeAt(at)
    if (unit < 0x20 || unit === 0x7f || unit === 0x5c || unit === 0x3a) return true
  }
  return false
}
