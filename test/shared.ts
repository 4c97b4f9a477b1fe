/** Paths of the repository, and of optional data next to it. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The repository's root, from the compiled tests in build/test. */
export const root: URL = new URL('../../', import.meta.url)

/** A path in the folder of reference outputs that may stand beside the checkout, or undefined where it does not. */
export function sharedPath(name: string): string | undefined {
  const path = fileURLToPath(new URL(`../shared/${name}`, root))
  return existsSync(path) ? path : undefined
}

/** Runs `body` with the path of shared data, or prints why not. Nothing is skipped in silence. */
export function withShared(name: string, what: string, body: (path: string) => void): void {
  const path = sharedPath(name)
  if (path === undefined) console.log(`skipped: ${what}: ../shared/${name} is not there`)
  else body(path)
}

/** A path inside the repository. */
export function rootPath(name: string): string {
  return fileURLToPath(new URL(name, root))
}
