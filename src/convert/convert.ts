/** Writes a model of any readable format as a safetensors folder. */
import { type Checkpoint, type CheckpointTensor, openCheckpoint } from '../format/checkpoint.ts'
import { elementCount } from '../format/dtypes.ts'
import { ModelFormatError } from '../format/errors.ts'
import { parseJsonObject } from '../format/json-file.ts'
import { hasSafetensors, WEIGHTS } from '../format/shards.ts'
import type { ModelFiles } from '../format/source.ts'
import type { BertConfig } from '../model/bert-config.ts'
import { parseSpec } from '../model/read-spec.ts'
import { resolve } from '../model/resolve.ts'
import { withMembers } from './config-text.ts'
import { convertTensor, type ReadTensor, readTensor } from './convert-tensor.ts'
import { openForeignModel } from './foreign.ts'
import type { ForeignKind, ForeignModel } from './foreign-tensor.ts'
import { elementBytes } from './foreign-tensor.ts'
import { isGliner, openGlinerModel } from './gliner.ts'
import { type ByteSink, type TensorToWrite, writeSafetensors } from './safetensors-writer.ts'
import { keptFiles, readSmallText } from './small-files.ts'

export interface ConvertOptions {
  /** The type in which floats are written. Default: unchanged; int8 weights become float32. */
  readonly dtype?: 'float32' | 'float16'
  /** Called after each chunk with the bytes of weights written, and their total. */
  readonly onProgress?: (written: number, total: number) => void
}

/** Where the files of the new folder are written, one after another, each front to back. */
export interface ModelSink {
  create(fileName: string): Promise<FileSink>
}

export interface FileSink extends ByteSink {
  close(): Promise<void>
}

export interface Conversion {
  readonly kind: ForeignKind | 'safetensors'
  /** In the order they were written. */
  readonly files: readonly string[]
  /** What was not in the model's files and had to be guessed, in sentences. */
  readonly notes: readonly string[]
}

/** Any readable model, behind one interface. */
interface OpenModel {
  readonly kind: ForeignKind | 'safetensors'
  readonly config: string
  readonly tokenizer: ReadonlyMap<string, Uint8Array>
  readonly checkpoint: Checkpoint
  readonly read: ReadTensor
  readonly notes: readonly string[]
  close(): Promise<void>
}

/**
 * Writes a model as a folder that iobert and Python's transformers can load: `config.json`, the tokenizer's
 * files, and `model.safetensors` under current names, without what a token classifier does not use (pooler,
 * position ids, pre-training heads, an optimizer's slots). Reads safetensors, float or int8, and everything
 * that `openForeignModel` reads. The same model gives the same bytes. Weights are streamed.
 *
 * @throws {ModelFormatError} for an invalid file; NonFiniteWeights for NaN and infinity; UnsupportedConfig,
 *   naming the tensor, for a value that float16 cannot represent
 *
 * @example
 * const { notes } = await convertModel(files, { dtype: 'float32' }, sink)
 */
export async function convertModel(
  files: ModelFiles,
  options: ConvertOptions,
  sink: ModelSink,
): Promise<Conversion> {
  const dtype = options.dtype
  if (dtype !== undefined && dtype !== 'float32' && dtype !== 'float16') {
    throw new RangeError(`dtype must be 'float32' or 'float16', not ${JSON.stringify(dtype)}`)
  }
  const written = dtype === undefined ? undefined : dtype === 'float32' ? 'F32' : 'F16'
  if (await isGliner(files)) {
    const gliner = await openGlinerModel(files, written)
    return await writeFolder({ ...gliner, notes: [] }, sink, options).finally(gliner.close)
  }
  const model = await openModel(files)
  try {
    const spec = await parseSpec(model.config)
    const { named } = resolve(spec, model.checkpoint)
    const tensors = named.map((each) => convertTensor(each, written, model.read))
    const texts = new Map([
      ['config.json', convertedConfig(model.config, spec.config, dtype)],
      ...model.tokenizer,
    ])
    return await writeFolder({ ...model, texts, tensors }, sink, options)
  } finally {
    await model.close()
  }
}

/** The contents of the new folder. */
interface Folder {
  readonly kind: Conversion['kind']
  readonly texts: ReadonlyMap<string, Uint8Array>
  readonly tensors: readonly TensorToWrite[]
  readonly notes: readonly string[]
}

async function writeFolder(
  { kind, texts, tensors, notes }: Folder,
  sink: ModelSink,
  { onProgress }: ConvertOptions,
): Promise<Conversion> {
  for (const [name, bytes] of texts) await writeFile(sink, name, (file) => file.write(bytes))
  await writeFile(sink, WEIGHTS, (file) => writeSafetensors(file, tensors, onProgress))
  return { kind, files: [...texts.keys(), WEIGHTS], notes }
}

async function writeFile(
  sink: ModelSink,
  name: string,
  write: (file: ByteSink) => Promise<unknown>,
): Promise<void> {
  const file = await sink.create(name)
  try {
    await write(file)
  } finally {
    await file.close()
  }
}

async function openModel(files: ModelFiles): Promise<OpenModel> {
  return (await hasSafetensors(files)) ? openSafetensors(files) : openForeign(await openForeignModel(files))
}

async function openSafetensors(files: ModelFiles): Promise<OpenModel> {
  const config = await readSmallText(files, 'config.json')
  if (config === undefined) throw new ModelFormatError('MissingFile', `${files.name} has no config.json`)
  const tokenizer = await keptFiles(files)
  const checkpoint = await openCheckpoint(files)
  return {
    kind: 'safetensors',
    config,
    tokenizer,
    checkpoint,
    read: readTensor,
    notes: [],
    close: () => checkpoint.close(),
  }
}

/**
 * Presents a foreign model's tensors as a checkpoint with names, shapes and types; its data is read by name.
 */
function openForeign(model: ForeignModel): OpenModel {
  const byName = new Map(model.tensors.map((tensor) => [tensor.name, tensor]))
  const source = { name: model.kind, byteLength: 0, read: async () => {}, close: async () => {} }
  const tensors = new Map<string, CheckpointTensor>()
  for (const { name, dtype, shape } of model.tensors) {
    const byteLength = elementCount(shape) * elementBytes(dtype)
    tensors.set(name, {
      name,
      dtype,
      shape,
      source,
      offset: 0,
      byteLength,
      fileName: `the ${model.kind} files`,
    })
  }
  const { kind, config, tokenizer, notes } = model
  return {
    kind,
    config,
    tokenizer,
    checkpoint: { tensors, close: model.close },
    read: (tensor) => (byName.get(tensor.name) as { chunks(): AsyncIterable<Uint8Array> }).chunks(),
    notes,
    close: model.close,
  }
}

/**
 * The model's own text if it still applies; else with the model's type, the new element type, and no
 * quantization.
 */
function convertedConfig(text: string, config: BertConfig, dtype: ConvertOptions['dtype']): Uint8Array {
  const json = parseJsonObject(text, 'config.json')
  const written = dtype ?? (config.quantization === undefined ? undefined : 'float32')
  if (written !== undefined || json['model_type'] === undefined) {
    const changes: Record<string, unknown> = { quantization_config: undefined, model_type: config.modelType }
    // transformers 5 calls it dtype, 4 torch_dtype; 5 reads both.
    if (written !== undefined) Object.assign(changes, { dtype: undefined, torch_dtype: written })
    text = withMembers(text, changes)
  }
  return new TextEncoder().encode(text)
}
