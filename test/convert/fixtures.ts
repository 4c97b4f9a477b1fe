/** Small files of PyTorch, TensorFlow and Spark NLP for tests, and ways to damage them. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { ForeignTensor } from '#dist/convert/foreign-tensor.js'
import { parseSafetensors } from '#dist/format/parse-safetensors.js'
import { type ByteSource, bytesSource, type ModelFiles, mapFiles } from '#dist/format/source.js'
import { rootPath } from '../shared.ts'

/** A file of test/goldens/convert, which tools/goldens/make-convert-fixtures.py wrote. */
export function fixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(rootPath(`test/goldens/convert/${name}`)))
}

export function fixtureSource(name: string): ByteSource {
  return bytesSource(name, fixture(name))
}

/** A folder of test/goldens/convert, without what the tests compare with. */
export function fixtureFiles(folder: string): ModelFiles {
  return mapFiles(fixtureMap(folder))
}

export function fixtureMap(folder: string): Map<string, Uint8Array> {
  const top = rootPath(`test/goldens/convert/${folder}`)
  assert.ok(existsSync(top), `${top} is there`)
  const files = new Map<string, Uint8Array>()
  const visit = (name: string): void => {
    const path = join(top, name)
    if (statSync(path).isDirectory())
      for (const child of readdirSync(path)) visit(name === '' ? child : `${name}/${child}`)
    else if (name !== 'expected.safetensors') files.set(name, new Uint8Array(readFileSync(path)))
  }
  visit('')
  return files
}

export async function readTensor(tensor: ForeignTensor): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of tensor.chunks()) chunks.push(chunk)
  return new Uint8Array(Buffer.concat(chunks))
}

/** Names, types, shapes and every bit are as the framework has them. */
export async function sameTensors(tensors: readonly ForeignTensor[], expectedName: string): Promise<void> {
  const expected = parseSafetensors(fixture(expectedName)).tensors
  assert.equal(tensors.map(({ name }) => name).sort(), [...expected.keys()].sort())
  for (const tensor of tensors) {
    const { dtype, shape, data } = expected.get(tensor.name)!
    assert.is(tensor.dtype, dtype, tensor.name)
    assert.equal([...tensor.shape], shape, tensor.name)
    assert.ok(
      Buffer.from(await readTensor(tensor)).equals(Buffer.from(data)),
      `${tensor.name} has the same bits`,
    )
  }
}

/** A generator of numbers in [0, 1) from a seed (mulberry32). */
export function seeded(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** A copy with one to four bytes changed, or cut short, or with a piece doubled. */
export function mutated(bytes: Uint8Array, random: () => number): Uint8Array {
  const at = (): number => Math.floor(random() * bytes.length)
  const kind = random()
  if (kind < 0.1) return bytes.slice(0, at())
  if (kind < 0.2) {
    const [from, to] = [at(), at()]
    return new Uint8Array(Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]))
  }
  const copy = bytes.slice()
  const edits = 1 + Math.floor(random() * 4)
  for (let i = 0; i < edits; i++) copy[at()] = random() < 0.3 ? 0xff : Math.floor(random() * 256)
  return copy
}
