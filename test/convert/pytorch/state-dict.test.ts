/** Files of torch.save, as zip and in the older form: damage anywhere is detected. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { openZip } from '#dist/convert/containers/zip.js'
import { readPytorch } from '#dist/convert/pytorch/state-dict.js'
import { ModelFormatError } from '#dist/format/errors.js'
import { bytesSource } from '#dist/format/source.js'
import { times } from '../../thorough.ts'
import { fixture, fixtureSource, mutated, readTensor, sameTensors, seeded } from '../fixtures.ts'
import { stateDict } from './state-dict-file.ts'

for (const name of ['zip', 'legacy', 'odd', 'odd-legacy', 'protocol-4']) {
  test(`readPytorch reads ${name} bit for bit as PyTorch`, async () => {
    const tensors = await readPytorch(fixtureSource(`pytorch-${name}/pytorch_model.bin`))
    await sameTensors(tensors, `pytorch-${name}/expected.safetensors`)
  })
}

test('readPytorch refuses what is not a file of torch.save', async () => {
  const tar = new Uint8Array(600)
  tar.set(new TextEncoder().encode('ustar'), 257)
  for (const [bytes, message] of [
    [new Uint8Array(0), /neither a zip archive nor/],
    [new TextEncoder().encode('version https://git-lfs.github.com/spec/v1\n'), /is a Git LFS pointer/],
    [tar, /the tar form of PyTorch/],
  ] as const) {
    await refused(bytes, message)
  }
})

test('readPytorch refuses views that read many times what the file has', async () => {
  const values = new Float32Array(10_000)
  const file = (count: number): Uint8Array =>
    stateDict(
      Array.from({ length: count }, (_, index) => ({
        ...{ name: `tensor ${index}`, shape: [2], strides: [values.length - 1], values },
      })),
    )
  assert.is((await readPytorch(bytesSource('shared.bin', file(3)))).length, 3)
  await refused(file(20), /its tensors come to 800000 bytes, many times the file's/)
})

test('readPytorch refuses a file cut short anywhere', async () => {
  for (const name of ['zip', 'legacy']) {
    const bytes = fixture(`pytorch-${name}/pytorch_model.bin`)
    for (let length = 0; length < bytes.length; length += 997) await refused(bytes.subarray(0, length), /./)
    await refused(bytes.subarray(0, bytes.length - 1), /./)
  }
})

test('readPytorch refuses any damaged byte of a storage in the zip form, when its tensor is read', async () => {
  const bytes = fixture('pytorch-zip/pytorch_model.bin')
  const zip = await openZip(bytesSource('whole.bin', bytes))
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const random = seeded(6)
  let storages = 0
  for (const { name, headerOffset, byteLength } of zip.entries.values()) {
    if (!/\/data\/\d+$/.test(name)) continue
    storages++
    const start =
      headerOffset + 30 + view.getUint16(headerOffset + 26, true) + view.getUint16(headerOffset + 28, true)
    const changed = bytes.slice()
    changed[start + Math.floor(random() * byteLength)]! ^= 1 << Math.floor(random() * 8)
    const tensors = await readPytorch(bytesSource('damaged.bin', changed))
    const found: string[] = []
    for (const tensor of tensors) {
      await readTensor(tensor).catch((error: Error) => {
        assert.instance(error, ModelFormatError)
        assert.match(error.message, `${name}" is damaged: CRC-32`)
        found.push(tensor.name)
      })
    }
    assert.ok(found.length > 0, name)
  }
  assert.ok(storages > 10, `${storages} storages`)
})

const DAMAGED = times(400, 2_000)

test(`readPytorch reads ${DAMAGED} damaged files or refuses them, nothing else`, async () => {
  const random = seeded(11)
  const originals = ['zip', 'legacy', 'odd', 'odd-legacy', 'protocol-4'].map((name) =>
    fixture(`pytorch-${name}/pytorch_model.bin`),
  )
  let refusals = 0
  for (let i = 0; i < DAMAGED; i++) {
    const bytes = mutated(originals[i % originals.length]!, random)
    try {
      for (const tensor of await readPytorch(bytesSource('damaged.bin', bytes))) await readTensor(tensor)
    } catch (error) {
      if (!(error instanceof ModelFormatError)) throw error
      refusals++
    }
  }
  assert.ok(refusals > DAMAGED / 4, `${refusals} were refused`)
})

async function refused(bytes: Uint8Array, message: RegExp): Promise<void> {
  try {
    await readPytorch(bytesSource('pytorch_model.bin', bytes))
  } catch (error) {
    assert.instance(error, ModelFormatError)
    assert.match((error as Error).message, message)
    return
  }
  assert.unreachable('it was read')
}

test.run()
