// Compares iobert and transformers.js as pages in one Chromium: alternating, on the same sentences; also the
// code that each page fetched.
import { spawnSync } from 'node:child_process'
import { createReadStream, existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { basename, extname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { cache, here, modelPath, root, shared } from './places.mjs'
import { median, spread, verdict } from './table.mjs'
import { BROWSER } from './targets.mjs'

export const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
}
const CODE = ['.js', '.mjs', '.wasm']
const WARM_TEXTS = 64
const COMPARED_TEXTS = 256

/** @returns what was measured, or { skipped: the reason } */
export async function compareInBrowser({ rounds, texts: most }) {
  const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
    (path) => existsSync(path),
  )
  if (executablePath === undefined) return { skipped: 'no Chromium; on Debian: apt-get install chromium' }
  const corpus = join(shared, 'data/conll2003-dev.txt')
  if (!existsSync(corpus)) return { skipped: `${corpus} is not there` }
  const texts = sample(sentences(readFileSync(corpus, 'utf8')), most)

  const pages = await bundlePages()
  const requests = []
  const server = await serve({ pages, models: join(cache, 'models') }, requests)
  const { chromium } = await import('playwright-core')
  const browser = await chromium.launch({ executablePath, headless: true, args: FLAGS })
  try {
    const origin = `http://127.0.0.1:${server.address().port}`
    const open = async (name, ...load) => {
      const page = await browser.newPage()
      page.on('console', (message) => {
        // Optional files that a model does not have are asked for and not found.
        if (message.type() === 'error' && !message.text().includes('404'))
          console.error(`  ${name}: ${message.text()}`)
      })
      page.on('pageerror', (error) => console.error(`  ${name}: ${error}`))
      requests.length = 0
      await page.goto(`${origin}/pages/${name}.html`)
      await page.waitForFunction(() => typeof window.load === 'function')
      const info = await page.evaluate((args) => window.load(...args), load)
      // The first texts fetch what is loaded late, and warm up.
      await page.evaluate((some) => window.time(some), texts.slice(0, WARM_TEXTS))
      return { page, info, files: fetchedCode(requests) }
    }
    const model = (kind) => basename(modelPath('base', kind))
    const asyncify = '/pages/ort-wasm-simd-threaded.asyncify'
    const ours = await open('iobert', `/models/${model('float')}/`)
    const theirs = await open('transformers', model('onnx'), BROWSER.batch, {
      mjs: `${asyncify}.mjs`,
      wasm: `${asyncify}.wasm`,
    })
    const isolated = await ours.page.evaluate(() => window.crossOriginIsolated)
    if (isolated) throw new Error('The page is cross-origin isolated, so threads would differ')

    const labels = await both(ours, theirs, (page) =>
      page.evaluate((some) => window.labels(some), texts.slice(0, COMPARED_TEXTS)),
    )
    const agreed = agreement(...labels)
    const times = [[], []]
    for (let round = 0; round < rounds; round++) {
      for (const [index, { page }] of [ours, theirs].entries()) {
        await page.bringToFront()
        times[index].push(await page.evaluate((all) => window.time(all), texts))
      }
    }
    const rate = (list) => texts.length / (median(list) / 1000)
    const ratio = median(times[1]) / median(times[0])
    const [low, high] = spread(times[1], times[0])
    const { floor, target, batch } = BROWSER
    const size = (files) => files.reduce((sum, { bytes }) => sum + bytes, 0)
    return {
      browser: `Chromium ${browser.version()}`,
      count: texts.length,
      agreed,
      rows: [
        [
          `CoNLL dev sentences, BERT-base int8 (${ours.info.kernels})`,
          `transformers.js ${theirs.info.version} q8, WASM, batches of ${batch} padded`,
          rate(times[0]).toFixed(1),
          rate(times[1]).toFixed(1),
          `**${ratio.toFixed(2)}x** (${low.toFixed(2)} to ${high.toFixed(2)})`,
          `${floor}x`,
          `${target}x`,
          verdict(ratio, floor, target),
        ],
      ],
      sizes: {
        ours: size(ours.files),
        theirs: size(theirs.files),
        files: { ours: ours.files, theirs: theirs.files },
      },
    }
  } finally {
    await browser.close()
    server.close()
    server.closeAllConnections()
  }
}

async function both(ours, theirs, run) {
  return [await run(ours.page), await run(theirs.page)]
}

