/** The safetensors header: accepted if the reference accepts it, otherwise refused with the matching code. */
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { DTYPE_BITS } from '#dist/format/dtypes.js'
import { parseSafetensors } from '#dist/format/parse-safetensors.js'
import { isUtf8, readSafetensorsHeader } from '#dist/format/safetensors-header.js'
import { bytesSource } from '#dist/format/source.js'
import { times } from '../thorough.ts'
import { codeOf, entry, goldenFiles, safetensorsFile } from './safetensors-file.ts'

const parse = (header: string, data: Uint8Array | number = 0): ReturnType<typeof parseSafetensors> =>
  parseSafetensors(safetensorsFile(header, data))
const code = (header: string | Uint8Array, data = 0, stated?: bigint): string =>
  codeOf(() => parseSafetensors(safetensorsFile(header, data, stated)))
const A = `"a":${entry('F32', '[2]', '[0,8]')}`

test('parseSafetensors gives dtype, shape, a view of the data, and metadata', () => {
  const bytes = safetensorsFile(
    `{"__metadata__":{"format":"pt","__proto__":"x"},"b":${entry('U8', '[1,3]', '[8,11]')},${A}}`,
    new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
  )
  const { tensors, metadata } = parseSafetensors(bytes)
  assert.equal([...tensors.keys()], ['a', 'b'])
  const b = tensors.get('b')!
  assert.is(b.dtype, 'U8')
  assert.equal(b.shape, [1, 3])
  assert.equal([...b.data], [9, 10, 11])
  assert.is(b.data.buffer, bytes.buffer)
  assert.equal(Object.entries(metadata), [
    ['format', 'pt'],
    ['__proto__', 'x'],
  ])
})

test('parseSafetensors refuses what is not a Uint8Array', () => {
  assert.throws(
    () => parseSafetensors('{}' as unknown as Uint8Array),
    (error: Error) => error instanceof TypeError,
  )
})

test('parseSafetensors gives plain views of a Buffer and of shared memory', () => {
  const file = safetensorsFile(`{"é":${entry('U8', '[3]', '[0,3]')}}`, new Uint8Array([1, 2, 3]))
  const shared = new Uint8Array(new SharedArrayBuffer(file.length))
  shared.set(file)
  for (const bytes of [Buffer.from(file), shared]) {
    const { data } = parseSafetensors(bytes).tensors.get('é')!
    assert.is(data.constructor, Uint8Array)
    assert.equal([...data], [1, 2, 3])
  }
})

test('parseSafetensors takes what the reference takes', () => {
  // test_empty, test_whitespace_padded_header, test_whitespace_leading_padded_header
  for (const header of ['{}', '{}      ', '      {}', '\t\r\n{ } \n'])
    assert.is(parse(header).tensors.size, 0)
  assert.equal({ ...parse('{"__metadata__":{"framework":"pytorch"}}').metadata }, { framework: 'pytorch' })
  assert.equal({ ...parse('{"__metadata__":null}').metadata }, {})
  // test_empty_shapes_allowed, test_zero_sized_tensor
  assert.equal(parse(`{"test":${entry('I32', '[]', '[0,4]')}}`, 4).tensors.get('test')!.shape, [])
  assert.equal(parse(`{"test":${entry('F32', '[2,0]', '[0,0]')}}`).tensors.get('test')!.shape, [2, 0])
  // Python's test_serialization_order_invariant; the order of the header is free
  assert.equal([...parse(`{"b":${entry('U8', '[1]', '[8,9]')},${A}}`, 9).tensors.keys()], ['a', 'b'])
  // Data from an odd byte on
  assert.is.not(parse(`{${A}} `, 8).tensors.get('a')!.data.byteOffset % 4, 0)
  // Fields nobody knows
  assert.is(
    parse(
      `{"a":${entry('F32', '[2]', '[0,8]', ',"x":[1.5e-3,{"y":[null,true,"\\ud83d\\ude00"]},{},[]]')}}`,
      8,
    ).tensors.size,
    1,
  )
  assert.is(parse('{"a":{"d\\u0074ype":"F32","shape":[2],"data_offsets":[0,8]}}', 8).tensors.size, 1)
})

test('parseSafetensors knows every dtype and its bits', () => {
  for (const [dtype, bits] of DTYPE_BITS) {
    assert.is(parse(`{"a":${entry(dtype, '[8]', `[0,${bits}]`)}}`, bits).tensors.get('a')!.dtype, dtype)
  }
  assert.is(code(`{"a":${entry('F128', '[1]', '[0,16]')}}`, 16), 'InvalidHeaderDeserialization')
})

