/** The two errors of files in other formats: damaged, and not supported. */
import { ModelFormatError } from '../../format/errors.ts'

/** A foreign file that is broken: cut short, inconsistent, or not what its name says. */
export function broken(file: string, found: string, options?: ErrorOptions): ModelFormatError {
  return new ModelFormatError('InvalidHeader', `Cannot read ${file}: ${found}`, options)
}

/** A foreign file that may be sound, but holds something that no BERT token classifier needs or that is not read here. */
export function unsupported(file: string, found: string): ModelFormatError {
  return new ModelFormatError('UnsupportedConfig', `Cannot read ${file}: ${found}`)
}
