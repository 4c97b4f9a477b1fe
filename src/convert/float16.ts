const bits = (values: Float32Array): Uint32Array =>
  new Uint32Array(values.buffer, values.byteOffset, values.length)

/**
 * Rounds f32 values to IEEE binary16, to the nearest and half to even. Values must be finite.
 *
 * @returns two little-endian bytes for each value, or the index of the first value of 65,520 or more, which would be infinite
 */
export function narrowToFloat16(values: Float32Array): Uint8Array | number {
  const bytes = new Uint8Array(2 * values.length)
  const words = bits(values)
  const small = new Float32Array(1)
  const smallBits = bits(small)
  for (let index = 0; index < words.length; index++) {
    const word = words[index] as number
    const magnitude = word & 0x7fffffff
    let half: number
    if (magnitude < 0x38800000) {
      // Below 2^-14 a half is a multiple of 2^-24, which is one unit in the last place of an f32 at 0.5
      small[0] = Math.abs(values[index] as number) + 0.5
      half = (smallBits[0] as number) - 0x3f000000
    } else {
      // From bias 127 to bias 15, thirteen fraction bits rounded away
      half = (magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13
      if (half >= 0x7c00) return index
    }
    half |= (word >>> 16) & 0x8000
    bytes[2 * index] = half & 0xff
    bytes[2 * index + 1] = half >>> 8
  }
  return bytes
}
