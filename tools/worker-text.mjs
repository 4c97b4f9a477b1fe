// The texts of the engine's worker (src/runtime/): as it is inlined, its shelves, and as a file.
import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundleText } from './bundle.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

/** What the inlined worker takes of Node, asked for when it runs: an import would fail in a browser. */
const BUILTINS = {
  'node:fs': ['readSync'],
  'node:fs/promises': ['open', 'stat'],
  'node:path': ['basename', 'dirname', 'join'],
  'node:worker_threads': ['parentPort'],
}

const askedFor = {
  name: 'asked-for',
  resolveId: (id) => (id.startsWith('node:') ? `\0${id}` : null),
  load(id) {
    const builtin = /^\0(node:.*)/.exec(id)?.[1]
    if (builtin === undefined) return null
    return `export const { ${BUILTINS[builtin]?.join(', ')} } =
      globalThis.process?.getBuiltinModule?.('${builtin}') ?? {}`
  },
}

/** What the inlined worker loads on demand and most pages never ask for: a text of its own, put before the other's. */
const SHELVES = [
  'format/file-name',
  'format/shards/open-shards',
  'format/strict/safetensors',
  'runtime/open-files.node',
]

/** What every shelf is taken by: its module, or that of which each function says that it is missing. */
const TAKE = `export const take = (name) => globalThis.iobertShelves?.[name] ?? {}
  export const missing = (name) => () => { throw Object.assign(Error(name), { name: 'MissingShelf' }) }`

/** Takes the shelves from where `workerShelves` leaves them; what is called of one that is not there throws `MissingShelf`. */
const shelved = {
  name: 'shelved',
  resolveId: (id) => (id === '\0take' ? id : null),
  resolveDynamicImport(specifier, importer) {
    const file = typeof specifier === 'string' ? resolve(dirname(importer), specifier) : undefined
    const name = SHELVES.find((shelf) => file === join(root, `src/${shelf}.ts`))
    return name === undefined ? null : `\0shelf:${name}`
  },
  load(id) {
    if (id === '\0take') return TAKE
    const name = /^\0shelf:(.*)/.exec(id)?.[1]
    if (name === undefined) return null
    const code = readFileSync(join(root, `src/${name}.ts`), 'utf8')
    const names = [...code.matchAll(/^export (?:async )?(?:function|const|class) (\w+)/gm)]
    // What stands on Node's modules is as undefined as they are.
    const missing = name.endsWith('.node') ? '' : ` ?? missing('${name}')`
    return `import { missing, take } from '\0take'
      const kept = take('${name}')
      export const ${names.map(([, name]) => `${name} = kept.${name}${missing}`).join(', ')}`
  },
}

/** The script that is inlined, without its shelves. @returns its text, and the modules in it */
export const inlined = () =>
  bundleText(join(root, 'src/runtime/worker.node.ts'), { plugins: [askedFor, shelved] })

/** The script as a file, with all shelves but Node's. */
export const file = async () => (await bundleText(join(root, 'src/runtime/worker.ts'))).text

/** The shelves as one text, which leaves nothing behind but `iobertShelves`. */
export async function shelves() {
  const imports = SHELVES.map((name, index) => `import * as shelf${index} from './${name}.ts'\n`)
  const list = SHELVES.map((name, index) => `'${name}': shelf${index}`)
  const contents = `${imports.join('')}globalThis.iobertShelves = { ${list.join(', ')} }`
  const { text } = await bundleText(join(root, 'src/shelves.ts'), { plugins: [askedFor], contents })
  return `(()=>{${text}})();`
}
