/** Keeps int8 weights of a Hub model next to its float weights, so that it is quantized only once. */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, open, readdir, realpath, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { quantizeModel } from '../convert/quantize-model.ts'
import { openCheckpoint } from '../format/checkpoint.ts'
import { folderFiles, withWeights } from '../format/folder-files.node.ts'
import { readShardIndex, shardNames } from '../format/shards.ts'
import type { ModelFiles } from '../format/source.ts'
import { loadSpec } from '../model/read-spec.ts'
import { resolve } from '../model/resolve.ts'
import type { ModelSpec } from '../model/spec.ts'
import { WEIGHT_FORMS } from './model-files.ts'
import { renameOver, temporaryName } from './rename.node.ts'

/**
 * A Hub model with float weights that is used as int8 is quantised once: the int8 weights are kept in the model's part of
 * the cache, `models--owner--name/iobert/{hash of the weights}.int8.safetensors`. Python's huggingface_hub looks at
 * `refs`, `blobs` and `snapshots` there and leaves the rest alone; deleting the model deletes the copy. A folder that is
 * not the cache's is the user's own: nothing is written to it.
 */
const COPIES = 'iobert'
const SUFFIX = '.int8.safetensors'
const SNAPSHOT = /[\\/]models--[^\\/]+[\\/]snapshots[\\/][0-9a-f]{40}$/

/** Age in milliseconds after which an untouched temporary file counts as left behind by a killed process. */
const ABANDONED = 600_000

/** What is kept of a snapshot's weights. */
export interface Int8Copy {
  /** Where the copy is, or should be. */
  readonly path: string
  /** Whether the copy exists, is complete, and belongs to this model. */
  readonly usable: boolean
}

/**
 * Finds the int8 copy of a snapshot in the Hub's cache; `undefined` for any other folder, and for a model
 * that is already int8. A damaged copy, or one that does not match the configuration, counts as missing.
 */
export async function findInt8Copy(snapshot: string): Promise<Int8Copy | undefined> {
  if (!SNAPSHOT.test(snapshot)) return undefined
  const spec = await loadSpec(folderFiles(snapshot))
  if (spec.config.quantization !== undefined) return undefined
  const hash = await hashOfWeights(snapshot)
  if (hash === undefined) return undefined
  const path = join(copiesOf(dirname(dirname(snapshot))), `${hash}${SUFFIX}`)
  return { path, usable: await isUsable(snapshot, path, spec) }
}

/**
 * Writes the int8 copy under a temporary name and renames it, so that it is complete once visible. It is done
 * in steps of a few milliseconds, with a few MB of memory.
 *
 * @throws what the disk and `quantizeModel` throw
 */
export async function writeInt8Copy(files: ModelFiles, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await removeAbandoned(dirname(path))
  const made = temporaryName(path)
  const file = await open(made, 'wx')
  try {
    try {
      await quantizeModel(files, { write: (chunk) => file.writeFile(chunk) })
      await file.sync()
    } finally {
      await file.close()
    }
    await renameOver(made, path)
  } finally {
    await rm(made, { force: true })
  }
}

/**
 * Deletes all int8 copies of a model.
 *
 * @param model `models--owner--name` in the cache
 * @returns the number of bytes freed
 */
export async function clearInt8Copies(model: string): Promise<number> {
  const folder = copiesOf(model)
  const names = await readdir(folder).catch(() => [])
  let bytes = 0
  for (const name of names) bytes += (await stat(join(folder, name))).size
  await rm(folder, { recursive: true, force: true })
  return bytes
}

function copiesOf(model: string): string {
  return join(model, COPIES)
}

/**
 * The name of the blob that the weights' file links to, which is its sha256; for shards, the sha256 of their names. A
 * snapshot without links has its commit.
 */
async function hashOfWeights(snapshot: string): Promise<string | undefined> {
  const blobs: string[] = []
  for (const name of await weightFiles(snapshot)) {
    const blob = basename(await realpath(join(snapshot, name)))
    if (!/^[0-9a-f]{40,64}$/.test(blob)) return basename(snapshot)
    blobs.push(blob)
  }
  return blobs.length > 1 ? createHash('sha256').update(blobs.join('\n')).digest('hex') : blobs[0]
}

async function weightFiles(snapshot: string): Promise<readonly string[]> {
  const files = folderFiles(snapshot)
  for (const [whole, index, extension] of WEIGHT_FORMS) {
    if (existsSync(join(snapshot, whole))) return [whole]
    const shards = await readShardIndex(files, index, extension)
    if (shards !== undefined) return [...shardNames(shards)].sort()
  }
  return []
}

async function isUsable(snapshot: string, path: string, spec: ModelSpec): Promise<boolean> {
  if (!existsSync(path)) return false
  try {
    const checkpoint = await openCheckpoint(withWeights(folderFiles(snapshot), path))
    try {
      resolve(spec, checkpoint)
      return true
    } finally {
      await checkpoint.close()
    }
  } catch {
    return false
  }
}

async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.tmp')) continue
    const path = join(folder, name)
    const status = await stat(path).catch(() => undefined)
    if (status !== undefined && Date.now() - status.mtimeMs > ABANDONED) await rm(path, { force: true })
  }
}
