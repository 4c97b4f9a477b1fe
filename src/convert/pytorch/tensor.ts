/** PyTorch's tensors: the part of a stored block of numbers that each of them covers. */
import { type Dtype, elementCount } from '../../format/dtypes.ts'

import { quoted } from '../../format/errors.ts'
import type { ByteSource } from '../../format/source.ts'
import { gatherElements, readSpan, type Strided } from '../../format/weights-view.ts'
import { brokenContainer, unsupportedContainer } from '../containers/refuse.ts'
import { CHUNK_BYTES, elementBytes, type ForeignTensor, MAX_RANK, readChunks } from '../foreign-tensor.ts'
import type { PickleMachine } from './pickle.ts'
import {
  describeValue,
  PickleDict,
  PickleGlobal,
  PickleObject,
  PickleTuple,
  type PickleValue,
} from './pickle-values.ts'

/** A block of elements that tensors view; `key` says where its bytes are. */
export class StorageReference extends PickleObject {
  readonly kind: string = 'a storage'
  readonly key: string
  readonly dtype: Dtype
  /** In elements. */
  readonly count: number

  constructor(key: string, dtype: Dtype, count: number) {
    super()
    this.key = key
    this.dtype = dtype
    this.count = count
  }
}

/** A view of a storage: offset and strides in elements. */
export class TensorReference extends PickleObject {
  readonly kind: string = 'a tensor'
  readonly storage: StorageReference
  readonly offset: number
  readonly shape: readonly number[]
  readonly strides: readonly number[]

  constructor(
    storage: StorageReference,
    offset: number,
    shape: readonly number[],
    strides: readonly number[],
  ) {
    super()
    this.storage = storage
    this.offset = offset
    this.shape = shape
    this.strides = strides
  }
}

const STORAGE_DTYPES: ReadonlyMap<string, Dtype> = /* @__PURE__ */ new Map<string, Dtype>([
  ['torch.FloatStorage', 'F32'],
  ['torch.DoubleStorage', 'F64'],
  ['torch.HalfStorage', 'F16'],
  ['torch.BFloat16Storage', 'BF16'],
  ['torch.LongStorage', 'I64'],
  ['torch.IntStorage', 'I32'],
  ['torch.ShortStorage', 'I16'],
  ['torch.CharStorage', 'I8'],
  ['torch.ByteStorage', 'U8'],
  ['torch.BoolStorage', 'BOOL'],
])

/**
 * The names that a state_dict's pickle may use: OrderedDict, the two functions that make tensors, the storage
 * classes. The storages found are collected in `storages`, by key.
 */
export function pytorchMachine(file: string, storages: Map<string, StorageReference>): PickleMachine {
  return {
    globals: new Map<string, ((args: readonly PickleValue[]) => PickleValue) | undefined>([
      ...[...STORAGE_DTYPES.keys()].map((name): [string, undefined] => [name, undefined]),
      ['collections.OrderedDict', (args) => orderedDict(file, args)],
      ['torch._utils._rebuild_tensor_v2', (args) => rebuildTensor(file, args)],
      ['torch._utils._rebuild_parameter', (args) => rebuildParameter(file, args)],
    ]),
    persistentLoad: (id) => storageReference(file, id, storages),
  }
}

function orderedDict(file: string, args: readonly PickleValue[]): PickleDict {
  if (args.length > 0) throw unsupportedContainer(file, 'an OrderedDict made from a list of pairs')
  return new PickleDict()
}

/** ('storage', torch.FloatStorage, '0', 'cpu', 640), with a sixth None in files of before PyTorch 1.6. */
function storageReference(
  file: string,
  id: PickleValue,
  storages: Map<string, StorageReference>,
): StorageReference {
  if (!(id instanceof PickleTuple)) throw brokenContainer(file, `a storage is named by ${describeValue(id)}`)
  const [tag, type, key, , count, view] = id.items
  const dtype = type instanceof PickleGlobal ? STORAGE_DTYPES.get(type.name) : undefined
  if (tag !== 'storage' || dtype === undefined || typeof key !== 'string' || !isSize(count)) {
    throw brokenContainer(file, 'a storage is not named by its type, key, device and size')
  }
  if (view !== undefined && view !== null)
    throw unsupportedContainer(file, `storage ${quoted(key)} is a view of another`)
  const known = storages.get(key)
  if (known === undefined) {
    const storage = new StorageReference(key, dtype, count)
    storages.set(key, storage)
    return storage
  }
  if (known.dtype !== dtype || known.count !== count) {
    throw brokenContainer(
      file,
      `storage ${quoted(key)} is said to hold ${known.count} ${known.dtype} and ${count} ${dtype}`,
    )
  }
  return known
}

