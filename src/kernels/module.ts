/**
 * From the inlined bytes to a compiled module. A variant is imported only when it is chosen, and each module is compiled
 * once a process.
 */

import { inflate } from './inflate.ts'

export type WasmVariant = 'simd' | 'relaxed'

export interface ModuleKind {
  readonly variant: WasmVariant
  /** Whether its memory is shared with helper threads. */
  readonly shared: boolean
  /** Compiled after the re-vectorisation flag was set (turbo). */
  readonly turbo: boolean
}

const compiled = new Map<string, Promise<WebAssembly.Module>>()

/** The compiled kernels of a kind. */
export function compileKernels(kind: ModuleKind): Promise<WebAssembly.Module> {
  const key = `${kind.variant} ${kind.shared} ${kind.turbo}`
  let module = compiled.get(key)
  if (module === undefined) {
    module = kernelBytes(kind).then((bytes) => WebAssembly.compile(bytes as BufferSource))
    module.catch(() => compiled.delete(key))
    compiled.set(key, module)
  }
  return module
}

/** The module's bytes as a kind needs them. */
export async function kernelBytes({ variant, shared, turbo }: ModuleKind): Promise<Uint8Array> {
  const relaxed = await import('../generated/relaxed.ts')
  let bytes = await inflate(relaxed.deflated)
  // The two have much in common: of the second, which fewer engines need, only what differs is kept.
  if (variant === 'simd') bytes = await inflate((await import('../generated/simd.ts')).deflated, bytes)
  if (!shared) unshareMemory(bytes)
  // V8 keeps compiled code by a module's bytes: what was compiled before the flag stays as it was, so these bytes differ.
  if (turbo) bytes = withCustomSection(bytes, 'turbo')
  return bytes
}

const IMPORT_SECTION = 2
const IMPORTED_MEMORY = 2
const SHARED = 2

/**
 * The kernels are built with shared memory; for private memory only the flag in the import differs (atomic instructions
 * are valid on both). One byte instead of a second copy of each variant.
 */
function unshareMemory(bytes: Uint8Array): void {
  let at = 8
  const unsigned = (): number => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }
  while (at < bytes.length) {
    const section = bytes[at++]
    const end = unsigned() + at
    if (section === IMPORT_SECTION) {
      for (let imports = unsigned(); imports > 0; imports--) {
        for (let name = 0; name < 2; name++) {
          const length = unsigned()
          at += length
        }
        const kind = bytes[at++]
        if (kind === IMPORTED_MEMORY) {
          bytes[at] = bytes[at]! & ~SHARED
          return
        }
        unsigned()
      }
    }
    at = end
  }
  throw new Error('The kernels do not import their memory; build them anew')
}

/** `bytes` with an empty custom section of that name at the end. */
function withCustomSection(bytes: Uint8Array, name: string): Uint8Array<ArrayBuffer> {
  const encoded = new TextEncoder().encode(name)
  const section = Uint8Array.of(0, encoded.length + 1, encoded.length, ...encoded)
  const result = new Uint8Array(bytes.length + section.length)
  result.set(bytes)
  result.set(section, bytes.length)
  return result
}
