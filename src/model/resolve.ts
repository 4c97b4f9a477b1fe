/**
 * Finds the tensors of a model's specification in its files, under the various names that checkpoints use.
 */
import type { Checkpoint, CheckpointTensor } from '../format/checkpoint.ts'
import { elementCount } from '../format/dtypes.ts'
import { ModelFormatError, quoted } from '../format/errors.ts'
import { type CrfTensors, findCrf } from './read-crf.ts'
import {
  type GlinerHeadSpec,
  type HeadSpec,
  isGlinerHead,
  type ModelSpec,
  modulesOf,
  type TensorPart,
  type TensorSpec,
  type TypeHeadSpec,
  tensorsOf,
} from './spec.ts'

/** Prefixes added by wrappers: `module.` by DataParallel, `model.` by others; a bare encoder has none. */
const WRAPPERS = ['', 'module.', 'model.'] as const

/** Maximum number of names in an error: all of one layer's. */
const MOST_NAMES = 16

/** A tensor in the files; for int8 with its scales, [out, 1] or [out]. */
export interface FoundTensor {
  readonly tensor: CheckpointTensor
  readonly scale: CheckpointTensor | undefined
}

/** One tensor of the files that the model needs, under its current name. */
export interface NamedTensor extends FoundTensor {
  /** With the family's own prefix and `LayerNorm.weight`, whatever the file has. */
  readonly name: string
  /** Whether `iobert quantize` makes it int8. */
  readonly quantizable: boolean
}

/** A model with its tensors found in its files. */
export interface ResolvedModel {
  /** The parts of the model that exist: a head that is not in the files is left out. */
  readonly spec: ModelSpec
  readonly tensors: ReadonlyMap<TensorSpec, FoundTensor>
  /** The conditional random field over the labels of tokens, if the files have one. */
  readonly crf: CrfTensors | undefined
  /** Each tensor of the files once and whole, in the order of the flow. */
  readonly named: readonly NamedTensor[]
}

/**
 * Finds a model's tensors in its files: prefixes (`bert.`, `module.`, `module.bert.`, `model.`, none; each
 * family's own) are detected from the names, the old `LayerNorm.gamma` and `.beta` count as weight and bias,
 * and tensors that are not needed are ignored.
 *
 * @throws {ModelFormatError} MissingTensor, with how many are missing and the first names; WrongShape with both shapes;
 *   UnsupportedConfig for element types other than F32, F16, BF16 and (with scales) I8
 *
 * @example
 * const { named } = resolve(await loadSpec(files), await openCheckpoint(files))
 */
export function resolve(spec: ModelSpec, checkpoint: Checkpoint): ResolvedModel {
  return new Resolver(spec, checkpoint).resolve()
}

/** Numbers of the tensors that a model needs. */
export function countParameters({ named }: ResolvedModel): number {
  return named.reduce((sum, { tensor }) => sum + elementCount(tensor.shape), 0)
}

class Resolver {
  readonly #spec: ModelSpec
  readonly #files: ReadonlyMap<string, CheckpointTensor>
  /** Prefix of the encoder's tensors in these files. */
  readonly #prefix: string
  readonly #tensors = new Map<TensorSpec, FoundTensor>()
  readonly #named = new Map<string, NamedTensor>()
  readonly #missing = new Set<string>()

  constructor(spec: ModelSpec, { tensors }: Checkpoint) {
    this.#spec = spec
    this.#files = tensors
    this.#prefix = this.#detectPrefix()
  }