/** The words of each sentence with spaces between, in the corpus's order. */
function sentences(text) {
  return text
    .split(/\n\s*\n/)
    .map((block) =>
      block
        .split('\n')
        .map((line) => line.split(' ')[0])
        .filter((word) => word !== '' && word !== '-DOCSTART-'),
    )
    .filter((words) => words.length > 0)
    .map((words) => words.join(' '))
}

/** About `most` sentences: whole batches as they stand in the corpus, evenly spaced over it. */
function sample(texts, most) {
  const { batch } = BROWSER
  const wanted = Math.ceil(most / batch)
  const step = Math.max(1, texts.length / batch / wanted)
  const starts = Array.from({ length: wanted }, (_, index) => batch * Math.floor(index * step))
  return starts.flatMap((start) => texts.slice(start, start + batch))
}

/** Of the pieces that either side labels, the share that both label the same. */
function agreement(ours, theirs) {
  let same = 0
  let all = 0
  for (const [index, mine] of ours.entries()) {
    const other = new Set(theirs[index])
    same += mine.filter((label) => other.has(label)).length
    all += new Set([...mine, ...other].map((label) => label.split(' ')[0])).size
  }
  if (all === 0) throw new Error('Neither engine found an entity')
  if (same / all < 0.9)
    throw new Error(`Only ${same} of ${all} labelled pieces agree: this is not the same model`)
  return same / all
}

/** Each page as a bundler makes it of the published packages, minified; and the wasm that transformers.js asks for by URL. */
async function bundlePages() {
  const { build } = await import('esbuild')
  const packed = join(cache, 'package')
  const done = spawnSync(process.execPath, [join(root, 'tools/package/pack.mjs'), packed], {
    stdio: ['ignore', 2, 2],
  })
  if (done.status !== 0) throw new Error(`tools/package/pack.mjs ended with ${done.status ?? done.signal}`)
  const out = join(cache, 'pages')
  rmSync(out, { recursive: true, force: true })
  mkdirSync(out, { recursive: true })
  const shared = {
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    logLevel: 'error',
    legalComments: 'none',
  }
  await build({
    ...shared,
    entryPoints: [join(here, 'pages/iobert.mjs')],
    outdir: out,
    outExtension: { '.js': '.mjs' },
    splitting: true,
    alias: { iobert: join(packed, 'dist/index.js') },
  })
  await build({
    ...shared,
    entryPoints: [join(here, 'pages/transformers.mjs')],
    outfile: join(out, 'transformers.mjs'),
  })
  return [out, join(here, 'node_modules/@huggingface/transformers/node_modules/onnxruntime-web/dist')]
}

/** /pages/x.html, the bundles, and /models/...; ranges are answered, as a CDN does. No COOP or COEP: one thread each. */
export function serve({ pages, models }, requests) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost')
    const name = decodeURIComponent(pathname)
    if (name.split('/').includes('..')) return response.writeHead(403).end()
    if (name.startsWith('/pages/') && name.endsWith('.html')) {
      response.setHeader('content-type', TYPES['.html'])
      return response.end(
        `<!doctype html><script type="module" src="${name.replace('.html', '.mjs')}"></script>`,
      )
    }
    const folders = name.startsWith('/pages/') ? pages : name.startsWith('/models/') ? [models] : []
    const path = folders
      .map((folder) => join(folder, name.replace(/^\/[^/]*\//, '')))
      .find((one) => existsSync(one) && statSync(one).isFile())
    if (path === undefined) return response.writeHead(404).end()
    requests.push(path)
    const { size } = statSync(path)
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '')
    const start = range ? Number(range[1]) : 0
    const end = range?.[2] ? Math.min(Number(range[2]), size - 1) : size - 1
    const headers = {
      'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
      'content-length': end - start + 1,
      'accept-ranges': 'bytes',
    }
    response.writeHead(
      range ? 206 : 200,
      range ? { ...headers, 'content-range': `bytes ${start}-${end}/${size}` } : headers,
    )
    if (request.method === 'HEAD') return response.end()
    createReadStream(path, { start, end })
      .on('error', () => response.destroy())
      .pipe(response)
  })
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
}

function fetchedCode(paths) {
  return [...new Set(paths)]
    .filter((path) => CODE.includes(extname(path)))
    .map((path) => ({
      name: basename(path),
      bytes: gzipSync(readFileSync(path), { level: 9 }).length,
    }))
}
