// `node tools/package/page-size.mjs [--json | --account | --update]`: counts what a page that only recognizes
// fetches, in bytes after gzip, without the model: BERT, int8, the shipped weights, in a worker. The page is
// bundled like a user's, in lines of any length, and then run here, with the few browser features that it needs; every imported file
// counts, and the larger build of the kernels. The account divides these bytes among the modules by their
// minified sizes; `--update` writes them into bench/RESULTS.md.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { transform } from 'esbuild'
import { bundle } from '../build/bundle.mjs'
import { workerText } from '../build/worker-text.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Who loads and recognises, as pages do. */
const PAGE = `
  import { loadRecognizer } from 'iobert'
  export async function run(base) {
    const ner = await loadRecognizer(base)
    const { entities } = await ner.recognize('Angela Merkel met Tim Cook in Berlin.')
    ner.dispose()
    return entities.map(({ text }) => text)
  }`

/** A child's program: a page's globals that Node has in other forms, and the page. Prints what was imported. */
const CHILD = `
  import { createServer } from 'node:http'
  import { readFileSync } from 'node:fs'
  import { resolveObjectURL } from 'node:buffer'
  import { Worker as Thread } from 'node:worker_threads'
  const [folder, weights] = process.argv.slice(2)
  const fetched = globalThis.__fetched = new Set()
  const asked = []
  globalThis.Worker = class {
    constructor(url) {
      this.thread = resolveObjectURL(url).text().then((text) => {
        const thread = new Thread(new URL('data:text/javascript,' + encodeURIComponent(text)))
        thread.on('message', (data) => this.onmessage({ data }))
        thread.on('error', (error) => this.onerror({ message: error.message, preventDefault() {} }))
        return thread
      })
    }
    postMessage(message, transfer) { this.thread.then((thread) => thread.postMessage(message, transfer)) }
    terminate() { this.thread.then((thread) => thread.terminate()) }
  }
  const server = createServer((request, response) => {
    const name = request.url.slice(1)
    try {
      const body = readFileSync(weights + '/' + name)
      asked.push(name + ' 200')
      response.end(body)
    } catch {
      asked.push(name + ' 404')
      response.writeHead(404).end()
    }
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  const { run } = await import(folder + '/page.js')
  const entities = await run('http://127.0.0.1:' + server.address().port + '/')
  console.log(JSON.stringify({ fetched: [...fetched], asked, entities }))
  process.exit(0)`

/**
 * Bundles the page from the library at `entry`, runs it, and measures.
 *
 * @returns bytes in all, of each file and of each build of the kernels; what it asked the server for; what it recognised
 */
export async function measurePage(entry = join(root, 'dist/index.js'), weights = join(root, 'weights')) {
  const folder = mkdtempSync(join(tmpdir(), 'iobert-page-'))
  try {
    writeFileSync(join(folder, 'page.mjs'), PAGE)
    const library = { name: 'library', resolveId: (name) => (name === 'iobert' ? entry : null) }
    const chunks = await bundle({ page: join(folder, 'page.mjs') }, join(folder, 'site'), {
      plugins: [library],
    })
    const sizes = new Map()
    for (const { fileName } of chunks) {
      const file = join(folder, 'site', fileName)
      const code = readFileSync(file, 'utf8')
      sizes.set(fileName, gzipSync(code, { level: 9 }).length)
      writeFileSync(file, `globalThis.__fetched.add(${JSON.stringify(fileName)});${code}`)
    }
    writeFileSync(join(folder, 'site/package.json'), '{"type":"module"}')
    writeFileSync(join(folder, 'child.mjs'), CHILD)
    const site = pathToFileURL(join(folder, 'site')).href
    const done = spawnSync(process.execPath, [join(folder, 'child.mjs'), site, weights], { encoding: 'utf8' })
    if (done.status !== 0) throw new Error(done.stderr)
    const { fetched, asked, entities } = JSON.parse(done.stdout)
    const size = (names) => names.map((name) => [name, sizes.get(name)]).sort((one, two) => two[1] - one[1])
    const isKernels = (name) => /^(simd|relaxed-int8)-/.test(name)
    const files = size(fetched.filter((name) => !isKernels(name)))
    // Which build is fetched, the engine says; both where it can run the larger and that loses the race. The whole one is
    // not for precision int8.
    const kernels = size([...sizes.keys()].filter(isKernels))
    const total = files.reduce((sum, [, bytes]) => sum + bytes, kernels[0][1])
    return { total, files, kernels, asked, entities, chunks }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Shares out a file's bytes among its modules. @returns [path, bytes], paths from src/ */
async function shareOut(bytes, modules) {
  const shares = []
  for (const [id, { code }] of Object.entries(modules)) {
    const { code: text } = await transform(code ?? '', { minify: true, loader: 'ts' })
    const name = id.replace(/^.*\/(?:dist|src)\//, '').replace(/\.[jt]s$/, '')
    shares.push([name, text.length])
  }
  const all = shares.reduce((sum, [, length]) => sum + length, 0)
  return shares.map(([name, length]) => [name, (bytes * length) / all])
}

/** Bytes through gzip of each module, on the page and in the worker. */
export async function accountOf({ files, kernels, chunks }) {
  const account = new Map()
  const add = (side, shares) => {
    for (const [name, bytes] of shares) {
      const row = account.get(name) ?? [0, 0]
      row[side] += bytes
      account.set(name, row)
    }
  }
  for (const [fileName, bytes] of [...files, kernels[0]]) {
    const { modules } = chunks.find((chunk) => chunk.fileName === fileName)
    if (fileName.startsWith('worker-text')) add(1, await shareOut(bytes, (await workerText()).modules))
    else add(0, await shareOut(bytes, modules))
  }
  return account
}

/** The row of bench/RESULTS.md. */
function writeResults(total) {
  const file = join(root, 'bench/RESULTS.md')
  const page = readFileSync(file, 'utf8')
  const row = /^(\| a page that recognises entities, but the model, gzip +\| )[\d ]+( \|)/m
  if (!row.test(page)) throw new Error(`${file} has no row of the page`)
  writeFileSync(file, page.replace(row, `$1${String(total).replace(/(\d{3})$/, ' $1')}$2`))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const measured = await measurePage()
  const { chunks, ...told } = measured
  if (process.argv.includes('--json')) console.log(JSON.stringify(told))
  else if (process.argv.includes('--account')) {
    const account = await accountOf(measured)
    const rows = [...account].sort(([, one], [, two]) => two[0] + two[1] - one[0] - one[1])
    for (const [name, [page, worker]] of rows)
      console.log(page.toFixed(0).padStart(7), worker.toFixed(0).padStart(7), name)
  } else {
    const { total, files, kernels, asked, entities } = measured
    if (process.argv.includes('--update')) writeResults(total)
    for (const [name, size] of [...files, ...kernels]) console.log(String(size).padStart(7), name)
    console.log(String(total).padStart(7), `bytes through gzip, ${kernels.at(-1)[0]} left out`)
    console.log(`asked for ${asked.join(', ')}; found ${entities.join(', ')}`)
  }
}
