/** Writes what torch.save writes of a state_dict of float32 tensors: a pickle of protocol 2 in a zip archive. */
import { archive } from '../archives.ts'

export interface FloatTensor {
  readonly name: string
  readonly shape: readonly number[]
  /** In elements; row after row by default. */
  readonly strides?: readonly number[]
  /** The storage, which tensors of the same array share. */
  readonly values: Float32Array
}

const text = (value: string): number[] => {
  const bytes = new TextEncoder().encode(value)
  return [0x58, ...int32(bytes.length), ...bytes]
}
const int32 = (value: number): number[] => [...new Uint8Array(Int32Array.of(value).buffer)]
const integer = (value: number): number[] => [0x4a, ...int32(value)]
const global = (module: string, name: string): number[] => [
  0x63,
  ...new TextEncoder().encode(`${module}\n${name}\n`),
]
const tuple = (...items: number[][]): number[] => [0x28, ...items.flat(), 0x74]

/** The bytes of `pytorch_model.bin`. */
export function stateDict(tensors: readonly FloatTensor[]): Uint8Array {
  const pickle = [0x80, 2, 0x7d, 0x28]
  const storages = [...new Set(tensors.map(({ values }) => values))]
  for (const { name, shape, values, ...given } of tensors) {
    const rows = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1))
    const { strides = rows } = given
    const place = tuple(
      text('storage'),
      global('torch', 'FloatStorage'),
      text(String(storages.indexOf(values))),
      text('cpu'),
      integer(values.length),
    )
    pickle.push(
      ...text(name),
      ...global('torch._utils', '_rebuild_tensor_v2'),
      ...tuple(
        [...place, 0x51],
        integer(0),
        tuple(...shape.map(integer)),
        tuple(...strides.map(integer)),
        [0x89],
        [...global('collections', 'OrderedDict'), 0x29, 0x52],
      ),
      0x52,
    )
  }
  pickle.push(0x75, 0x2e)
  return archive([
    { name: 'archive/data.pkl', data: Uint8Array.from(pickle) },
    ...storages.map((values, index) => ({
      name: `archive/data/${index}`,
      data: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    })),
  ])
}
