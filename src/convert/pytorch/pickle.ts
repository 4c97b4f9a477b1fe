/**
 * Reads a pickle as data. A pickle is a program for a small virtual machine; only the instructions and names
 * that weights need are supported.
 */
import { quoted } from '../../format/errors.ts'
import type { ByteReader } from '../containers/byte-reader.ts'
import { brokenContainer, unsupportedContainer } from '../containers/refuse.ts'
import {
  describeValue,
  PickleDict,
  PickleGlobal,
  PickleList,
  PickleTuple,
  type PickleValue,
} from './pickle-values.ts'

/**
 * The few names that a pickle may use, and what each does here. Nothing else is looked up, imported or
 * called.
 */
export interface PickleMachine {
  /** Called for REDUCE: `undefined` marks a name that may stand as a value (a storage class) but not be called. */
  readonly globals: ReadonlyMap<string, ((args: readonly PickleValue[]) => PickleValue) | undefined>
  persistentLoad(id: PickleValue): PickleValue
}

/** The state_dict of BERT-large takes 15,000; each can cost a few hundred bytes. */
const MOST_STEPS = 200_000

const MARK: unique symbol = Symbol('mark')

/**
 * Reads one pickle at the reader's position, up to its STOP, and leaves the reader after it.
 *
 * The opcodes are those that `torch.save` writes for a state_dict under protocols 2 to 5 (the format:
 * https://github.com/python/cpython/blob/main/Lib/pickletools.py). A pickle is a program; this is no Python, so the only
 * calls it can make are the machine's own. Each step makes at most one value, and steps are counted, so time and memory
 * are bounded; nothing recurses.
 *
 * @throws {ModelFormatError} for any other opcode, any other global, and anything malformed
 */
export function readPickle(reader: ByteReader, machine: PickleMachine): PickleValue {
  return new Interpreter(reader, machine).run()
}

class Interpreter {
  readonly #reader: ByteReader
  readonly #machine: PickleMachine
  readonly #stack: (PickleValue | typeof MARK)[] = []
  readonly #memo: Map<number, PickleValue> = new Map()

  constructor(reader: ByteReader, machine: PickleMachine) {
    this.#reader = reader
    this.#machine = machine
  }

  run(): PickleValue {
    for (let step = 0; ; step++) {
      if (step === MOST_STEPS) throw this.#unsupported(`a pickle of more than ${MOST_STEPS} steps`)
      const opcode = this.#reader.uint8()
      if (opcode === 0x2e) break // STOP
      this.#step(opcode)
    }
    const value = this.#pop()
    if (this.#stack.length > 0) throw this.#broken(`the pickle leaves ${this.#stack.length} values unused`)
    return value
  }

  #step(opcode: number): void {
    const value = this.#value(opcode)
    if (value !== undefined) this.#stack.push(value)
    else this.#act(opcode)
  }

  /** The opcodes that put a value on the stack; `undefined` for the others. */
  #value(opcode: number): PickleValue | undefined {
    const reader = this.#reader
    switch (opcode) {
      case 0x4e: // NONE
        return null
      case 0x88: // NEWTRUE
        return true
      case 0x89: // NEWFALSE
        return false
      case 0x4a: // BININT
        return reader.int32()
      case 0x4b: // BININT1
        return reader.uint8()
      case 0x4d: // BININT2
        return reader.uint16()
      case 0x8a: // LONG1
        return this.#long(reader.uint8())
      case 0x8b: // LONG4
        return this.#long(reader.uint32())
      case 0x47: // BINFLOAT, big-endian
        return float64(reader.take(8))
      case 0x58: // BINUNICODE
      case 0x54: // BINSTRING: str of Python 2
        return reader.text(reader.uint32())
      case 0x8c: // SHORT_BINUNICODE
      case 0x55: // SHORT_BINSTRING
        return reader.text(reader.uint8())
      case 0x8d: // BINUNICODE8
        return reader.text(reader.size64())
      case 0x42: // BINBYTES
        return reader.take(reader.uint32())
      case 0x43: // SHORT_BINBYTES
        return reader.take(reader.uint8())
      case 0x8e: // BINBYTES8
        return reader.take(reader.size64())
      case 0x7d: // EMPTY_DICT
        return new PickleDict()
      case 0x5d: // EMPTY_LIST
        return new PickleList()
      case 0x29: // EMPTY_TUPLE
        return new PickleTuple([])
      case 0x74: // TUPLE
        return new PickleTuple(this.#popToMark())
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        return new PickleTuple(this.#popSome(opcode - 0x84))
      case 0x32: // DUP
        return this.#peek()
      case 0x68: // BINGET
        return this.#recall(reader.uint8())
      case 0x6a: // LONG_BINGET
        return this.#recall(reader.uint32())
      case 0x63: // GLOBAL
        return this.#global(this.#line(), this.#line())
      case 0x93: // STACK_GLOBAL
        return this.#global(...(this.#popSome(2) as [PickleValue, PickleValue]))
      case 0x51: // BINPERSID
        return this.#machine.persistentLoad(this.#pop())
      case 0x52: // REDUCE
        return this.#reduce()
      default:
        return undefined
    }
  }

  /** The opcodes that change the stack or its values. */
  #act(opcode: number): void {
    const reader = this.#reader
    switch (opcode) {
      case 0x80: // PROTO
        this.#checkProtocol(reader.uint8())
        break
      case 0x95: // FRAME: only a hint for buffered reading
        if (reader.size64() > reader.remaining) throw this.#broken('a pickle frame passes the end')
        break
      case 0x28: // MARK
        this.#stack.push(MARK)
        break
      case 0x30: // POP
        if (this.#stack.pop() === undefined) throw this.#broken('the pickle pops an empty stack')
        break
      case 0x31: // POP_MARK
        this.#popToMark()
        break
      case 0x61: // APPEND
        this.#append([this.#pop()])
        break
      case 0x65: // APPENDS
        this.#append(this.#popToMark())
        break
      case 0x73: // SETITEM
        this.#setItems(this.#popSome(2))
        break
      case 0x75: // SETITEMS
        this.#setItems(this.#popToMark())
        break
      case 0x71: // BINPUT
        this.#memo.set(reader.uint8(), this.#peek())
        break
      case 0x72: // LONG_BINPUT
        this.#memo.set(reader.uint32(), this.#peek())
        break
      case 0x94: // MEMOIZE
        this.#memo.set(this.#memo.size, this.#peek())
        break
      case 0x62: // BUILD
        this.#build()
        break
      default:
        throw this.#unsupported(
          `the pickle opcode 0x${opcode.toString(16).padStart(2, '0')} at byte ${reader.position - 1}, ` +
            'which no state_dict needs; it was not run. Save the model with torch.save(model.state_dict(), ...)',
        )
    }
  }

