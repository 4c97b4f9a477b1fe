/**
 * Whether bytes are UTF-8 (Unicode standard, table 3-7), found without making a text of them: nothing is allocated, and
 * shared memory will do.
 */
export function isUtf8(bytes: Uint8Array): boolean {
  let at = 0
  while (at < bytes.length) {
    const lead = bytes[at++]!
    if (lead < 0x80) continue
    if (lead < 0xc2 || lead > 0xf4) return false
    const more = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3
    if (at + more > bytes.length) return false
    // The byte after the lead has a narrower range where it would spell a short form, a surrogate, or over 10FFFF
    const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80
    const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf
    if (bytes[at]! < low || bytes[at]! > high) return false
    for (let index = 1; index < more; index++) if ((bytes[at + index]! & 0xc0) !== 0x80) return false
    at += more
  }
  return true
}
