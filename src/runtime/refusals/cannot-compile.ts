/** What is said where an engine refuses to compile WebAssembly. */
import { reasonOf } from '../../format/errors.ts'
import { EngineError } from '../engine-error.ts'

/** Engines that refuse do not say what can be done about it; this error does. */
export function cannotCompile(cause: Error): EngineError {
  return new EngineError(
    'CannotCompile',
    `This page or runtime may not compile WebAssembly: ${reasonOf(cause)}; under a Content-Security-Policy allow script-src 'wasm-unsafe-eval' (in a browser extension: extension_pages of the manifest's content_security_policy); in an edge worker import iobert/kernels.wasm and pass it as { wasm }; or take the slow { kernels: 'reference' }`,
    { cause },
  )
}
