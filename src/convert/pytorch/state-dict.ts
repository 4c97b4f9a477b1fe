/** Reads the tensors of a file that `torch.save` wrote. */
import { elementCount } from '../../format/dtypes.ts'
import { quoted } from '../../format/errors.ts'
import { refuseLfsPointer } from '../../format/git-lfs.ts'
import type { ByteSource } from '../../format/source.ts'
import { spanBytes } from '../../format/weights-view.ts'
import { ByteReader } from '../containers/byte-reader.ts'
import { brokenContainer, unsupportedContainer } from '../containers/refuse.ts'
import { isZip, openZip } from '../containers/zip.ts'
import { elementBytes, type ForeignTensor } from '../foreign-tensor.ts'
import { type PickleMachine, readPickle } from './pickle.ts'
import { describeValue, PickleDict, PickleList, type PickleValue } from './pickle-values.ts'
import {
  pytorchMachine,
  type StoragePlace,
  type StorageReference,
  TensorReference,
  viewTensor,
} from './tensor.ts'

/** The pickle of BERT-large is 60 kB. */
const LARGEST_PICKLE = 16 * 1024 * 1024
/** Tied weights make a state_dict read more bytes than its file has, but never many times more. */
const LARGEST_SHARING = 4
/**
 * The beginning of files from before PyTorch 1.6, after PROTO: 0x1950a86a20f9469cfc6c as a pickled integer.
 */
const LEGACY_MAGIC: readonly number[] = [
  0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e,
]

/**
 * Reads the state_dict in a file that `torch.save` wrote, in the zip form (since PyTorch 1.6) or the older one. The
 * pickle in it is interpreted, never run: see `readPickle`. The source must stay open while tensors are read.
 *
 * @returns the tensors under their names in the file
 * @throws {ModelFormatError} if the file is neither, is damaged, or contains anything other than tensors
 */
export async function readPytorch(source: ByteSource): Promise<ForeignTensor[]> {
  const tensors = (await isZip(source)) ? await readZipForm(source) : await readLegacyForm(source)
  const bytes = tensors.reduce((sum, tensor) => sum + bytesRead(tensor), 0)
  if (bytes > LARGEST_SHARING * source.byteLength) {
    throw brokenContainer(
      source.name,
      `its tensors come to ${bytes} bytes, many times the file's ${source.byteLength}`,
    )
  }
  return tensors
}

/** Bytes that are read for a tensor: of one that is not stored row after row, all from its first element to its last. */
function bytesRead({ dtype, shape, place }: ForeignTensor): number {
  return place?.strided ? spanBytes(place.strided) : elementBytes(dtype) * elementCount(shape)
}

async function readZipForm(source: ByteSource): Promise<ForeignTensor[]> {
  const archive = await openZip(source)
  const pickle = [...archive.entries.values()].find(({ name }) => /^[^/]+\/data\.pkl$/.test(name))
  if (pickle === undefined)
    throw unsupportedContainer(source.name, 'it is a zip archive, but not of torch.save: no data.pkl')
  const folder = pickle.name.slice(0, -'data.pkl'.length)
  const order = archive.entries.get(`${folder}byteorder`)
  if (order !== undefined && new TextDecoder().decode(await archive.readAll(order, 16)) !== 'little') {
    throw unsupportedContainer(source.name, 'its numbers are big-endian; save it on a little-endian machine')
  }
  const storages = new Map<string, StorageReference>()
  const reader = new ByteReader(source.name, await archive.readAll(pickle, LARGEST_PICKLE))
  const state = readPickle(reader, pytorchMachine(source.name, storages))
  const places = new Map<string, StoragePlace>()
  for (const storage of storages.values()) {
    const entry = archive.entries.get(`${folder}data/${storage.key}`)
    const bytes = storage.count * elementBytes(storage.dtype)
    if (entry === undefined)
      throw brokenContainer(source.name, `it has no file for storage ${quoted(storage.key)}`)
    if (entry.method !== 0)
      throw unsupportedContainer(source.name, 'its storages are deflated, which torch.save never does')
    if (entry.byteLength !== bytes) {
      throw brokenContainer(
        source.name,
        `storage ${quoted(storage.key)} has ${entry.byteLength} bytes, not ${bytes}`,
      )
    }
    const opened = await archive.open(entry)
    places.set(storage.key, {
      source: opened,
      start: 0,
      file: source,
      fileStart: opened.start,
      check: () => opened.check(),
    })
  }
  return stateTensors(source.name, state, places)
}