  #checkProtocol(protocol: number): void {
    if (protocol >= 2 && protocol <= 5) return
    throw this.#unsupported(`pickle protocol ${protocol}; PyTorch writes 2 to 5`)
  }

  #peek(): PickleValue {
    const value = this.#stack[this.#stack.length - 1]
    if (value === undefined || value === MARK) throw this.#broken('the pickle takes from an empty stack')
    return value
  }

  #pop(): PickleValue {
    const value = this.#peek()
    this.#stack.pop()
    return value
  }

  #popSome(count: number): PickleValue[] {
    const values: PickleValue[] = []
    for (let i = 0; i < count; i++) values.unshift(this.#pop())
    return values
  }

  #popToMark(): PickleValue[] {
    const at = this.#stack.lastIndexOf(MARK)
    if (at < 0) throw this.#broken('the pickle has no mark where it needs one')
    return this.#stack.splice(at).slice(1) as PickleValue[]
  }

  #append(values: PickleValue[]): void {
    const list = this.#peek()
    if (!(list instanceof PickleList)) throw this.#broken(`the pickle appends to ${describeValue(list)}`)
    for (const value of values) list.items.push(value)
  }

  #setItems(values: PickleValue[]): void {
    const dict = this.#peek()
    if (!(dict instanceof PickleDict)) throw this.#broken(`the pickle sets items of ${describeValue(dict)}`)
    if (values.length % 2 !== 0) throw this.#broken('the pickle sets a key without a value')
    for (let i = 0; i < values.length; i += 2) {
      const key = values[i] as PickleValue
      if (typeof key !== 'string' && typeof key !== 'number') {
        throw this.#unsupported(
          `a dict key that is ${describeValue(key)}, where text or a number is expected`,
        )
      }
      dict.entries.set(key, values[i + 1] as PickleValue)
    }
  }

  #recall(index: number): PickleValue {
    const value = this.#memo.get(index)
    if (value === undefined) throw this.#broken(`the pickle recalls value ${index}, which it never stored`)
    return value
  }

  #global(module: PickleValue, name: PickleValue): PickleGlobal {
    if (typeof module !== 'string' || typeof name !== 'string') {
      throw this.#broken('the pickle names a global by something other than text')
    }
    const full = `${module}.${name}`
    if (!this.#machine.globals.has(full)) {
      throw this.#unsupported(
        `the pickle asks for ${quoted(full)}, which no state_dict needs; it was not loaded or run. ` +
          'Do not open this file in Python unless you trust its maker',
      )
    }
    return new PickleGlobal(full)
  }

  #reduce(): PickleValue {
    const [callee, args] = this.#popSome(2) as [PickleValue, PickleValue]
    if (!(callee instanceof PickleGlobal) || !(args instanceof PickleTuple)) {
      throw this.#broken(`the pickle calls ${describeValue(callee)} with ${describeValue(args)}`)
    }
    const call = this.#machine.globals.get(callee.name)
    if (call === undefined) throw this.#unsupported(`the pickle calls ${quoted(callee.name)}; it was not run`)
    return call(args.items)
  }

  /** An OrderedDict's attributes (`_metadata`: the modules' versions) are not needed. */
  #build(): void {
    this.#pop()
    const target = this.#peek()
    if (!(target instanceof PickleDict))
      throw this.#unsupported(`the pickle sets attributes of ${describeValue(target)}`)
  }

  #long(length: number): number {
    const bytes = this.#reader.take(length)
    if (length > 8) throw this.#unsupported(`an integer of ${length} bytes`)
    let value = 0n
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] as number)
    value = BigInt.asIntN(8 * length, value)
    const number = Number(value)
    if (!Number.isSafeInteger(number)) throw this.#unsupported(`the integer ${value}`)
    return number
  }

  /** Text up to a line feed, as in GLOBAL. */
  #line(): string {
    const start = this.#reader.position
    const end = this.#reader.bytes.indexOf(0x0a, start)
    if (end < 0 || end - start > 1024) throw this.#broken(`the name at byte ${start} has no end`)
    const text = this.#reader.text(end - start)
    this.#reader.skip(1)
    return text
  }

  #broken(found: string): Error {
    return brokenContainer(this.#reader.file, found)
  }

  #unsupported(found: string): Error {
    return unsupportedContainer(this.#reader.file, found)
  }
}

function float64(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, 8).getFloat64(0, false)
}