test('parseSafetensors refuses the upstream attacks with the reference codes', () => {
  // test_json_attack
  const attack = Array.from({ length: 10 }, (_, i) => `"weight_${i}":${entry('F32', '[2,2]', '[0,16]')}`)
  assert.is(code(`{${attack.join(',')}}`, 16), 'InvalidOffset')
  // test_metadata_incomplete_buffer
  assert.is(code(`{${A}}`, 8 + 9), 'MetadataIncompleteBuffer')
  assert.is(code(`{${A}}`, 6), 'MetadataIncompleteBuffer')
  // test_header_too_large
  const large = new Uint8Array([0x3c, 0, 0, 0, 0, 0xff, 0xff, 0xff])
  assert.is(
    codeOf(() => parseSafetensors(large)),
    'HeaderTooLarge',
  )
  // test_header_too_small
  for (let length = 0; length < 8; length++) {
    assert.is(
      codeOf(() => parseSafetensors(new Uint8Array(length))),
      'HeaderTooSmall',
    )
  }
  // test_invalid_header_length
  assert.is(
    codeOf(() => parseSafetensors(new Uint8Array([0x3c, 0, 0, 0, 0, 0, 0, 0]))),
    'InvalidHeaderLength',
  )
  // test_invalid_header_non_utf8
  assert.is(code(new Uint8Array([0xff])), 'InvalidHeader')
  // test_invalid_header_not_json
  assert.is(code('{'), 'InvalidHeaderDeserialization')
  // test_invalid_info
  assert.is(code(`{"test":${entry('I32', '[2,2]', '[0,4]')}}`, 4), 'TensorInvalidInfo')
  // test_validation_overflow
  assert.is(code(`{"test":${entry('I32', '[2,18446744073709551614]', '[0,16]')}}`, 16), 'ValidationOverflow')
  assert.is(code(`{"test":${entry('I32', '[2,9223372036854775807]', '[0,16]')}}`, 16), 'ValidationOverflow')
  // test_serialization_fp4_misaligned
  assert.is(code(`{"test":${entry('F4', '[1,1]', '[0,1]')}}`, 1), 'MisalignedSlice')
  // safetensors_abuse_attempt_1.py
  assert.is(code('{}', 0, 1000n), 'InvalidHeaderLength')
})

test('parseSafetensors compares header lengths exactly', () => {
  assert.is(code('{}', 0, 100_000_000n), 'InvalidHeaderLength')
  for (const stated of [100_000_001n, 2n ** 32n + 2n, 2n ** 53n + 1n, 2n ** 64n - 1n]) {
    assert.is(code('{}', 0, stated), 'HeaderTooLarge')
  }
  assert.is(code(''), 'InvalidHeaderDeserialization')
})

test('parseSafetensors checks offsets in the order of the reference', () => {
  const two = (a: string, b: string): string =>
    `{"a":${entry('F32', '[2]', a)},"b":${entry('F32', '[2]', b)}}`
  assert.is(code(two('[0,8]', '[8,16]'), 16), 'ok')
  assert.is(code(two('[0,8]', '[9,17]'), 17), 'InvalidOffset') // a hole
  assert.is(code(two('[0,8]', '[4,12]'), 12), 'InvalidOffset') // an overlap
  assert.is(code(two('[0,8]', '[0,8]'), 8), 'InvalidOffset')
  assert.is(code(two('[4,12]', '[12,20]'), 20), 'InvalidOffset') // not from 0 on
  assert.is(code(two('[0,8]', '[8,0]'), 16), 'InvalidOffset') // backwards
  assert.is(
    code(`{"a":${entry('U8', '[1152921504606846976]', '[0,1152921504606846976]')}}`, 8),
    'MetadataIncompleteBuffer',
  )
  assert.is(code(`{"a":${entry('F32', '[9007199254740993,0]', '[0,0]')}}`), 'ValidationOverflow')
  assert.is(code(`{"a":${entry('F32', '[4294967296,4294967296,0]', '[0,0]')}}`), 'ValidationOverflow')
  assert.is(code(`{"a":${entry('F32', '[0,4294967296,4294967296]', '[0,0]')}}`), 'ok')
})

