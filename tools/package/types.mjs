/**
 * Makes the declarations in dist/ self-contained. What TypeScript writes needs `lib: dom` and
 * `esnext.disposable`, which a strict program for Node may not have. So each file gets its platform types
 * from dist/platform-types.d.ts, where a type is the program's own if it exists, and a minimal one otherwise;
 * and `[Symbol.dispose]` is a member only if the program knows it.
 */
import { writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import ts from 'typescript'

/** What dist/platform-types.d.ts says, name by name. `Own` looks a class up among the globals of the program that compiles. */
const PLATFORM = {
  AbortSignal: `Own<'AbortSignal', { readonly aborted: boolean; readonly reason: unknown; throwIfAborted(): void }>`,
  Blob: `Own<'Blob', { readonly size: number; arrayBuffer(): Promise<ArrayBuffer> }>`,
  MessagePort: `Own<'MessagePort', object>`,
  Response: `Own<'Response', { readonly status: number; readonly headers: { get(name: string): string | null } }>`,
  Transferable: 'object',
  URL: `Own<'URL', { readonly href: string }>`,
}

const FILE = `/** Types of the platform, for programs with and without \`lib: dom\` or Node's types. */
type Own<Name extends string, Otherwise> = typeof globalThis extends { readonly [K in Name]: { prototype: infer Found } } ? Found : Otherwise;
type OwnWasm<Name extends string, Otherwise> = typeof globalThis extends { readonly WebAssembly: { readonly [K in Name]: { prototype: infer Found } } } ? Found : Otherwise;
${Object.entries(PLATFORM)
  .map(([name, type]) => `export type ${name} = ${type};`)
  .join('\n')}
/** A stream of chunks; the platform's own class, whose chunks are of any type where it is looked up. */
export type TransformStream<In, Out> = Own<'TransformStream', { readonly readable: object; readonly writable: object }>;
export declare namespace WebAssembly {
    type Module = OwnWasm<'Module', object>;
    type Memory = OwnWasm<'Memory', { readonly buffer: ArrayBufferLike }>;
    type Exports = Record<string, unknown>;
}
/** A method \`[Symbol.dispose]\`, where the program's library has that symbol (\`lib: esnext.disposable\`). */
export type Disposing = SymbolConstructor extends { readonly dispose: infer Dispose extends symbol } ? { readonly [K in Dispose]: () => void } : {};
`

const NAMES = new Set([...Object.keys(PLATFORM), 'TransformStream', 'WebAssembly'])

/** Beside the two that are no modules: a script that is named by its URL, and compiled code. */
export const EXTRA = {
  'platform-types.d.ts': FILE,
  'worker.d.ts': `/** A script, for \`loadRecognizer(model, { worker: new URL('iobert/worker', import.meta.url) })\`; it exports nothing. */
export {};
`,
  'kernels.wasm.d.ts': `import type { WebAssembly } from './platform-types.js';
/** The compiled kernels as Cloudflare Workers import them, for the option \`wasm\`; other bundlers give a URL or bytes. */
declare const kernels: WebAssembly.Module;
export default kernels;
`,
}

const isDispose = (node) => ts.isComputedPropertyName(node) && node.expression.getText() === 'Symbol.dispose'

/**
 * @param text  a declaration file as TypeScript writes it
 * @param toRoot  the way from its folder to dist/: './' or '../'
 */
export function portableTypes(text, toRoot) {
  const file = ts.createSourceFile('x.d.ts', text, ts.ScriptTarget.Latest, true)
  const named = new Set()
  /** What is put in place of what, from the file's end. */
  const edits = []
  const visit = (node) => {
    if (ts.isIdentifier(node) && NAMES.has(node.text)) {
      const { parent } = node
      const inType = ts.isTypeReferenceNode(parent) || ts.isQualifiedName(parent)
      if (inType) named.add(node.text)
    }
    if (ts.isStringLiteral(node) && /^\..*\.ts$/.test(node.text)) {
      edits.push([node.getStart(), node.getEnd(), `'${node.text.replace(/\.ts$/, '.js')}'`])
    }
    if (ts.isClassDeclaration(node)) {
      const disposing = node.members.filter(({ name }) => name && isDispose(name))
      for (const member of disposing) edits.push([member.getFullStart(), member.getEnd(), ''])
      if (disposing.length > 0) {
        named.add('Disposing')
        const face = `\nexport interface ${node.name.text} extends Disposing {\n}`
        edits.push([node.getEnd(), node.getEnd(), face])
      }
    }
    ts.forEachChild(node, visit)
  }
  visit(file)
  let result = text
  for (const [start, end, replacement] of edits.sort((a, b) => b[0] - a[0])) {
    result = result.slice(0, start) + replacement + result.slice(end)
  }
  if (named.size === 0) return result
  return `import type { ${[...named].sort().join(', ')} } from '${toRoot}platform-types.js';\n${result}`
}

const options = ts.getParsedCommandLineOfConfigFile(
  fileURLToPath(new URL('../../tsconfig.json', import.meta.url)),
  {},
  {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
      throw new Error(String(diagnostic.messageText))
    },
  },
).options

/** The declarations of a source file, which says the type of all that it exports. @param name  its path from src/ */
export function declarationsOf(source, name) {
  const { outputText } = ts.transpileDeclaration(source, { compilerOptions: options, fileName: name })
  return portableTypes(outputText, '../'.repeat(name.split('/').length - 1) || './')
}

/** Writes the declarations that have no source. */
export function writeExtraTypes(folder) {
  for (const [name, text] of Object.entries(EXTRA)) writeFileSync(join(folder, name), text)
}

/** The entries that CommonJS may require. */
export const REQUIRED = ['node', 'rules/presets', 'transformers.node', 'mask-fetch.node']

/**
 * Writes the declarations of those: TypeScript before 5.8 takes no ES module in a file of CommonJS (TS1479), but for its types. Types
 * are the very same, so that what one file has loaded another may take.
 */
export async function writeRequiredTypes(folder) {
  for (const entry of REQUIRED) {
    const file = join(folder, entry)
    const loaded = await import(pathToFileURL(`${file}.js`).href)
    writeFileSync(`${file}.d.cts`, requiredTypes(`./${basename(entry)}.js`, loaded))
  }
}

/** What is a value gets a declaration of its own, which holds over the type of that name that `export type *` gives. */
function requiredTypes(from, loaded) {
  const source = `'${from}' with { 'resolution-mode': 'import' }`
  const lines = Object.keys(loaded)
    .sort()
    .flatMap((name) => [
      `export declare const ${name}: typeof module.${name};`,
      ...(isClass(loaded[name]) ? [`export type ${name} = module.${name};`] : []),
    ])
  return `/** The types for \`require\`, which are those of the ES module. */
import type * as module from ${source};
export type * from ${source};
${lines.join('\n')}
`
}

/** The `prototype` of a class, unlike that of a function, stays the one it is. */
function isClass(value) {
  return (
    typeof value === 'function' && Object.getOwnPropertyDescriptor(value, 'prototype')?.writable === false
  )
}
