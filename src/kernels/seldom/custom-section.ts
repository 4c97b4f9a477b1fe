/** Makes the bytes of a WebAssembly module others without changing what they compute. */

/** `bytes` with an empty custom section of that name at the end. */
export function withCustomSection(bytes: Uint8Array, name: string): Uint8Array<ArrayBuffer> {
  const encoded = new TextEncoder().encode(name)
  const section = Uint8Array.of(0, encoded.length + 1, encoded.length, ...encoded)
  const result = new Uint8Array(bytes.length + section.length)
  result.set(bytes)
  result.set(section, bytes.length)
  return result
}