/** (storage, offset, size, stride, requires_grad, backward_hooks) */
function rebuildTensor(file: string, args: readonly PickleValue[]): TensorReference {
  const [storage, offset, size, stride] = args
  if (!(storage instanceof StorageReference) || !isSize(offset))
    throw brokenContainer(file, 'a tensor has no storage')
  const shape = sizes(size)
  const strides = sizes(stride)
  if (shape === undefined || strides === undefined || shape.length !== strides.length) {
    throw brokenContainer(file, 'a tensor has no shape and strides of one length')
  }
  if (shape.length > MAX_RANK) throw unsupportedContainer(file, `a tensor of ${shape.length} dimensions`)
  const count = elementCount(shape)
  const last = shape.reduce((sum, length, axis) => sum + (length - 1) * (strides[axis] as number), offset)
  if (count > 0 && last >= storage.count) {
    throw brokenContainer(
      file,
      `a tensor of shape [${shape}] passes the end of its storage of ${storage.count} elements`,
    )
  }
  if (count > storage.count)
    throw unsupportedContainer(file, `a tensor expanded to [${shape}] out of ${storage.count} elements`)
  return new TensorReference(storage, offset, shape, strides)
}

/** (tensor, requires_grad, backward_hooks) */
function rebuildParameter(file: string, args: readonly PickleValue[]): TensorReference {
  const [tensor] = args
  if (!(tensor instanceof TensorReference)) throw brokenContainer(file, 'a parameter is not a tensor')
  return tensor
}

function isSize(value: PickleValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function sizes(value: PickleValue | undefined): readonly number[] | undefined {
  return value instanceof PickleTuple && value.items.every(isSize) ? (value.items as number[]) : undefined
}

/** Where a storage's first element is. */
export interface StoragePlace {
  /** Checked by its checksum on reading, if there is one. */
  readonly source: ByteSource
  /** In bytes. */
  readonly start: number
  /** The same position in the whole file. */
  readonly file: ByteSource
  readonly fileStart: number
  /** See `FilePlace`. */
  check(): Promise<void>
}

/** Reads a view of a storage. */
export function viewTensor(name: string, view: TensorReference, storage: StoragePlace): ForeignTensor {
  const { shape, strides } = view
  const { dtype } = view.storage
  const { source, start, file, fileStart, check } = storage
  const size = elementBytes(dtype)
  const ahead = view.offset * size
  const offset = start + ahead
  const place = { file, offset: fileStart + ahead, check }
  if (isContiguous(view)) {
    const chunks = (): AsyncIterable<Uint8Array> => readChunks(source, offset, elementCount(shape) * size)
    return { name, dtype, shape, chunks, place }
  }
  const strided = { shape, strides, size }
  const chunks = (): AsyncIterable<Uint8Array> => gather(strided, source, offset)
  return { name, dtype, shape, chunks, place: { ...place, strided } }
}

/** Whether the elements are stored row after row; an axis of one element may have any stride. */
function isContiguous({ shape, strides }: TensorReference): boolean {
  if (elementCount(shape) === 0) return true
  let expected = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const length = shape[axis] as number
    if (length > 1 && strides[axis] !== expected) return false
    expected *= length
  }
  return true
}

/**
 * Puts strided elements (a transposed matrix, a column) row after row. The range they span is held in memory.
 */
async function* gather(strided: Strided, source: ByteSource, offset: number): AsyncGenerator<Uint8Array> {
  const span = await readSpan(source, offset, strided)
  const step = CHUNK_BYTES / strided.size
  const count = elementCount(strided.shape)
  for (let first = 0; first < count; first += step) {
    const chunk = new Uint8Array(Math.min(step, count - first) * strided.size)
    gatherElements(span, strided, first, chunk)
    yield chunk
  }
}