test('parseSafetensors refuses numbers that only JavaScript takes', () => {
  for (const number of [
    '2.0',
    '2e0',
    '1e2',
    '-0',
    '-1',
    '02',
    '0x2',
    '18446744073709551616',
    '"2"',
    'null',
    '+2',
    '',
  ]) {
    assert.is(
      code(`{"a":${entry('F32', `[${number || ' , '}]`, '[0,8]')}}`, 8),
      'InvalidHeaderDeserialization',
      number,
    )
    assert.is(
      code(`{"a":${entry('F32', '[2]', `[0,${number}]`)}}`, 8),
      'InvalidHeaderDeserialization',
      number,
    )
  }
  for (const offsets of ['[]', '[0]', '[0,8,8]', '8', '{}']) {
    assert.is(code(`{"a":${entry('F32', '[2]', offsets)}}`, 8), 'InvalidHeaderDeserialization', offsets)
  }
  // 2^53 + 1 is not rounded to an even neighbour
  assert.is(
    code(`{"a":${entry('U8', '[9007199254740993]', '[0,9007199254740992]')}}`, 8),
    'TensorInvalidInfo',
  )
})

test('parseSafetensors refuses headers that JSON.parse would let pass', () => {
  assert.is(code('\ufeff{}'), 'InvalidHeaderDeserialization')
  assert.is(code('{}\0\0\0'), 'InvalidHeaderDeserialization')
  assert.is(code('{}{}'), 'InvalidHeaderDeserialization')
  for (const name of ['\\ud800', '\\udc00', '\\ud800\\u0041', 'a\u0001', '\\x', '\\u12g4']) {
    assert.is(code(`{"${name}":${entry('F32', '[2]', '[0,8]')}}`, 8), 'InvalidHeaderDeserialization', name)
  }
  assert.is(code(new Uint8Array([0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22])), 'InvalidHeader')
})

test('parseSafetensors refuses keys given twice', () => {
  assert.is(code(`{${A},${A}}`, 8), 'DuplicateKey')
  assert.is(code(`{${A},"\\u0061":${entry('F32', '[2]', '[8,16]')}}`, 16), 'DuplicateKey')
  assert.is(code('{"__metadata__":{},"__metadata__":{}}'), 'DuplicateKey')
  assert.is(code('{"__metadata__":{"a":"b","a":"b"}}'), 'DuplicateKey')
  assert.is(code(`{"a":${entry('F32', '[2]', '[0,8]', ',"dtype":"F32"')}}`, 8), 'DuplicateKey')
})

test('parseSafetensors refuses wrong kinds of values', () => {
  for (const header of [
    '[]',
    'null',
    '1',
    '"a"',
    '{"a":1}',
    '{"a":null}',
    '{"a":[]}',
    '{"a":{}}',
    '{"a"}',
    '{"a":}',
    '{,}',
  ]) {
    assert.is(code(header), 'InvalidHeaderDeserialization', header)
  }
  for (const metadata of ['[]', '1', '{"a":1}', '{"a":null}', '{"a":{}}', '{1:"a"}', '{"a":"b",}']) {
    assert.is(code(`{"__metadata__":${metadata}}`), 'InvalidHeaderDeserialization', metadata)
  }
  for (const field of ['dtype', 'shape', 'data_offsets']) {
    const rest = { dtype: '"F32"', shape: '[2]', data_offsets: '[0,8]' } as Record<string, string>
    delete rest[field]
    const json = Object.entries(rest).map(([key, value]) => `"${key}":${value}`)
    assert.is(code(`{"a":{${json.join(',')}}}`, 8), 'InvalidHeaderDeserialization', field)
  }
})

test('parseSafetensors keeps names that are traps in JavaScript', () => {
  for (const name of [
    '__proto__',
    'constructor',
    'hasOwnProperty',
    '',
    '\ufeffx',
    'a\\u0000b',
    '😀',
    '\\ud83d\\ude00',
  ]) {
    const { tensors } = parse(`{"${name}":${entry('F32', '[2]', '[0,8]')}}`, 8)
    assert.equal([...tensors.keys()], [JSON.parse(`"${name}"`)])
  }
})

