import { layerNormRow } from './layer-norm'

/** Where the embedding tables stand; one struct of 32-bit words, written by src/kernels/wasm.ts. */
const WORDS: usize = 0
const WORD_SCALES: usize = 4
const POSITIONS: usize = 8
const TYPE: usize = 12
const WEIGHT: usize = 16
const BIAS: usize = 20

/**
 * One token's embedding: LayerNorm(word + type + position)           Devlin et al. 2019, figure 2
 *
 * @param tables  the struct above: words are float32 rows, or int8 rows with one scale each where WORD_SCALES is not 0;
 *                TYPE is the row of token type 0, or 0 where the model has none
 * @param stride  floats in a row of a table: width rounded up to 16
 * @param out     float32, `stride` floats
 */
export function embeddingRow(
  tables: usize,
  id: i32,
  position: i32,
  width: i32,
  stride: i32,
  epsilon: f32,
  out: usize,
): void {
  const scales = <usize>load<u32>(tables + WORD_SCALES)
  const type = <usize>load<u32>(tables + TYPE)
  const positions = <usize>load<u32>(tables + POSITIONS) + ((<usize>position * stride) << 2)
  const words = <usize>load<u32>(tables + WORDS)
  const bytes = (<usize>stride) << 2
  if (scales !== 0) {
    const scale = f32x4.splat(load<f32>(scales + ((<usize>id) << 2)))
    const row = words + <usize>id * stride
    for (let i: usize = 0; i < bytes; i += 16) {
      const word = i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(v128.load32_zero(row + (i >> 2))))
      v128.store(out + i, f32x4.mul(f32x4.convert_i32x4_s(word), scale))
    }
  } else {
    const row = words + ((<usize>id * stride) << 2)
    for (let i: usize = 0; i < bytes; i += 16) v128.store(out + i, v128.load(row + i))
  }
  if (type !== 0)
    for (let i: usize = 0; i < bytes; i += 16)
      v128.store(out + i, f32x4.add(v128.load(out + i), v128.load(type + i)))
  for (let i: usize = 0; i < bytes; i += 16)
    v128.store(out + i, f32x4.add(v128.load(out + i), v128.load(positions + i)))
  layerNormRow(out, 0, width, load<u32>(tables + WEIGHT), load<u32>(tables + BIAS), epsilon, out)
}
