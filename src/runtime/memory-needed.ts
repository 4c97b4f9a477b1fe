/** How much kernel memory a model needs, counted before it is loaded by placing all of it in a space that only counts. */

import type { Precision } from '../kernels/kernels.ts'
import { Layout } from '../kernels/layout.ts'
import { AddressSpace, MAX_MEMORY_BYTES, PAGE_BYTES, roundUp } from '../kernels/memory.ts'
import type { ScratchShape } from '../kernels/placed.ts'
import { activationForm } from '../kernels/wasm.ts'
import { layBoundaryHead } from '../model/boundary-head.ts'
import { placeModel } from '../model/place-model.ts'
import { Places } from '../model/places.ts'
import { placeStaging } from '../model/read-weights.ts'
import { placeSources } from '../model/relative.ts'
import { laySpanHead } from '../model/span-head.ts'
import { layMarker } from '../model/span-marker.ts'
import { encodersOf, isGlinerHead, type ModelSpec, modulesOf, typeAttentionOf } from '../model/spec.ts'
import { layTypeHead } from '../model/type-head.ts'
import { layWordHead } from '../model/word-head.ts'
import { layWorkspace } from '../model/workspace.ts'
import type { EngineSetup } from './engine-setup.ts'

/** Scratch that all encoders of a model fit in. */
export function scratchShape(spec: ModelSpec): ScratchShape {
  const shapes = encodersOf(spec).map(({ config, relative, head }): ScratchShape => {
    const { hiddenSize, embeddingSize, numHeads, intermediateSize, maxPositions } = config
    const ofHead = [...modulesOf(head)].map((module) => (module.kind === 'linear' ? module.inputs : 0))
    const inputs = Math.max(hiddenSize, embeddingSize, intermediateSize, ...ofHead)
    const relativeRows = relative?.kind === 'disentangled' ? relative.rows : 0
    const ofTypes = typeAttentionOf(head)
    const headDim = Math.max(hiddenSize / numHeads, ofTypes ? ofTypes.narrow.outputs / ofTypes.heads : 0)
    return { tokens: maxPositions, headDim, inputs, relativeRows }
  })
  const most = (of: keyof ScratchShape): number => Math.max(...shapes.map((shape) => shape[of] ?? 0))
  return {
    ...{ tokens: most('tokens'), headDim: most('headDim') },
    ...{ inputs: most('inputs'), relativeRows: most('relativeRows') },
  }
}

/**
 * Bytes of kernel memory that a model and its workspace need, counted by placing them as loading does.
 *
 * @throws {RangeError} if that is more than wasm32 can address
 */
export function memoryNeeded({ spec, plan, threads, batchTokens }: Omit<EngineSetup, 'module'>): number {
  const { precision, tiles, variant } = plan
  const space = new AddressSpace()
  const layout = new Layout(space, tiles.float32Panel, activationForm(variant))
  layout.scratch(scratchShape(spec), threads)
  const places = new Places(layout, precision)
  const encoders = encodersOf(spec)
  for (const each of encoders) placeModel(places, each)
  const mark = space.end
  for (const each of encoders) placeSources(places, each)
  placeStaging(layout, places.modules.keys())
  for (const each of encoders) {
    space.release(mark)
    layPass(layout, each, precision, batchTokens)
  }
  const bytes = space.most
  if (bytes > MAX_MEMORY_BYTES) {
    throw new RangeError(
      `Cannot load the model at precision '${precision}': it needs ${bytes} bytes of memory, and WebAssembly addresses ${MAX_MEMORY_BYTES}${precision === 'float32' ? "; use precision 'int8'" : ''}`,
    )
  }
  return roundUp(bytes, PAGE_BYTES)
}

/** Places the buffers of the largest pass. */
function layPass(layout: Layout, spec: ModelSpec, precision: Precision, batchTokens: number): void {
  const tokens = Math.max(batchTokens, spec.config.maxPositions)
  layWorkspace(layout, spec, precision, tokens, { count: tokens, longest: tokens })
  if (spec.head?.kind === 'words') layWordHead(layout, spec.config, precision, tokens)
  const { head } = spec
  if (head === undefined || !isGlinerHead(head)) return
  if (head.kind === 'types') {
    layTypeHead(layout, head, spec.config.hiddenSize, tokens)
    return
  }
  // Each token is the first piece of a word, or stands before a type; both are gathered, then made as wide as the head.
  layout.matrix(2 * tokens, spec.config.hiddenSize + head.size)
  const counts = { words: tokens, types: tokens, longest: tokens, most: tokens, sequences: tokens }
  if (head.kind === 'spans') laySpanHead(layout, head, counts)
  else if (head.kind === 'boundaries') layBoundaryHead(layout, head, counts)
  const marker = head.kind === 'spans' ? undefined : head.marker
  if (marker) layMarker(layout, marker, tokens)
}
