/** Mutated safetensors headers: a map of tensors or a ModelFormatError, nothing else. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { parseSafetensors, type SafetensorsTensor } from '#dist/format/parse-safetensors.js'
import { codeOf, entry, goldenFiles, safetensorsFile, seededRandom } from '../format/safetensors-file.ts'
import { createWatch } from '../growth.ts'

/** Mutated headers tried: 2,000, or as many as the environment says. */
const RUNS = Number(process.env['IOBERT_FUZZ'] ?? 2_000)

const CODES = [
  'ok',
  'HeaderTooSmall',
  'HeaderTooLarge',
  'InvalidHeaderLength',
  'InvalidHeader',
  'InvalidHeaderDeserialization',
  'InvalidOffset',
  'ValidationOverflow',
  'MisalignedSlice',
  'TensorInvalidInfo',
  'MetadataIncompleteBuffer',
  'DuplicateKey',
]

/** Pieces that hit the grammar and the number range where it hurts. */
const PIECES = [
  ...[
    '"',
    ',',
    ':',
    '{',
    '}',
    '[',
    ']',
    '{}',
    '[]',
    '0',
    '9',
    '-',
    '-0',
    '.',
    'e',
    '1e2',
    ' ',
    '\n',
    '\0',
    '\\',
    '\ufeff',
  ],
  ...[
    '\\u0041',
    '\\ud800',
    '\\udc00',
    '\\ud83d\\ude00',
    'null',
    'true',
    '__proto__',
    '__metadata__',
    '"__metadata__":null,',
  ],
  ...[
    '9007199254740993',
    '18446744073709551615',
    '18446744073709551616',
    '4294967296',
    '"a"',
    '"dtype":"F4",',
    '"shape":[],',
  ],
  ...['"data_offsets":[0,0],', '"U8"', '"F6_E2M3"', 'é', '😀', '['.repeat(200), '{"a":'.repeat(200)],
]

const SEEDS: readonly Uint8Array[] = [
  safetensorsFile(
    `{"__metadata__":{"format":"pt"},"a":${entry('F32', '[2]', '[0,8]')},` +
      `"b":${entry('F16', '[2,3]', '[8,20]', ',"x":[1,{"y":null}]')},"c":${entry('I32', '[]', '[20,24]')}}  `,
    24,
  ),
  safetensorsFile('{}'),
  goldenFiles('silu').get('model.safetensors')!.slice(0, 4_096),
]

/** One to four edits of a header; the length before it follows, mostly. */
function mutated(file: Uint8Array, random: (n: number) => number): Uint8Array {
  const headerLength = Math.min(file.length - 8, Number(new DataView(file.buffer).getBigUint64(0, true)))
  let header = Buffer.from(file.subarray(8, 8 + headerLength))
  for (let edits = 1 + random(4); edits > 0; edits--) {
    const at = random(header.length + 1)
    const length = random(2) === 0 ? 1 : random(24)
    const [before, cut, after] = [
      header.subarray(0, at),
      header.subarray(at, at + length),
      header.subarray(at + length),
    ]
    const piece = Buffer.from(PIECES[random(PIECES.length)]!)
    switch (random(6)) {
      case 0:
        header = Buffer.concat([before, after])
        break
      case 1:
        header = Buffer.concat([before, piece, cut, after])
        break
      case 2:
        header = Buffer.concat([before, piece, after])
        break
      case 3:
        header = Buffer.concat([before, cut, cut, after])
        break
      case 4:
        header = Buffer.concat([before, Buffer.from([random(256)]), header.subarray(at + 1)])
        break
      default:
        header = Buffer.concat([before, Buffer.from(String(random(40))), after])
    }
  }
  const stated = random(20) === 0 ? BigInt(random(200)) << BigInt(random(57)) : undefined
  const tail = file.subarray(8 + headerLength)
  return safetensorsFile(header, random(20) === 0 ? tail.length + random(3) : tail, stated)
}

/** What must hold of a file that was let through. */
function checkTensors(tensors: ReadonlyMap<string, SafetensorsTensor>, file: Uint8Array): void {
  let bytes = 0
  for (const { shape, data } of tensors.values()) {
    assert.ok(shape.every((size) => Number.isSafeInteger(size) && size >= 0))
    assert.is(data.buffer, file.buffer)
    bytes += data.length
  }
  assert.is(bytes, file.length - 8 - Number(new DataView(file.buffer).getBigUint64(0, true)))
}

test(`parseSafetensors answers ${RUNS} mutated headers with a tensor map or a ModelFormatError`, async () => {
  const random = seededRandom(0x10be27)
  const seen = new Map<string, number>()
  const reading = (file: Uint8Array) => () => codeOf(() => checkTensors(parseSafetensors(file).tensors, file))
  const watched = await createWatch(reading(SEEDS[0]!))
  for (let run = 0; run < RUNS; run++) {
    const file = mutated(SEEDS[random(SEEDS.length)]!, random)
    // Any other error ends the test
    const code = await watched(reading(file))
    assert.ok(CODES.includes(code), code)
    seen.set(code, (seen.get(code) ?? 0) + 1)
  }
  // The mutations reach past the JSON, else they try nothing
  for (const code of [
    'ok',
    'InvalidHeader',
    'InvalidHeaderDeserialization',
    'InvalidOffset',
    'TensorInvalidInfo',
  ]) {
    assert.ok((seen.get(code) ?? 0) > 0, `${code} never came: ${JSON.stringify([...seen])}`)
  }
})

test('parseSafetensors answers every cut of a file', () => {
  const file = SEEDS[0]!
  for (let length = 0; length < file.length; length++) {
    const code = codeOf(() => parseSafetensors(file.slice(0, length)))
    assert.ok(
      ['HeaderTooSmall', 'InvalidHeaderLength', 'MetadataIncompleteBuffer'].includes(code),
      `${length}: ${code}`,
    )
  }
  assert.is(
    codeOf(() => parseSafetensors(file)),
    'ok',
  )
})

test('parseSafetensors answers every single bit flipped in a header', () => {
  for (let bit = 0; bit < 8 * (SEEDS[0]!.length - 24); bit++) {
    const file = SEEDS[0]!.slice()
    file[bit >> 3]! ^= 1 << (bit & 7)
    assert.ok(CODES.includes(codeOf(() => parseSafetensors(file))))
  }
})

test.run()
