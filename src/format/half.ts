/**
 * The two 16-bit float formats, widened to float32. Every value of both is exactly representable, NaN
 * payloads included, so nothing is rounded. Bytes are little endian, as in safetensors, and may be at odd
 * addresses.
 */

/**
 * IEEE binary16: 1 sign, 5 exponent bits (bias 15), 10 fraction bits.
 *
 * @param bytes two for each value
 * @param values as many as there are pairs of bytes
 */
export function widenFloat16(bytes: Uint8Array, values: Float32Array): void {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length)
  for (let index = 0; index < bits.length; index++) {
    const half = bytes[2 * index]! | (bytes[2 * index + 1]! << 8)
    const sign = (half & 0x8000) << 16
    const exponent = half & 0x7c00
    const fraction = half & 0x3ff
    if (exponent === 0) {
      // Zero or subnormal: a multiple of 2^-24
      values[index] = sign < 0 ? -fraction * 2 ** -24 : fraction * 2 ** -24
    } else if (exponent === 0x7c00) bits[index] = sign | 0x7f800000 | (fraction << 13)
    // From bias 15 to bias 127
    else bits[index] = sign | (((half & 0x7fff) << 13) + (112 << 23))
  }
}

/**
 * bfloat16: the upper half of an f32.
 *
 * @param bytes two for each value
 * @param values as many as there are pairs of bytes
 */
export function widenBfloat16(bytes: Uint8Array, values: Float32Array): void {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length)
  for (let index = 0; index < bits.length; index++) {
    bits[index] = (bytes[2 * index]! << 16) | (bytes[2 * index + 1]! << 24)
  }
}