test('parseSafetensors bounds nesting, rank and number of tensors', () => {
  const nested = (depth: number): string =>
    `{"a":${entry('F32', '[2]', '[0,8]', `,"x":${'['.repeat(depth)}${']'.repeat(depth)}`)}}`
  assert.is(code(nested(125), 8), 'ok')
  assert.is(code(nested(126), 8), 'InvalidHeaderDeserialization')
  const rank = (n: number): string => `{"a":${entry('U8', `[${new Array(n).fill(1)}]`, '[0,1]')}}`
  assert.is(code(rank(32), 1), 'ok')
  assert.is(code(rank(33), 1), 'InvalidHeaderDeserialization')
  const many = (n: number): string =>
    `{${Array.from({ length: n }, (_, i) => `"${i}":${entry('U8', '[0]', '[0,0]')}`).join(',')}}`
  assert.is(code(many(16_384)), 'ok')
  assert.is(code(many(16_385)), 'HeaderTooLarge')
  assert.is(code(`{"__metadata__":{"k":"${'x'.repeat(8 * 2 ** 20)}"}}`), 'HeaderTooLarge')
})

test('parseSafetensors skips any JSON value that JSON.parse reads, and only those', () => {
  const withField = (json: string): string => `{"a":${entry('F32', '[2]', '[0,8]', `,"x":${json}`)}}`
  fc.assert(
    fc.property(
      fc.json({ depthSize: 'medium' }),
      fc.nat(),
      fc.string({ maxLength: 2 }),
      (json, at, inserted) => {
        assert.is(code(withField(json), 8), 'ok', json)
        const place = at % (json.length + 1)
        const broken = json.slice(0, place) + inserted + json.slice(place + (at % 3))
        let whole: unknown
        try {
          whole = JSON.parse(withField(broken))
        } catch {
          // Not JSON
        }
        const found = code(withField(broken), 8)
        if (whole === undefined) assert.is(found, 'InvalidHeaderDeserialization', broken)
        // A mutation may add members; the reader may refuse what JSON.parse takes, lone surrogates, but nothing else
        else if (found === 'InvalidHeaderDeserialization') assert.match(broken, /\\u[dD]/)
      },
    ),
    { numRuns: 500 },
  )
})

test('isUtf8 agrees with a fatal TextDecoder', () => {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const byte = fc.oneof(
    fc.nat(255),
    fc.constantFrom(
      0x7f,
      0x80,
      0x8f,
      0x90,
      0x9f,
      0xa0,
      0xbf,
      0xc1,
      0xc2,
      0xdf,
      0xe0,
      0xed,
      0xef,
      0xf0,
      0xf4,
      0xf5,
    ),
  )
  fc.assert(
    fc.property(
      fc.array(byte, { maxLength: 6 }),
      fc.string({ unit: 'binary', maxLength: 4 }),
      (raw, text) => {
        const bytes = new Uint8Array([...new TextEncoder().encode(text), ...raw])
        let valid = true
        try {
          decoder.decode(bytes)
        } catch {
          valid = false
        }
        assert.is(isUtf8(bytes), valid)
      },
    ),
    { numRuns: times(500, 5_000) },
  )
})

test('readSafetensorsHeader gives places in the file without reading data', async () => {
  const bytes = goldenFiles('plain').get('model.safetensors')!
  const ranges: number[] = []
  const memory = bytesSource('model.safetensors', bytes)
  const header = await readSafetensorsHeader({
    ...memory,
    read: async (offset, target) => {
      ranges.push(offset + target.length)
      await memory.read(offset, target)
    },
  })
  const parsed = parseSafetensors(bytes)
  assert.equal([...header.tensors.keys()], [...parsed.tensors.keys()])
  for (const [name, { dtype, shape, start, end }] of header.tensors) {
    const tensor = parsed.tensors.get(name)!
    assert.equal([dtype, shape], [tensor.dtype, tensor.shape])
    assert.equal(bytes.subarray(start, end), tensor.data)
  }
  const firstData = Math.min(...Array.from(header.tensors.values(), (each) => each.start))
  assert.ok(Math.max(...ranges) <= firstData)
})

test('readSafetensorsHeader refuses short and lying files before it reads', async () => {
  for (const [bytes, wanted] of [
    [new Uint8Array(3), 'HeaderTooSmall'],
    [safetensorsFile('{}', 0, 99_999_999n), 'InvalidHeaderLength'],
    [safetensorsFile('{}', 0, 2n ** 63n), 'HeaderTooLarge'],
  ] as const) {
    let thrown: unknown
    await readSafetensorsHeader(bytesSource('x', bytes)).catch((error) => {
      thrown = error
    })
    assert.is((thrown as { code?: string }).code, wanted)
  }
})

test.run()
