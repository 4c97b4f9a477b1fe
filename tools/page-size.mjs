// `node tools/page-size.mjs [--chunks] [ENTRY]`: what a page that only recognises fetches, in bytes through gzip, the model
// left out: BERT, int8, the shipped weights, in a worker. The page is bundled as a user's is and then runs here, with the
// few things of browsers that it asks for; each file of it that was imported counts. Both builds of the kernels count.
import { createServer } from 'node:http'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { spawnSync } from 'node:child_process'
import { gzipSync } from 'node:zlib'
import { bundle } from './bundle.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

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
 * @returns {{ total: number, files: [string, number][], asked: string[], entities: string[] }}
 */
export async function measurePage(entry = join(root, 'dist/index.js'), weights = join(root, 'weights')) {
  const folder = mkdtempSync(join(tmpdir(), 'iobert-page-'))
  try {
    writeFileSync(join(folder, 'page.mjs'), PAGE)
    const library = { name: 'library', resolveId: (name) => (name === 'iobert' ? entry : null) }
    const chunks = await bundle({ page: join(folder, 'page.mjs') }, join(folder, 'site'), { plugins: [library] })
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
    // Which build of the kernels is fetched, the engine says.
    const kernels = [...sizes.keys()].filter((name) => /^(simd|relaxed)-/.test(name))
    const files = [...new Set([...fetched, ...kernels])].map((name) => [name, sizes.get(name)])
    files.sort((one, other) => other[1] - one[1])
    return { total: files.reduce((sum, [, size]) => sum + size, 0), files, asked, entities }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { total, files, asked, entities } = await measurePage()
  for (const [name, size] of files) console.log(String(size).padStart(7), name)
  console.log(String(total).padStart(7), `bytes through gzip in ${files.length} files`)
  console.log(asked.join(', '), '|', entities.join(', '))
}
