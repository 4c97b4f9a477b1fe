/** Valid and invalid safetensors files, made by hand for tests. */
import { readdirSync, readFileSync } from 'node:fs'
import { ModelFormatError } from '#dist/format/errors.js'
import type { ModelFiles } from '#dist/format/source.js'
import { mapFiles } from '#dist/format/source.js'
import { rootPath } from '../shared.ts'

const encoder = new TextEncoder()

/** A file with the given header and data; `stated` is the header length it claims, its own where it is left out. */
export function safetensorsFile(
  header: string | Uint8Array,
  data: Uint8Array | number = 0,
  stated?: bigint,
): Uint8Array {
  const json = typeof header === 'string' ? encoder.encode(header) : header
  const tail = typeof data === 'number' ? new Uint8Array(data) : data
  const file = new Uint8Array(8 + json.length + tail.length)
  new DataView(file.buffer).setBigUint64(0, stated ?? BigInt(json.length), true)
  file.set(json, 8)
  file.set(tail, 8 + json.length)
  return file
}

/** One tensor of a header, as JSON; `shape` and `offsets` as text, so that they can be wrong. */
export function entry(dtype: string, shape: string, offsets: string, more = ''): string {
  return `{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}${more}}`
}

/** The code of the ModelFormatError that `run` throws; 'ok' where it throws nothing; other errors go on. */
export function codeOf(run: () => unknown): string {
  try {
    run()
    return 'ok'
  } catch (error) {
    if (error instanceof ModelFormatError) return error.code
    throw error
  }
}

/** As `codeOf`, of what comes later. */
export async function codeOfAsync(run: () => Promise<unknown>): Promise<string> {
  try {
    await run()
  } catch (error) {
    return codeOf(() => {
      throw error
    })
  }
  return 'ok'
}

/** The ModelFormatError that `run` ends in. */
export async function formatError(run: () => unknown): Promise<ModelFormatError> {
  try {
    await run()
  } catch (error) {
    if (error instanceof ModelFormatError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

/** The folders of test/goldens/models: small random models with what PyTorch computes for them. */
export const goldenModels: string[] = readdirSync(rootPath('test/goldens/models'))

/** The files of one of them, in memory. */
export function goldenFiles(name: string): Map<string, Uint8Array> {
  const folder = rootPath(`test/goldens/models/${name}`)
  return new Map(readdirSync(folder).map((file) => [file, new Uint8Array(readFileSync(`${folder}/${file}`))]))
}

/** Texts and bytes as a model's files. */
export function filesOf(files: Readonly<Record<string, string | Uint8Array>>): ModelFiles {
  const map = new Map<string, Uint8Array>()
  for (const [name, file] of Object.entries(files))
    map.set(name, typeof file === 'string' ? encoder.encode(file) : file)
  return mapFiles(map)
}

/** Numbers from 0 to `n` - 1 from a seed, the same everywhere. */
export function seededRandom(seed: number): (n: number) => number {
  let state = seed >>> 0
  return (n) => {
    // xorshift32
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % n
  }
}
