/** Reserves places in kernel memory for the modules of a model; read-weights.ts fills them from the files. */
import type { Matrix, Precision, RelativePositions } from '../kernels/kernels.ts'
import type { Layout } from '../kernels/layout.ts'
import { isModule, type LayerSpec, type ModelSpec, type ModuleSpec, type Placed } from './spec.ts'

type PlacedModule = Placed<ModuleSpec>

/** Places modules, each of them once, and remembers their places. */
export class Places {
  readonly layout: Layout
  readonly precision: Precision
  readonly modules: Map<ModuleSpec, PlacedModule> = new Map()

  /**
   * @param precision of those linear layers and tables that are not always float32
   */
  constructor(layout: Layout, precision: Precision) {
    this.layout = layout
    this.precision = precision
  }

  /** A specification with its modules replaced by their places. */
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
    return spec.kind === 'norm'
      ? layout.layerNorm(spec.size, spec.epsilon, spec.centred)
      : layout.floats(spec.size)
  }
}

/** A layer with its modules placed in memory. */
export type PlacedLayer = Placed<LayerSpec> & {
  /** The relative positions that attention reads. */
  readonly relative: RelativePositions | undefined
  /** Cosines and sines of the angles for each position, [positions, D]: rotation.ts. */
  readonly angles: Matrix | undefined
}

/** The placed modules that a pass uses. */
export type PlacedModel = Placed<
  Pick<ModelSpec, 'embeddings' | 'projection' | 'firstLayerNorm' | 'convolution' | 'head'>
> & {
  readonly layers: readonly PlacedLayer[]
}
