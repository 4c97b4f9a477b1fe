/** The package as npm would get it: its contents, its size, and that programs can use it. */
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { SourceMap, type SourceMapping } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { inflateRawSync } from 'node:zlib'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { rootPath } from '../shared.js'

const test = suite('package')
const manifest = JSON.parse(readFileSync(rootPath('package.json'), 'utf8'))
const readme = readFileSync(rootPath('README.md'), 'utf8')

/** A project elsewhere with the package, as it is published, in node_modules. */
const project = mkdtempSync(join(tmpdir(), 'iobert-package-'))
const installed = join(project, 'node_modules/iobert')
test.after(() => rmSync(project, { recursive: true, force: true }))

/** Assembles it. @returns packed bytes by part */
function assemble(): Record<string, number> {
  const args = [rootPath('tools/package/pack.mjs'), installed, '--json']
  const done = spawnSync(process.execPath, args, { encoding: 'utf8' })
  assert.is(done.status, 0, done.stderr)
  return JSON.parse(done.stdout).sizes
}
const sizes = assemble()

function runNode(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, args, { cwd: project, encoding: 'utf8', timeout: 240_000 })
}

test('package.json has no dependencies, no install scripts and exact development versions', () => {
  for (const kind of ['dependencies', 'peerDependencies', 'optionalDependencies', 'bundleDependencies']) {
    assert.is(manifest[kind], undefined, kind)
  }
  const published = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'))
  for (const name of ['preinstall', 'install', 'postinstall', 'prepare']) {
    assert.is(published.scripts?.[name], undefined, name)
    // What is installed from Git is built by the one script that npm runs for that.
    if (name !== 'prepare') assert.is(manifest.scripts[name], undefined, name)
  }
  for (const [name, version] of Object.entries(manifest.devDependencies)) {
    assert.match(version as string, /^\d+\.\d+\.\d+$/, name)
  }
})

interface Packed {
  files: { path: string; size: number }[]
}

/** What `npm pack` would hold. */
function packed(): Packed['files'] {
  const npm = process.env['npm_execpath']
  const args = ['pack', '--json', '--dry-run', '--ignore-scripts']
  const [command, ...before] = npm?.endsWith('.js') ? [process.execPath, npm] : ['npm']
  const done = spawnSync(command!, [...before, ...args], { cwd: installed, encoding: 'utf8' })
  assert.is(done.status, 0, done.stderr)
  return (JSON.parse(done.stdout) as Packed[])[0]!.files
}
const files = packed()

// Parts that the bundler makes are named by a hash of what they hold, and left out: how code is cut into them is nobody's concern.
test('npm pack holds what files.txt lists; IOBERT_UPDATE=1 writes the list anew', () => {
  const list = rootPath('test/package/files.txt')
  const names = files
    .map(({ path }) => path)
    .filter((path) => !/-[0-9a-f]{8}\.js(\.map)?$/.test(path))
    .sort()
  if (process.env['IOBERT_UPDATE'] === '1') writeFileSync(list, `${names.join('\n')}\n`)
  const wanted = readFileSync(list, 'utf8').trim().split('\n')
  const extra = names.filter((name) => !wanted.includes(name))
  const missing = wanted.filter((name) => !names.includes(name))
  assert.equal({ extra, missing }, { extra: [], missing: [] })
})

// This is what all programs together can load; what a page fetches is told by page.thorough.test.ts.
test('the code of the library, kernels and worker included, packs into less than 300 kB', () => {
  for (const [name, size] of Object.entries(sizes)) console.log(`${name}: ${size} bytes packed`)
  assert.ok(sizes['library, code']! < 300_000, `${sizes['library, code']} bytes`)
})

test('README and beside-others.md tell the size of the code, which is measured here', () => {
  const beside = readFileSync(rootPath('docs/beside-others.md'), 'utf8')
  const [, first] = beside.split('\n\n')
  for (const point of [/entities have offsets/, /GLiNER runs\s+without ONNX/]) assert.match(first!, point)
  for (const said of [/the code is (\d+) kB/.exec(first!), /(\d+) kB of code/.exec(readme)]) {
    const difference = Number(said![1]) - sizes['library, code']! / 1000
    assert.ok(Math.abs(difference) < 10, `${said![0]}, and it is ${sizes['library, code']} bytes`)
  }
})

test('package.json is published without what only development needs', () => {
  const published = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'))
  const { devDependencies, scripts, imports, ...rest } = manifest
  assert.ok(devDependencies && scripts && imports)
  const own = new Set(['private', 'scripts', 'repository', 'homepage', 'bugs'])
  const without = (object: object): object =>
    Object.fromEntries(Object.entries(object).filter(([name]) => !own.has(name)))
  assert.equal(without(published), without(rest))
})

