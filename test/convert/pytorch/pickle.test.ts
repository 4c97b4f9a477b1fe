/** Pickles are interpreted and never run: whatever is not on the list is refused. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ByteReader } from '#dist/convert/containers/byte-reader.js'
import { type PickleMachine, readPickle } from '#dist/convert/pytorch/pickle.js'
import { PickleDict, PickleTuple } from '#dist/convert/pytorch/pickle-values.js'
import { pytorchMachine } from '#dist/convert/pytorch/tensor.js'
import { ModelFormatError } from '#dist/format/errors.js'
import { seeded } from '../fixtures.ts'

const machine = (): PickleMachine => pytorchMachine('data.pkl', new Map())

/** Opcodes and texts, one after another. */
function pickle(...parts: (string | number)[]): Uint8Array {
  const bytes = parts.map((part) =>
    typeof part === 'number' ? Uint8Array.of(part) : new TextEncoder().encode(part),
  )
  return new Uint8Array(Buffer.concat(bytes))
}

const read = (bytes: Uint8Array): unknown => readPickle(new ByteReader('data.pkl', bytes), machine())

function refused(bytes: Uint8Array, message: RegExp): void {
  try {
    read(bytes)
  } catch (error) {
    assert.instance(error, ModelFormatError)
    assert.match((error as Error).message, message)
    return
  }
  assert.unreachable(`${message} was read`)
}

test('readPickle refuses every name that is not on its list, and says which', () => {
  for (const name of [
    ['os', 'system'],
    ['posix', 'system'],
    ['nt', 'system'],
    ['builtins', 'eval'],
    ['builtins', 'exec'],
    ['builtins', 'getattr'],
    ['__builtin__', 'eval'],
    ['subprocess', 'Popen'],
    ['torch', 'load'],
    ['torch._utils', '_rebuild_tensor_v2.__globals__'],
    ['torch.serialization', 'load'],
    ['collections', 'OrderedDict.update'],
    ['__proto__', 'constructor'],
    ['', 'constructor'],
  ]) {
    const [module, attribute] = name as [string, string]
    const shown = new RegExp(
      `asks for "${`${module}.${attribute}`.replaceAll('.', '\\.')}".*not loaded or run`,
    )
    // cos\nsystem\n(S'id'\ntR. in the binary opcodes
    refused(pickle(0x80, 2, 'c', `${module}\n${attribute}\n`, '(', 'U', 2, 'id', 't', 'R', '.'), shown)
    const text = (value: string): string => String.fromCharCode(0x55, value.length) + value
    refused(pickle(0x80, 4, text(module), text(attribute), 0x93, '.'), shown)
  }
})

test('readPickle refuses opcodes that make or call anything else', () => {
  for (const opcode of [
    0x81, 0x92, 0x69, 0x6f, 0x82, 0x83, 0x84, 0x50, 0x53, 0x49, 0x56, 0x97, 0x98, 0x96, 0x8f, 0x90, 0x91,
    0x46, 0x4c, 0x64, 0x67, 0x6c, 0x70, 0xff,
  ]) {
    refused(pickle(0x80, 2, '(', 'N', 'N', opcode, '.'), /opcode 0x.* no state_dict needs; it was not run/)
  }
})

test('readPickle calls nothing but what the machine has', () => {
  const orderedDict = 'ccollections\nOrderedDict\n'
  assert.instance(read(pickle(0x80, 2, orderedDict, ')', 'R', '.')), PickleDict)
  refused(pickle(0x80, 2, orderedDict, ')', 0x85, 'R', '.'), /OrderedDict made from a list/)
  refused(
    pickle(0x80, 2, 'ctorch\nFloatStorage\n', ')', 'R', '.'),
    /calls "torch.FloatStorage"; it was not run/,
  )
  refused(pickle(0x80, 2, 'U', 1, 'x', ')', 'R', '.'), /calls the text "x"/)
  refused(pickle(0x80, 2, 'ctorch._utils\n_rebuild_tensor_v2\n', '}', 'R', '.'), /with a dict of 0/)
  refused(pickle(0x80, 2, 'ctorch._utils\n_rebuild_tensor_v2\n', ')', 'R', '.'), /a tensor has no storage/)
  refused(
    pickle(0x80, 2, 'ctorch._utils\n_rebuild_parameter\n', 'N', 0x85, 'R', '.'),
    /a parameter is not a tensor/,
  )
  refused(pickle(0x80, 2, 'U', 1, 'x', 'Q', '.'), /a storage is named by the text/)
  refused(pickle(0x80, 2, ']', '}', 'b', '.'), /sets attributes of a list/)
})

test('readPickle refuses what does not fit together', () => {
  for (const [bytes, message] of [
    [pickle(), /ends at byte 0/],
    [pickle('.'), /takes from an empty stack/],
    [pickle('N', 'N', '.'), /leaves 1 values unused/],
    [pickle('0', '.'), /pops an empty stack/],
    [pickle('t', '.'), /no mark/],
    [pickle('(', 0x85, '.'), /takes from an empty stack/],
    [pickle('h', 7, '.'), /recalls value 7/],
    [pickle('N', 'N', 'a', '.'), /appends to None/],
    [pickle('}', '(', 'N', 'u', '.'), /a key without a value/],
    [pickle('}', 'N', 'N', 's', '.'), /a dict key that is None/],
    [pickle(0x80, 1, '.'), /protocol 1/],
    [pickle(0x80, 6, '.'), /protocol 6/],
    [pickle(0x80, 4, 0x95, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 'N', '.'), /frame passes the end/],
    [pickle('X', 0xff, 0xff, 0xff, 0x7f, 'x', '.'), /where byte 2147483652 is needed/],
    [pickle(0x8d, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, '.'), /which no file has/],
    [pickle(0x8a, 9, '123456789', '.'), /an integer of 9 bytes/],
    [pickle(0x8a, 8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, '.'), /the integer 9223372036854775807/],
    [pickle('U', 1, 0xff, '.'), /not UTF-8/],
    [pickle('c', 'x'.repeat(2000)), /has no end/],
  ].map(([bytes, message]) => [bytes, message] as [Uint8Array, RegExp])) {
    refused(bytes, message)
  }
})

test('readPickle takes a list inside itself, and 100,000 nested tuples, without recursion', () => {
  const list = read(pickle(']', 'q', 0, 'h', 0, 'a', '.')) as { items: unknown[] }
  assert.is(list.items[0], list)
  const deep = new Uint8Array(100_002).fill(0x85)
  deep[0] = 0x4e
  deep[deep.length - 1] = 0x2e
  assert.instance(read(deep), PickleTuple)
  refused(new Uint8Array(1_000_000).fill(0x7d), /more than 200000 steps/)
})

test('readPickle never gives anything but a value or a ModelFormatError for 20,000 random programs', () => {
  const random = seeded(3)
  const opcodes = [
    0x4e, 0x4b, 0x28, 0x29, 0x5d, 0x7d, 0x71, 0x68, 0x74, 0x85, 0x86, 0x52, 0x62, 0x51, 0x73, 0x75, 0x61,
    0x65, 0x94, 0x30, 0x31, 0x32,
  ]
  for (let i = 0; i < 20_000; i++) {
    const bytes = Uint8Array.from({ length: 30 }, () =>
      random() < 0.8 ? opcodes[Math.floor(random() * opcodes.length)]! : Math.floor(random() * 256),
    )
    bytes[29] = 0x2e
    try {
      read(bytes)
    } catch (error) {
      if (!(error instanceof ModelFormatError)) throw error
    }
  }
})

test.run()
