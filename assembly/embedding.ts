/** The embedding of one token: rows of the learned tables, added and, but for few models, normalised. */
import { Embed } from './commands'
import { clearPadding, layerNormRow } from './layer-norm'

/**
 * One token's embedding: LayerNorm(word + type + position)           Devlin et al. 2019, figure 2
 *
 * @param out  float32, room for `tableStride` numbers
 */
export function embeddingRow(call: Embed, id: i32, place: i32, type: i32, out: usize): void {
  const stride = call.tableStride
  const scales = call.wordScales
  const types = call.tokenTypes
  const bytes = (<usize>stride) << 2
  if (scales !== 0) {
    const scale = f32x4.splat(load<f32>(scales + ((<usize>id) << 2)))
    const row = call.words + <usize>id * stride
    for (let i: usize = 0; i < bytes; i += 16) {
      const word = i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(v128.load32_zero(row + (i >> 2))))
      v128.store(out + i, f32x4.mul(f32x4.convert_i32x4_s(word), scale))
    }
  } else {
    const row = call.words + ((<usize>id * stride) << 2)
    for (let i: usize = 0; i < bytes; i += 16) v128.store(out + i, v128.load(row + i))
  }
  if (types !== 0) {
    const row = types + ((<usize>type * stride) << 2)
    for (let i: usize = 0; i < bytes; i += 16)
      v128.store(out + i, f32x4.add(v128.load(out + i), v128.load(row + i)))
  }
  if (call.positions !== 0) {
    const row = call.positions + ((<usize>place * stride) << 2)
    for (let i: usize = 0; i < bytes; i += 16)
      v128.store(out + i, f32x4.add(v128.load(out + i), v128.load(row + i)))
  }
  if (WHOLE_BUILD && call.weight === 0) clearPadding(out, call.width)
  else layerNormRow(out, 0, call.width, call.weight, call.bias, call.epsilon, true, out)
}
