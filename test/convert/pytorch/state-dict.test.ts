import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { readPytorch } from '#dist/convert/pytorch/state-dict.js'
import { ModelFormatError } from '#dist/format/errors.js'
import { bytesSource } from '#dist/format/source.js'
import { fixture, fixtureSource, mutated, readTensor, sameTensors, seeded } from '../fixtures.ts'

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
    [new TextEncoder().encode('version https://git-lfs.github.com/spec/v1\n'), /neither a zip archive nor/],
    [tar, /the tar form of PyTorch/],
  ] as const) {
    await refused(bytes, message)
  }
})

test('readPytorch refuses a file cut short anywhere', async () => {
  for (const name of ['zip', 'legacy']) {
    const bytes = fixture(`pytorch-${name}/pytorch_model.bin`)
    for (let length = 0; length < bytes.length; length += 997) await refused(bytes.subarray(0, length), /./)
    await refused(bytes.subarray(0, bytes.length - 1), /./)
  }
})

test('readPytorch reads 2,000 damaged files or refuses them, nothing else', async () => {
  const random = seeded(11)
  const originals = ['zip', 'legacy', 'odd', 'odd-legacy', 'protocol-4'].map((name) =>
    fixture(`pytorch-${name}/pytorch_model.bin`),
  )
  let refusals = 0
  for (let i = 0; i < 2000; i++) {
    const bytes = mutated(originals[i % originals.length]!, random)
    try {
      for (const tensor of await readPytorch(bytesSource('damaged.bin', bytes))) await readTensor(tensor)
    } catch (error) {
      if (!(error instanceof ModelFormatError)) throw error
      refusals++
    }
  }
  assert.ok(refusals > 500, `${refusals} were refused`)
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
