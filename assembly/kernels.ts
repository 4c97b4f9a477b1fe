/**
 * What the module exports. src/kernels/wasm.ts is the only caller of the functions; the build reads the
 * numbers into src/generated/constants.ts, and a module is refused whose numbers differ.
 */
export { packKeys } from './attention-float32'
export { packKeysInt16 } from './attention-int16-packing'
export { packEmbeddingInt8, packLinearFloat32, packLinearInt8, widenValues } from './packing'
export { COMMAND_OFFSET, CONTROL_BYTES, close, dispatch, join, runAlone, serve } from './parallel'
export { TABLES_END } from './simd'
export { raceTile } from './tile-race'

/**
 * Stands for the sizes, fields and numbers that both sides know: the build computes it from sizes.ts and
 * commands.ts.
 */
export const INTERFACE: i32 = isDefined(INTERFACE_HASH) ? INTERFACE_HASH : 0