/** Pickles of the magic number, protocol version, system, state_dict and storage keys; then count and data of each storage. */
async function readLegacyForm(source: ByteSource): Promise<ForeignTensor[]> {
  const { name } = source
  const head = new Uint8Array(Math.min(LARGEST_PICKLE, source.byteLength))
  await source.read(0, head)
  refuseLfsPointer(head, name)
  if (!LEGACY_MAGIC.every((byte, at) => head[2 + at] === byte)) throw notTorch(name, head)
  const reader = new ByteReader(name, head)
  reader.position = 2 + LEGACY_MAGIC.length
  const storages = new Map<string, StorageReference>()
  const machine = pytorchMachine(name, storages)
  const version = readPickle(reader, machine)
  if (version !== 1001)
    throw unsupportedContainer(name, `torch.save's format ${describeValue(version)}; 1001 is read`)
  checkByteOrder(name, readPickle(reader, machine))
  const state = readPickle(reader, machine)
  const places = await placeStorages(source, reader, machine, storages)
  return stateTensors(name, state, places)
}

async function placeStorages(
  source: ByteSource,
  reader: ByteReader,
  machine: PickleMachine,
  storages: ReadonlyMap<string, StorageReference>,
): Promise<Map<string, StoragePlace>> {
  const { name } = source
  const keys = readPickle(reader, machine)
  if (!(keys instanceof PickleList))
    throw brokenContainer(name, `its list of storages is ${describeValue(keys)}`)
  const places = new Map<string, StoragePlace>()
  let position = reader.position
  for (const key of keys.items) {
    const storage = typeof key === 'string' ? storages.get(key) : undefined
    if (storage === undefined)
      throw brokenContainer(name, `it lists ${describeValue(key)}, which is no storage of its tensors`)
    if (position + 8 > source.byteLength)
      throw brokenContainer(name, `it ends before storage ${quoted(storage.key)}`)
    const size = new Uint8Array(8)
    await source.read(position, size)
    const count = new ByteReader(name, size).size64()
    if (count !== storage.count) {
      throw brokenContainer(
        name,
        `storage ${quoted(storage.key)} has ${count} elements, not ${storage.count}`,
      )
    }
    const start = position + 8
    position = start + count * elementBytes(storage.dtype)
    if (position > source.byteLength)
      throw brokenContainer(name, `it ends inside storage ${quoted(storage.key)}`)
    places.set(storage.key, { source, start, file: source, fileStart: start, check: async () => {} })
  }
  for (const key of storages.keys()) {
    if (!places.has(key)) throw brokenContainer(name, `it lacks storage ${quoted(key)}`)
  }
  return places
}

function checkByteOrder(file: string, system: PickleValue): void {
  if (system instanceof PickleDict && system.entries.get('little_endian') === true) return
  throw unsupportedContainer(file, 'its numbers are not said to be little-endian')
}

function stateTensors(
  file: string,
  state: PickleValue,
  places: ReadonlyMap<string, StoragePlace>,
): ForeignTensor[] {
  if (!(state instanceof PickleDict)) {
    throw unsupportedContainer(file, `it holds ${describeValue(state)}, not a state_dict: a dict of tensors`)
  }
  const tensors: ForeignTensor[] = []
  for (const [name, value] of state.entries) {
    if (typeof name !== 'string' || !(value instanceof TensorReference)) {
      throw unsupportedContainer(
        file,
        `it holds ${describeValue(value)} under ${quoted(String(name))}, where a state_dict has tensors only; ` +
          'a training checkpoint must be saved again as model.state_dict()',
      )
    }
    tensors.push(viewTensor(name, value, places.get(value.storage.key)!))
  }
  return tensors
}

function notTorch(file: string, head: Uint8Array): Error {
  const tar = new TextDecoder('latin1').decode(head.subarray(257, 262)) === 'ustar'
  if (tar)
    return unsupportedContainer(
      file,
      'it is the tar form of PyTorch before 0.2; load and save it there again',
    )
  return unsupportedContainer(file, 'it is neither a zip archive nor an older file of torch.save')
}
