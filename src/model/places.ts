/** Reserves places in kernel memory for the modules of a model; read-weights.ts fills them from the files. */
import type { Matrix, Precision, RelativePositions } from '../kernels/kernels.ts'
import type { Layout } from '../kernels/layout.ts'
import { isModule, type LayerSpec, type ModelSpec, type ModuleSpec, type Placed } from './spec.ts'

type PlacedModule = Placed<ModuleSpec>

/** Places modules, each once, and knows where each is. */
export class Places {
  readonly layout: Layout
  readonly precision: Precision
  readonly modules: Map<ModuleSpec, PlacedModule> = new Map()

  /** @param precision  of the linear layers and tables that are not always float32 */
  constructor(layout: Layout, precision: Precision) {
    this.layout = layout
    this.precision = precision
  }

  /** A specification with its modules placed. */
  place<Spec>(spec: Spec): Placed<Spec> {
    return this.#place(spec) as Placed<Spec>
  }

  #place(spec: unknown): unknown {
    if (typeof spec !== 'object' || spec === null) return spec
    if (Array.isArray(spec)) return spec.map((each) => this.#place(each))
    if (!isModule(spec))
      return Object.fromEntries(Object.entries(spec).map(([key, value]) => [key, this.#place(value)]))
    const placed = this.modules.get(spec) ?? this.#placeModule(spec)
    this.modules.set(spec, placed)
    return placed
  }

  #placeModule(spec: ModuleSpec): PlacedModule {
    const { layout, precision } = this
    if (spec.kind === 'linear') return layout.linear(spec.precision ?? precision, spec.inputs, spec.outputs)
    if (spec.kind === 'table') return layout.table(spec.precision ?? precision, spec.rows, spec.columns)
    return spec.kind === 'norm' ? layout.layerNorm(spec.size, spec.epsilon) : layout.floats(spec.size)
  }
}

/** A layer in memory. */
export type PlacedLayer = Placed<LayerSpec> & {
  /** What attention reads of relative positions. */
  readonly relative: RelativePositions | undefined
  /** Cosines and sines of the angles of each place, [places, D]: rotation.ts. */
  readonly angles: Matrix | undefined
}

/** What a pass is computed with. */
export type PlacedModel = Placed<Pick<ModelSpec, 'embeddings' | 'projection' | 'convolution' | 'head'>> & {
  readonly layers: readonly PlacedLayer[]
}
