// Bundles the script of the engine's worker as text: src/runtime/worker.ts and everything that it imports.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundleText } from './bundle.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** What the worker takes of Node, asked for when it runs: an import would fail in a browser. */
const BUILTINS = {
  'node:fs': ['readSync'],
  'node:fs/promises': ['open', 'stat'],
  'node:path': ['basename', 'dirname', 'join'],
  'node:worker_threads': ['parentPort'],
}

/** Puts questions in place of imports of Node's modules. */
export const askedFor = {
  name: 'asked-for',
  resolveId: (id) => (id.startsWith('node:') ? `\0${id}` : null),
  load(id) {
    const builtin = /^\0(node:.*)/.exec(id)?.[1]
    if (builtin === undefined) return null
    return `export const { ${BUILTINS[builtin]?.join(', ')} } =
      globalThis.process?.getBuiltinModule?.('${builtin}') ?? {}`
  },
}

/** @returns the worker's text, and the modules in it */
export const workerText = () => bundleText(join(root, 'src/runtime/worker.ts'), { plugins: [askedFor] })