test('the declarations compile in a strict program without Node, without dom, without skipLibCheck', () => {
  const folder = join(project, 'consumer')
  cpSync(rootPath('test/package/consumer'), folder, { recursive: true })
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }')
  const options = {
    ...{
      strict: true,
      skipLibCheck: false,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
    },
    ...{ target: 'es2022', module: 'nodenext', noEmit: true, resolveJsonModule: true },
    ...{ types: [], lib: ['es2022'] },
  }
  const settings = { compilerOptions: options, files: ['everything.ts', 'config.ts', 'required.cts'] }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings))
  const done = runNode(rootPath('node_modules/typescript/bin/tsc'), '-p', folder)
  assert.is(done.stdout, '')
  assert.is(done.status, 0)
})

test('worker.js is one file that imports nothing', () => {
  const script = readFileSync(join(installed, 'dist/worker.js'), 'utf8')
  assert.not.match(script, /\bimport\b\s*[("'{*]/)
})

const { deflated: simd } = await import('#dist/generated/simd.js')
const { deflated: relaxed } = await import('#dist/generated/relaxed.js')
const { deflated: relaxedInt8 } = await import('#dist/generated/relaxed-int8.js')
const inflated = (base64: string): Buffer => inflateRawSync(Buffer.from(base64, 'base64'))
const variants = { simd: inflated(simd), relaxed: inflated(relaxed) }

test('wasm takes less than 100 kB in all variants together', () => {
  const size = variants.simd.length + variants.relaxed.length + inflated(relaxedInt8).length
  assert.ok(size < 100_000, `${size} bytes`)
})

test('kernels.wasm imports a private memory and nothing else', async () => {
  const module = await WebAssembly.compile(readFileSync(rootPath('dist/kernels.wasm')))
  assert.equal(WebAssembly.Module.imports(module), [{ module: 'env', name: 'memory', kind: 'memory' }])
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 })
  new WebAssembly.Instance(module, { env: { memory } })
})

interface Loop {
  indent: number
  inner: boolean
  instructions: string[]
}

/** The loops of a module in binaryen's text, where a block's lines stand further in than its head. */
function loopsOf(text: string): Loop[] {
  const all: Loop[] = []
  let open: Loop[] = []
  for (const line of text.split('\n')) {
    const indent = line.search(/\S/)
    const [, instruction] = /^\s*\(([\w.]+)/.exec(line) ?? []
    if (instruction === undefined) continue
    open = open.filter((loop) => loop.indent < indent)
    for (const loop of open) loop.instructions.push(instruction)
    if (instruction !== 'loop') continue
    for (const loop of open) loop.inner = false
    open.push({ indent, inner: true, instructions: [] })
    all.push(open.at(-1)!)
  }
  return all
}

test('kernels call nothing in an innermost loop that computes on vectors', async () => {
  const { default: binaryen } = await import('binaryen')
  for (const [variant, bytes] of Object.entries(variants)) {
    const module = binaryen.readBinary(bytes)
    const loops = loopsOf(module.emitText())
    module.dispose()
    const hot = loops.filter(
      ({ inner, instructions }) => inner && instructions.some((name) => /^[if]\d+x\d+\./.test(name)),
    )
    assert.ok(hot.length > 20, `${variant} has ${hot.length} such loops`)
    assert.ok(
      hot.some(({ instructions }) => instructions.includes('i32x4.dot_i16x8_s')),
      `${variant} has no int8 product`,
    )
    for (const { instructions } of hot) {
      const calls = instructions.filter((name) => name.startsWith('call'))
      assert.equal(calls, [], `${variant}: a loop of ${instructions.join(' ')}`)
    }
  }
})

test('the command line finds its version and the shipped model from where it is installed', () => {
  const main = join(installed, 'dist/cli/main.js')
  assert.is(runNode(main, '--version').stdout, `${manifest.version}\n`)
  const info = runNode(main, 'info', '--json')
  assert.is(info.status, 0, info.stderr)
  assert.is(JSON.parse(info.stdout).model, join(realpathSync(installed), 'weights/'))
})

test('src has no any by force and prints nothing outside of the command line', () => {
  for (const path of readdirSync(rootPath('src'), { recursive: true }) as string[]) {
    const name = path.replaceAll('\\', '/')
    if (!name.endsWith('.ts') || name.startsWith('generated')) continue
    const source = readFileSync(join(rootPath('src'), name), 'utf8')
    const code = source.replace(/^\s*(\*|\/\*\*|\/\/).*$/gm, '')
    assert.not.match(code, /\bas any\b|:\s*any\b|<any>/, name)
    assert.not.match(code, /\bconsole\./, name)
    // The worker's bundle asks for Node's modules when it runs.
    const forNode = /\.node\.ts$|^node\.ts$|^cli\/|^runtime\/worker\.ts$/.test(name)
    if (!forNode) assert.not.match(code, /from 'node:|import\('node:/, name)
  }
})

// Every way to work is trapped: an import that compiles, fetches, starts a worker or reads a model is an error.
const TRAPS = `
  const trap = (owner, name) => { owner[name] = () => { throw new Error(name + ' was called') } }
  for (const name of ['compile', 'instantiate', 'Module', 'Instance', 'Memory', 'validate']) trap(WebAssembly, name)
  for (const name of ['fetch', 'setTimeout', 'setInterval', 'Worker']) trap(globalThis, name)
  const before = process.getActiveResourcesInfo().join()
  process.on('exit', () => {
    const after = process.getActiveResourcesInfo().join()
    if (after !== before) throw new Error('left ' + after + ', had ' + before)
  })
`

test('import does no work and prints nothing', () => {
  const done = runNode('--input-type=module', '-e', `${TRAPS}\nawait import('iobert')`)
  assert.equal([done.status, done.stdout, done.stderr], [0, '', ''])
})

test('require does no work and prints nothing', () => {
  const done = runNode('-e', `${TRAPS}\nif (typeof require('iobert').loadRecognizer !== 'function') throw 0`)
  assert.equal([done.status, done.stdout, done.stderr], [0, '', ''])
})

test('the maps beside the package say where in src/ a line of a stack is, and hold its text', () => {
  const maps = `${installed}-maps`
  const code =
    "import('iobert').then(({ loadRecognizer }) => loadRecognizer(3)).catch(({ stack }) => console.log(stack))"
  const { stdout } = runNode('-e', code)
  const [, file, line, column] = /iobert\/(dist\/[\w./-]+\.js):(\d+):(\d+)/.exec(stdout)!
  const map = new SourceMap(JSON.parse(readFileSync(join(maps, `${file}.map`), 'utf8')))
  const entry = map.findEntry(Number(line) - 1, Number(column) - 1) as SourceMapping
  const thrower = readFileSync(rootPath(join('/', file!, '..', entry.originalSource).slice(1)), 'utf8')
  assert.match(thrower.split('\n')[entry.originalLine]!, /wrongKind|Error\(/)
  const names = readdirSync(maps, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.map'),
  )
  assert.ok(names.length > 40, `${names.length} maps`)
  for (const name of names) {
    const { sources, sourcesContent } = JSON.parse(readFileSync(join(maps, name), 'utf8'))
    assert.is(sourcesContent.length, sources.length, name)
    for (const [index, source] of sources.entries()) {
      const path = join('/', name.replaceAll('\\', '/'), '..', source).replaceAll('\\', '/')
      if (path.startsWith('/node_modules/') || path.startsWith('/src/generated/')) continue
      assert.match(path, /^\/src\//)
      assert.is(sourcesContent[index], readFileSync(rootPath(path.slice(1)), 'utf8'), path)
    }
  }
})

test('an error that nobody catches prints a few hundred bytes of source, and no more', () => {
  for (const call of [
    "loadRecognizer('./nosuch')",
    'loadRecognizer({ thread: 2 })',
    "redact('Ana', { entities: [] })",
    "recognize('Tim', { rules: [3] })",
  ]) {
    const method = call.startsWith('recognize') ? '(await iobert.loadRecognizer())' : 'iobert'
    for (const load of [
      "await import('iobert')",
      "process.getBuiltinModule('module').createRequire(import.meta.url)('./node_modules/iobert/dist/node.cjs')",
    ]) {
      const { status, stderr } = runNode(
        '--input-type=module',
        '-e',
        `const iobert = ${load}\nawait ${method}.${call}`,
      )
      assert.is(status, 1, call)
      assert.match(stderr, /(?:TypeError|RangeError|ModelFormatError)\]?: /, call)
      // Place, line and caret, before the error itself.
      const [shown] = /^[\s\S]*?\n(?=.*(?:Error)\]?: )/.exec(stderr)!
      assert.ok(shown.length < 600, `${call}: ${shown.length} characters:\n${shown}`)
    }
  }
})

test('what is bundled from elsewhere stands with its licence beside the command line', () => {
  const text = readFileSync(join(installed, 'dist/cli/THIRD-PARTY.txt'), 'utf8')
  for (const name of ['htmlparser2', 'entities', '@lezer/markdown', '@lezer/common']) {
    assert.match(text, new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\((?:MIT|BSD-2-Clause)\\)$`, 'm'))
  }
  assert.match(text, /Permission is hereby granted/)
})

test('what is required is what is imported, from whichever entry', () => {
  const code = `
    const entries = ['iobert', 'iobert/rules', 'iobert/transformers', 'iobert/mask-fetch']
    Promise.all(entries.map((name) => import(name))).then((imported) => {
      for (const [index, name] of entries.entries()) {
        const required = require(name)
        const names = Object.keys(imported[index])
        if (names.length === 0 || names.join() !== Object.keys(required).join()) throw new Error(name)
        for (const one of names) if (required[one] !== imported[index][one]) throw new Error(one)
      }
    })`
  const done = runNode('-e', code)
  assert.equal([done.status, done.stdout, done.stderr], [0, '', ''])
})

test('the CommonJS build gives out what the ES modules do', () => {
  const code = `
    const pairs = [['iobert', 'node'], ['iobert/rules', 'rules/presets'], ['iobert/transformers', 'transformers.node'], ['iobert/mask-fetch', 'mask-fetch.node']]
    for (const [name, file] of pairs) {
      const [modules, built] = [require(name), require('./node_modules/iobert/dist/' + file + '.cjs')]
      if (modules === built || Object.keys(modules).sort().join() !== Object.keys(built).sort().join()) throw new Error(name)
    }`
  const done = runNode('-e', code)
  assert.equal([done.status, done.stdout, done.stderr], [0, '', ''])
})

test('every entry of exports can be resolved by its name, the weights too', () => {
  const names = [
    'iobert',
    'iobert/one-file',
    'iobert/rules',
    'iobert/worker',
    'iobert/kernels.wasm',
    'iobert/package.json',
  ]
  names.push('iobert/weights/config.json', 'iobert/weights/model.safetensors')
  const code = `for (const name of ${JSON.stringify(names)}) console.log(import.meta.resolve(name))`
  const done = runNode('--input-type=module', '-e', code)
  const found = done.stdout.trim().split('\n')
  assert.is(found.length, names.length, done.stderr)
  for (const url of found) assert.ok(existsSync(new URL(url)), url)
})

const block = (pattern: RegExp): string => pattern.exec(readme)![1]!

test("the README's first program prints what the README says", () => {
  writeFileSync(join(project, 'first.mjs'), block(/^```js\n([\s\S]*?)^```$/m))
  const done = runNode('first.mjs')
  assert.is(done.stderr, '')
  assert.is(done.stdout, block(/^<!-- computed: readme-entities -->\n+```text\n([\s\S]*?)^```$/m))
})

test("the README's other lines run", () => {
  const code = block(/^## More of it\n+```js\n([\s\S]*?)^```$/m)
  const given = `
    import { loadRecognizer } from 'iobert'
    const ner = await loadRecognizer()
    const text = 'Angela Merkel met Tim Cook.'
    const [letter, answer, lines, texts] = [text, '[PER_1] agrees', [text], [text]]
    const signal = AbortSignal.timeout(200_000)
    const { entities } = await ner.recognize(text)
  `
  const shown = 'console.log(redacted, restore(answer), vectors[0].length)'
  writeFileSync(join(project, 'more.mjs'), `${given}\n${code}\n${shown}`)
  const done = runNode('more.mjs')
  assert.is(done.stderr, '')
  assert.match(done.stdout, /^\[\s+\{\s+type: 'PER',\s+text: 'Angela Merkel'/)
  assert.ok(done.stdout.endsWith('[PER_1] met [PER_2]. Angela Merkel agrees 384\n'), done.stdout)
})

test('exports resolve to files that are packed', () => {
  const targets: string[] = []
  const visit = (value: unknown): void => {
    if (typeof value === 'string') targets.push(value.replace('./', ''))
    else for (const inner of Object.values(value as object)) visit(inner)
  }
  visit(manifest.exports)
  visit(manifest.bin)
  const names = files.map(({ path }) => path)
  for (const target of targets) {
    const [before, after] = target.split('*')
    const found = names.some((name) => name.startsWith(before!) && name.endsWith(after ?? ''))
    assert.ok(names.includes(target) || (after !== undefined && found), target)
  }
})

const weights = rootPath('weights/')
if (!existsSync(join(weights, 'model.safetensors'))) {
  console.log('skipped: two copies in one process: weights/model.safetensors is not there')
} else {
  test('two copies in one process do not clash', async () => {
    const second = join(project, 'second')
    cpSync(installed, second, { recursive: true })
    const copies = await Promise.all(
      [installed, second].map(
        (folder): Promise<typeof import('#dist/node.js')> =>
          import(pathToFileURL(join(folder, 'dist/node.js')).href),
      ),
    )
    assert.is.not(copies[0]!.ModelFormatError, copies[1]!.ModelFormatError)
    const loaded = await Promise.all(copies.map((copy) => copy.loadRecognizer(weights, { threads: 2 })))
    const text = 'Angela Merkel met Tim Cook in Berlin.'
    const [one, other] = await Promise.all(loaded.map((ner) => ner.recognize(text)))
    assert.equal(one, other)
    assert.is(one!.entities.length, 3)
    loaded[0]!.dispose()
    assert.equal(await loaded[1]!.recognize(text), one)
    loaded[1]!.dispose()
  })
}

test.run()
