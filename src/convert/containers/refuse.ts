/** The two errors of files in other formats: damaged, and not supported. */
import { ModelFormatError } from '../../format/errors.ts'

/** The error for a damaged foreign file: truncated, inconsistent, or not what its name says. */
export function brokenContainer(file: string, found: string, options?: ErrorOptions): ModelFormatError {
  return new ModelFormatError('InvalidHeader', `Cannot read ${file}: ${found}`, options)
}

/**
 * The error for a foreign file that may be valid, but contains something unsupported, or not needed by a BERT
 * token classifier.
 */
export function unsupportedContainer(file: string, found: string): ModelFormatError {
  return new ModelFormatError('UnsupportedConfig', `Cannot read ${file}: ${found}`)
}
