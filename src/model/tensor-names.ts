/** Finds a model's tensors under the names that checkpoints give them. What differs between families is in families/. */
import type { CheckpointTensor } from '../format/checkpoint.ts'
import { ModelFormatError, quoted } from '../format/errors.ts'
import type { BertConfig } from './bert-config.ts'
import type {
  EmbeddingTensors,
  HeadTensors,
  LayerNormTensors,
  LayerTensors,
  LinearTensors,
  ModelCheckpoint,
  ModelTensors,
  NamedTensor,
  WordHeadTensors,
} from './tensors.ts'

const WORD_EMBEDDINGS = 'embeddings.word_embeddings.weight'
const POSITION_EMBEDDINGS = 'embeddings.position_embeddings.weight'
const TOKEN_TYPE_EMBEDDINGS = 'embeddings.token_type_embeddings.weight'
const EMBEDDINGS_LAYER_NORM = 'embeddings.LayerNorm'
const CLASSIFIER = 'classifier'

/** What wrappers put before the names: DataParallel `module.`, others `model.`; a bare encoder has nothing. */
const WRAPPERS = ['', 'module.', 'model.'] as const

/** Names in an error: all of one layer's. */
const MOST_NAMES = 16

/**
 * Finds a model's tensors in its files: prefixes (`bert.`, `module.`, `module.bert.`, `model.`, none; each family's own)
 * are told from the names, old `LayerNorm.gamma` and `.beta` count as weight and bias, and tensors that are not needed
 * are left alone.
 *
 * @throws {ModelFormatError} MissingTensor, with how many are missing and the first names; WrongShape with both shapes;
 *   UnsupportedConfig for element types other than F32, F16, BF16 and (with scales) I8
 *
 * @example
 * const { layers, classifier } = resolveTensors(await openCheckpoint(files), config)
 */
export function resolveTensors(checkpoint: ModelCheckpoint, config: BertConfig): ModelTensors {
  const resolver = new Resolver(checkpoint, config)
  return resolver.resolve()
}

/** As `resolveTensors`, as a list under canonical names, in the order of the flow, each tensor as its file has it. */
export function resolveNamedTensors(checkpoint: ModelCheckpoint, config: BertConfig): NamedTensor[] {
  const resolver = new Resolver(checkpoint, config)
  resolver.resolve()
  return checkpoint.own?.(resolver.named) ?? resolver.named
}

class Resolver {
  readonly named: NamedTensor[] = []
  readonly #checkpoint: ModelCheckpoint
  readonly #tensors: ReadonlyMap<string, CheckpointTensor>
  readonly #config: BertConfig
  readonly #missing: string[] = []
  #encoderPrefix: string

  constructor(checkpoint: ModelCheckpoint, config: BertConfig) {
    this.#checkpoint = checkpoint
    this.#tensors = checkpoint.tensors
    this.#config = config
    this.#encoderPrefix = this.#detectPrefix()
  }

