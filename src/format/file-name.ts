/** Checks file names that are read from a model's files, so that none leads out of its folder. */
import { ModelFormatError, quoted } from './errors.ts'

/** Maximum length of one part of a name in UTF-8 bytes: the limit of common file systems. */
const LONGEST_PART = 255

/**
 * Refuses a file name that could leave the model's folder, since names come from untrusted files
 * (`weight_map` of a sharded index, `modules.json`). A name is one or more parts joined by `/`; no part may
 * be empty, `.` or `..`, contain a backslash, a colon (drives and streams on Windows), a control character or
 * half a surrogate pair, be longer than file systems allow, or mean another file or a device on Windows
 * (`config.json.`, `nul`).
 *
 * @returns the name, unchanged
 * @throws {ModelFormatError} `InvalidConfig`
 */
export function checkFileName(fileName: string): string {
  const parts = fileName.split('/')
  if (parts.some((part) => part === '' || part === '.' || part === '..') || hasForbiddenUnit(fileName)) {
    throw new ModelFormatError(
      'InvalidConfig',
      `${quoted(fileName)} is not a file name inside a model's folder: it must be a relative path joined by '/' without '..', backslashes, colons or control characters`,
    )
  }
  const elsewhere = parts.find((part) => ELSEWHERE.test(part))
  if (elsewhere !== undefined) {
    throw new ModelFormatError(
      'InvalidConfig',
      `${quoted(fileName)} has ${quoted(elsewhere)}, which is no file of that name on Windows: call the file otherwise`,
    )
  }
  const long = parts.find((part) => new TextEncoder().encode(part).length > LONGEST_PART)
  if (long !== undefined) {
    throw new ModelFormatError(
      'InvalidConfig',
      `${quoted(long)} is not a file name: it is longer than ${LONGEST_PART} bytes`,
    )
  }
  return fileName
}

/** Names that Windows takes for something other than a file of that name. */
const ELSEWHERE = /[. ]$|^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i

function hasForbiddenUnit(fileName: string): boolean {
  for (let at = 0; at < fileName.length; at++) {
    const unit = fileName.charCodeAt(at)
    if (unit < 0x20 || unit === 0x7f || unit === 0x5c || unit === 0x3a) return true
  }
  return /\p{Surrogate}/u.test(fileName)
}