  resolve(): ResolvedModel {
    const { head } = this.#spec
    const spec =
      head === undefined || isGlinerHead(head) || this.#has(head)
        ? this.#spec
        : { ...this.#spec, head: undefined }
    const { typeEncoder, ...ofTexts } = spec
    for (const module of modulesOf(ofTexts)) for (const tensor of tensorsOf(module)) this.#take(tensor)
    if (typeEncoder) {
      const { prefix } = typeEncoder
      for (const module of modulesOf(typeEncoder))
        for (const tensor of tensorsOf(module))
          this.#take(tensor, { prefix, fileName: this.#wrapper + prefix })
    }
    this.#throwIfMissing()
    const crf = spec.head?.kind === 'tokens' ? this.#takeCrf() : undefined
    return { spec, tensors: this.#tensors, crf, named: [...this.#named.values()] }
  }

  /** Finds the prefix that matches most of the encoder's tensors. */
  #detectPrefix(): string {
    const { head, typeEncoder, prefix: own, ...encoder } = this.#spec
    const names = [...modulesOf(encoder)].flatMap(tensorsOf).map(({ name }) => name)
    let best = own
    let most = 0
    for (const wrapper of WRAPPERS) {
      for (const prefix of [wrapper + own, wrapper]) {
        const found = names.filter((name) => this.#find(name.replace('{encoder}', prefix))).length
        if (found <= most) continue
        best = prefix
        most = found
      }
    }
    return best
  }

  /**
   * Whether the files have any tensor of the layer that makes logits or, for words, of the layer before it.
   */
  #has(head: Exclude<HeadSpec, GlinerHeadSpec | TypeHeadSpec>): boolean {
    const module = head.kind === 'words' ? (head.transform?.dense ?? head.decoder) : head.output
    return tensorsOf(module).some((tensor) => this.#find(this.#fileName(tensor)) !== undefined)
  }

  /** Finds the conditional random field, checks its tensors and lists them. */
  #takeCrf(): CrfTensors | undefined {
    const { crf, labels } = this.#spec.config
    const found = findCrf(this.#files, labels.length)
    if (found === undefined) return undefined
    for (const [part, { tensor, shape }] of found) {
      this.#checkShape(tensor, [shape])
      checkFloat(tensor)
      const name = `crf.${part}`
      this.#named.set(name, { name, tensor, scale: undefined, quantizable: false })
    }
    if (crf === undefined) return found
    throw new ModelFormatError(
      'DuplicateKey',
      `The weights have a conditional random field, and ${this.#configFile} has another; which one is meant cannot be known: remove one of them`,
    )
  }

  /** Checks a tensor and lists it; missing ones are collected for a single error. */
  #take(spec: TensorSpec, encoder = { prefix: this.#spec.prefix, fileName: this.#prefix }): void {
    const { shape, quantizable, part } = spec
    const fileName = this.#fileName(spec, encoder.fileName)
    const tensor = this.#find(fileName)
    if (tensor === undefined) {
      this.#missing.add(fileName)
      return
    }
    this.#checkShape(tensor, [shape])
    const isInt8 = tensor.dtype === 'I8' && quantizable
    const scale = isInt8 ? this.#files.get(`${fileName}_scale`) : undefined
    if (!isInt8) checkFloat(tensor)
    else if (scale === undefined) this.#missing.add(`${fileName}_scale`)
    else {
      this.#checkShape(scale, [[shape[0]!, 1], [shape[0]!]])
      checkFloat(scale)
    }
    const name = spec.name.replace('{encoder}', encoder.prefix)
    if (!this.#named.has(name)) this.#named.set(name, { name, tensor, scale, quantizable })
    const found = part
      ? { tensor: partOf(tensor, part), scale: scale && partOf(scale, part) }
      : { tensor, scale }
    this.#tensors.set(spec, found)
  }

  /**
   * The name in the files, inside the encoder or outside it: such as `module.bert.` and `module.classifier.`,
   * or bare.
   */
  #fileName({ name, otherNames = [] }: TensorSpec, prefix: string = this.#prefix): string {
    if (name.startsWith('{encoder}')) return name.replace('{encoder}', prefix)
    const spellings = [name, ...otherNames].flatMap((each) => [this.#wrapper + each, each])
    return spellings.find((each) => this.#find(each) !== undefined) ?? name
  }

  /** What a wrapper put before all names. */
  get #wrapper(): string {
    return this.#prefix.replace(this.#spec.prefix, '')
  }

  /** Finds a tensor by its name, or by the name in checkpoints converted from TensorFlow. */
  #find(name: string): CheckpointTensor | undefined {
    const tensor = this.#files.get(name)
    if (tensor !== undefined || !name.includes('LayerNorm.')) return tensor
    return this.#files.get(
      name.replace('LayerNorm.weight', 'LayerNorm.gamma').replace('LayerNorm.bias', 'LayerNorm.beta'),
    )
  }

  get #configFile(): string {
    return this.#spec.configFile ?? 'config.json'
  }