  resolve(): ModelTensors {
    const { embeddingSize, vocabSize, positionRows, typeVocabSize } = this.#config
    const wordEmbeddings = this.#quantizable(WORD_EMBEDDINGS, [vocabSize, embeddingSize])
    const positionEmbeddings =
      positionRows > 0 ? this.#float(POSITION_EMBEDDINGS, [positionRows, embeddingSize]) : undefined
    const tokenTypeEmbeddings =
      typeVocabSize > 0 ? this.#float(TOKEN_TYPE_EMBEDDINGS, [typeVocabSize, embeddingSize]) : undefined
    const embeddingsLayerNorm = this.#layerNorm(EMBEDDINGS_LAYER_NORM, embeddingSize)
    const projection = this.#projection()
    const layers = layerNames(this.#config).map((name) => this.#layer(name))
    const more = this.#checkpoint.more?.({
      float: (name, shape) => this.#float(name, shape),
      linear: (module, outputs, inputs) => this.#linear(module, outputs, inputs),
      layerNorm: (module) => this.#layerNorm(module),
      beside: (name, shape) => this.#beside(name, shape),
    })
    const head = this.#head()
    const wordHead = this.#wordHead()
    this.#throwIfMissing()
    return {
      wordEmbeddings,
      ...(positionEmbeddings === undefined ? {} : { positionEmbeddings }),
      ...(tokenTypeEmbeddings === undefined ? {} : { tokenTypeEmbeddings }),
      embeddingsLayerNorm,
      ...(projection === undefined ? {} : { projection }),
      layers,
      ...more,
      ...(head === undefined ? {} : { head }),
      ...(wordHead === undefined ? {} : { wordHead }),
    }
  }

  /** The prefix under which the first and last tensors of the encoder are found most often. */
  #detectPrefix(): string {
    const { family } = this.#config
    const layers = layerNames(this.#config)
    const probes = [WORD_EMBEDDINGS, POSITION_EMBEDDINGS]
    for (const layer of [layers[0]!, layers.at(-1)!]) {
      for (const module of Object.values(family.layers)) probes.push(`${module.replace('{i}', layer)}.weight`)
    }
    let best = family.prefix
    let most = 0
    for (const wrapper of WRAPPERS) {
      for (const prefix of [wrapper + family.prefix, wrapper]) {
        const found = probes.filter((name) => this.#find(prefix + name) !== undefined).length
        if (found <= most) continue
        best = prefix
        most = found
      }
    }
    return best
  }

  #layer(name: string): LayerTensors {
    const { hiddenSize, intermediateSize, family } = this.#config
    const module = (role: keyof LayerTensors): string => family.layers[role].replace('{i}', name)
    return {
      query: this.#linear(module('query'), hiddenSize, hiddenSize),
      key: this.#linear(module('key'), hiddenSize, hiddenSize),
      value: this.#linear(module('value'), hiddenSize, hiddenSize),
      attentionOutput: this.#linear(module('attentionOutput'), hiddenSize, hiddenSize),
      attentionLayerNorm: this.#layerNorm(module('attentionLayerNorm')),
      intermediate: this.#linear(module('intermediate'), intermediateSize, hiddenSize),
      output: this.#linear(module('output'), hiddenSize, intermediateSize),
      outputLayerNorm: this.#layerNorm(module('outputLayerNorm')),
    }
  }

  /** A linear layer from the embeddings to H, where they are not as wide. */
  #projection(): LinearTensors | undefined {
    const { embeddingSize, hiddenSize, family } = this.#config
    if (embeddingSize === hiddenSize || family.projection === undefined) return undefined
    return this.#linear(family.projection, hiddenSize, embeddingSize)
  }

  #linear(module: string, outputs: number, inputs: number): LinearTensors {
    return {
      ...this.#quantizable(`${module}.weight`, [outputs, inputs]),
      bias: this.#float(`${module}.bias`, [outputs]),
    }
  }

  #layerNorm(module: string, size: number = this.#config.hiddenSize): LayerNormTensors {
    const shape = [size]
    return { weight: this.#float(`${module}.weight`, shape), bias: this.#float(`${module}.bias`, shape) }
  }

  /** Present when either tensor of its output is; it stays float. */
  #head(): HeadTensors | undefined {
    const { headKind, labels, hiddenSize, family } = this.#config
    if (headKind === undefined || headKind === 'words') return undefined
    const text = headKind === 'text' ? family.textHead : undefined
    const output = this.#headLinear(text?.output ?? CLASSIFIER, labels.length)
    if (output === undefined || text === undefined) return output && { output }
    const dense = this.#headLinear(text.dense, hiddenSize) ?? this.#missingLinear(text.dense)
    return { dense, output }
  }

  /** Present when either tensor of its first layer is. */
  #wordHead(): WordHeadTensors | undefined {
    const { headKind, family, embeddingSize, vocabSize, tiesWordEmbeddings } = this.#config
    if (headKind !== 'words') return undefined
    const { dense: module, norm, decoder, bias } = family.wordHead
    const dense = this.#headLinear(module, embeddingSize)
    if (dense === undefined) return undefined
    // A decoder with weights of its own adds its own bias
    const biases = tiesWordEmbeddings ? bias : [...bias].reverse()
    const found = biases.find((name) => this.#find(this.#placeBeside(name)))
    return {
      dense,
      norm: {
        weight: this.#beside(`${norm}.weight`, [embeddingSize]),
        bias: this.#beside(`${norm}.bias`, [embeddingSize]),
      },
      ...(tiesWordEmbeddings
        ? {}
        : {
            decoder: this.#withScale(this.#beside(`${decoder}.weight`, [vocabSize, embeddingSize], true)),
          }),
      bias: this.#take(this.#placeBeside(found ?? biases[0]!), biases[0]!, [vocabSize], false),
    }
  }

  /** A tensor beside the encoder. */
  #beside(name: string, shape: readonly number[], quantizable = false): CheckpointTensor {
    return this.#take(this.#placeBeside(name), name, shape, quantizable)
  }

  #placeBeside(name: string): string {
    return this.#outer(name).find((each) => this.#find(each)) ?? name
  }

  /** Where a tensor of the head may be: beside the encoder, as `module.bert.` and `module.classifier.`, or bare. */
  #outer(name: string): string[] {
    return [...new Set([this.#encoderPrefix.replace(this.#config.family.prefix, '') + name, name])]
  }

  #headLinear(module: string, outputs: number): LinearTensors | undefined {
    const { hiddenSize, family } = this.#config
    const name = module.replace('{encoder}', family.prefix)
    const files = module.startsWith('{encoder}')
      ? [module.replace('{encoder}', this.#encoderPrefix)]
      : this.#outer(module)
    const file = files.find(
      (each) => this.#tensors.has(`${each}.weight`) || this.#tensors.has(`${each}.bias`),
    )
    if (file === undefined) return undefined
    return {
      weight: this.#take(`${file}.weight`, `${name}.weight`, [outputs, hiddenSize], false),
      bias: this.#take(`${file}.bias`, `${name}.bias`, [outputs], false),
    }
  }

  #missingLinear(module: string): LinearTensors {
    this.#missing.push(`${module.replace('{encoder}', this.#encoderPrefix)}.weight`)
    return { weight: NO_TENSOR, bias: NO_TENSOR }
  }

  #float(name: string, shape: readonly number[]): CheckpointTensor {
    return this.#take(this.#encoderPrefix + name, this.#config.family.prefix + name, shape, false)
  }

  #quantizable(name: string, shape: readonly number[]): EmbeddingTensors {
    return this.#withScale(
      this.#take(this.#encoderPrefix + name, this.#config.family.prefix + name, shape, true),
    )
  }

  /** The tensor that was just taken, with its scale. */
  #withScale(weight: CheckpointTensor): EmbeddingTensors {
    const { scale } = this.named[this.named.length - 1]!
    return scale === undefined ? { weight } : { weight, scale }
  }

  /** Checks the tensor `fileName` and lists it under `name`; a missing one is noted, and told with all the others. */
  #take(fileName: string, name: string, shape: readonly number[], quantizable: boolean): CheckpointTensor {
    const tensor = this.#find(fileName)
    if (tensor === undefined) {
      this.#missing.push(fileName)
      this.named.push({ name, tensor: NO_TENSOR, quantizable })
      return NO_TENSOR
    }
    checkShape(tensor, [shape])
    if (tensor.dtype !== 'I8' || !quantizable) {
      checkFloat(tensor)
      this.named.push({ name, tensor, quantizable })
      return tensor
    }
    const scale = this.#tensors.get(`${fileName}_scale`)
    if (scale === undefined) this.#missing.push(`${fileName}_scale`)
    else {
      checkShape(scale, [[shape[0]!, 1], [shape[0]!]])
      checkFloat(scale)
    }
    this.named.push({ name, tensor, quantizable, ...(scale === undefined ? {} : { scale }) })
    return tensor
  }

  /** By name, or by the name that checkpoints converted from TensorFlow have for it. */
  #find(name: string): CheckpointTensor | undefined {
    const tensor = this.#tensors.get(name)
    if (tensor !== undefined || !name.includes('LayerNorm.')) return tensor
    return this.#tensors.get(
      name.replace('LayerNorm.weight', 'LayerNorm.gamma').replace('LayerNorm.bias', 'LayerNorm.beta'),
    )
  }

  #throwIfMissing(): void {
    if (this.#missing.length === 0) return
    const none = this.#missing.length === this.named.length
    const missing = [...new Set(this.#missing.map((name) => this.#checkpoint.ownName?.(name) ?? name))]
    const names = [...missing.slice(0, MOST_NAMES), ...(missing.length > MOST_NAMES ? ['...'] : [])].join(
      ', ',
    )
    const has = [...this.#tensors.keys()].slice(0, 3).map(quoted).join(', ')
    throw new ModelFormatError(
      'MissingTensor',
      none
        ? `The weights have none of the ${missing.length} tensors of this ${this.#config.modelType} model, ${names}; they have ${has || 'no tensors'}`
        : `The weights lack ${missing.length} of the model's tensors: ${names}; config.json may be another model's`,
    )
  }
}

/** What stands for the number of each stored layer in the names of its tensors. */
function layerNames({ sharedLayers, numLayers }: BertConfig): readonly string[] {
  return sharedLayers?.names ?? Array.from({ length: numLayers }, (_, index) => String(index))
}

/** Stands in for a missing tensor until all missing ones are known; it never leaves this file. */
const NO_TENSOR: CheckpointTensor = {
  name: '',
  dtype: 'F32',
  shape: [],
  source: { name: '', byteLength: 0, read: async () => {}, close: async () => {} },
  offset: 0,
  byteLength: 0,
  fileName: '',
}

function checkShape(tensor: CheckpointTensor, allowed: readonly (readonly number[])[]): void {
  const fits = allowed.some(
    (shape) =>
      shape.length === tensor.shape.length && shape.every((size, axis) => size === tensor.shape[axis]),
  )
  if (fits) return
  throw new ModelFormatError(
    'WrongShape',
    `Tensor ${quoted(tensor.name)} in ${tensor.fileName} has shape [${tensor.shape.join(', ')}]; config.json asks for [${allowed[0]!.join(', ')}]`,
  )
}

function checkFloat(tensor: CheckpointTensor): void {
  if (tensor.dtype === 'F32' || tensor.dtype === 'F16' || tensor.dtype === 'BF16') return
  throw new ModelFormatError(
    'UnsupportedConfig',
    `Tensor ${quoted(tensor.name)} in ${tensor.fileName} has dtype ${tensor.dtype}; F32, F16 and BF16 can be read, and I8 with a weight_scale for Linear weights and word embeddings`,
  )
}
