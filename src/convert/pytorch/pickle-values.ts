/** The Python values that a pickle of weights may contain, as data. */
import { quoted } from '../../format/errors.ts'

/** A Python tuple. */
export class PickleTuple {
  readonly items: readonly PickleValue[]

  constructor(items: readonly PickleValue[]) {
    this.items = items
  }
}

/** A Python list. */
export class PickleList {
  readonly items: PickleValue[] = []
}

/** A Python dict or OrderedDict, in the order of its keys' first appearance. */
export class PickleDict {
  readonly entries: Map<string | number, PickleValue> = new Map()
}

/** A class or function that a pickle names: only ever a name here, `torch._utils._rebuild_tensor_v2`. */
export class PickleGlobal {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

/** The result of a call or a persistent id that a `PickleMachine` supports. */
export abstract class PickleObject {
  abstract readonly kind: string
}

export type PickleValue =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | PickleTuple
  | PickleList
  | PickleDict
  | PickleGlobal
  | PickleObject

/** A description of a value, for errors. */
export function describeValue(value: PickleValue): string {
  if (value === null) return 'None'
  if (typeof value === 'string') return `the text ${quoted(value)}`
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (value instanceof Uint8Array) return 'bytes'
  if (value instanceof PickleTuple) return `a tuple of ${value.items.length}`
  if (value instanceof PickleList) return `a list of ${value.items.length}`
  if (value instanceof PickleDict) return `a dict of ${value.entries.size}`
  if (value instanceof PickleGlobal) return quoted(value.name)
  return value.kind
}