  #checkShape(tensor: CheckpointTensor, allowed: readonly (readonly number[])[]): void {
    const fits = allowed.some(
      (shape) =>
        shape.length === tensor.shape.length && shape.every((size, axis) => size === tensor.shape[axis]),
    )
    if (fits) return
    throw new ModelFormatError(
      'WrongShape',
      `Tensor ${quoted(tensor.name)} in ${tensor.fileName} has shape [${tensor.shape.join(', ')}]; ${this.#configFile} asks for [${allowed[0]!.join(', ')}]`,
    )
  }

  #throwIfMissing(): void {
    const missing = [...this.#missing]
    if (missing.length === 0) return
    const names = [...missing.slice(0, MOST_NAMES), ...(missing.length > MOST_NAMES ? ['...'] : [])].join(
      ', ',
    )
    const has = [...this.#files.keys()].slice(0, 3).map(quoted).join(', ')
    throw new ModelFormatError(
      'MissingTensor',
      this.#named.size === 0
        ? `The weights have none of the ${missing.length} tensors of this ${this.#spec.config.modelType} model, ${names}; they have ${has || 'no tensors'}`
        : `The weights lack ${missing.length} of the model's tensors: ${names}; ${this.#configFile} may be another model's`,
    )
  }
}

/** A part of a tensor, read in place. */
function partOf(tensor: CheckpointTensor, { index, count, blocks }: TensorPart): CheckpointTensor {
  const { source, offset, shape } = tensor
  const byteLength = tensor.byteLength / count
  const partShape = blocks === shape[0] ? [blocks, shape[1]! / count] : [shape[0]! / count, ...shape.slice(1)]
  if (blocks === 1) return { ...tensor, shape: partShape, offset: offset + index * byteLength, byteLength }
  const partBytes = byteLength / blocks
  /** Position in the tensor of byte `at` of the part. */
  const placeOf = (at: number): number =>
    (Math.floor(at / partBytes) * count + index) * partBytes + (at % partBytes)
  // Reads the bytes in between too: over a network, skipping them would take another request.
  const read = async (from: number, target: Uint8Array): Promise<void> => {
    const first = from - offset
    const begin = placeOf(first)
    const end = Math.min(placeOf(first + target.length), tensor.byteLength)
    const whole = new Uint8Array(end - begin)
    await source.read(offset + begin, whole)
    for (let at = 0; at < target.length; ) {
      const size = Math.min(target.length - at, partBytes - ((first + at) % partBytes))
      const start = placeOf(first + at) - begin
      target.set(whole.subarray(start, start + size), at)
      at += size
    }
  }
  return {
    ...tensor,
    shape: partShape,
    source: { name: source.name, byteLength: source.byteLength, read, close: async () => {} },
    byteLength,
  }
}

function checkFloat(tensor: CheckpointTensor): void {
  if (tensor.dtype === 'F32' || tensor.dtype === 'F16' || tensor.dtype === 'BF16') return
  throw new ModelFormatError(
    'UnsupportedConfig',
    `Tensor ${quoted(tensor.name)} in ${tensor.fileName} has dtype ${tensor.dtype}; F32, F16 and BF16 can be read, and I8 with a weight_scale for Linear weights and word embeddings`,
  )
}
