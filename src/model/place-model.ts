/** Places a whole model in kernel memory, including what its attention reads in addition to the weights. */
import type { Matrix } from '../kernels/kernels.ts'
import type { PlacedModel, Places } from './places.ts'
import { placeRelative } from './relative.ts'
import type { ModelSpec } from './spec.ts'

/** Places a model. relative.ts places the inputs of relative positions. */
export function placeModel(places: Places, spec: ModelSpec): PlacedModel {
  const { layout, precision } = places
  const { config, embeddings, projection, firstLayerNorm, layers: ofSpec, convolution, head } = spec
  const { hiddenSize, numHeads, maxPositions } = config
  const model = places.place({ embeddings, projection, firstLayerNorm, layers: ofSpec, convolution, head })
  const relative = placeRelative(layout, precision, spec)
  /** Tables of angles by θ. */
  const angles = new Map<number, Matrix>()
  for (const { theta } of ofSpec) {
    if (theta === undefined || angles.has(theta)) continue
    angles.set(theta, layout.matrix(maxPositions, hiddenSize / numHeads))
  }
  const layers = model.layers.map((layer, index) => ({
    ...layer,
    relative: relative[index],
    angles: layer.theta === undefined ? undefined : angles.get(layer.theta),
  }))
  return { ...model, layers }
}
