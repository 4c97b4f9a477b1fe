/** A Hub repository made from a golden model. */
import { readdirSync, readFileSync } from 'node:fs'
import { rootPath } from '../shared.ts'
import type { HubRepository } from './hub-server.ts'
import { COMMIT } from './sample.ts'

/** A golden model as a repository of the Hub; its weights are kept at the other host. */
export function goldenRepository(name: string, changes: Partial<HubRepository> = {}): HubRepository {
  const folder = rootPath(`test/goldens/models/${name}`)
  const files = new Map<string, Uint8Array>()
  for (const file of readdirSync(folder)) {
    if (file !== 'expected.safetensors') files.set(file, new Uint8Array(readFileSync(`${folder}/${file}`)))
  }
  const large = new Set([...files.keys()].filter((file) => file.endsWith('.safetensors')))
  return { commit: COMMIT, files, large, ...changes }
}
