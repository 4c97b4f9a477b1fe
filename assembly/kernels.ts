/**
 * What the module exports. src/kernels/wasm.ts is the only caller of the functions; the build reads the numbers into
 * src/generated/constants.ts, for whoever places things in memory.
 */
export { packKeys, QUERY_ROWS } from './attention'
export { packKeysInt16 } from './attention-operands'
export { LISTED_BYTES, SECOND_HEADER } from './digits'
export { ROW_LANES } from './layer-norm'
export { INT8_PANEL } from './linear-int8'
export { packEmbeddingInt8, packLinearFloat32, packLinearInt8, widenValues } from './packing'
export { COMMAND_OFFSET, CONTROL_BYTES, close, dispatch, join, runAlone, serve } from './parallel'
export { NORM_HEADER, NORM_INPUTS, START_HEADER } from './short-sums'
export { raceTile } from './tile-race'
export { CLOSEST_TILES, MOST_TILE_ROWS } from './tile-rows'
