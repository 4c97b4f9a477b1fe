/** What the module exports; src/kernels/wasm.ts is its only caller. */
export { packEmbeddingInt8, packLinearFloat32, packLinearInt8, widenValues } from './packing'
export { close, dispatch, join, runAlone, serve } from './parallel'
