// The demo's models in Chromium: the shipped one, a folder of the visitor's, one of the Hub, GLiNER with the
// visitor's types.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { marks, modelLoaded, readText } from './bench.mjs'

const goldens = fileURLToPath(new URL('../goldens/models/', import.meta.url))
const weights = fileURLToPath(new URL('../../weights/', import.meta.url))
const MODEL_FILES = ['config.json', 'vocab.txt', 'model.safetensors']

/** A file of 0 bytes a time and its name, for the browser. */
function filesOf(folder, names) {
  return names.map((name) => ({ name, bytes: [...readFileSync(join(folder, name))] }))
}

/** Drops files on the page as the user does; a name per file. */
async function drop(page, files) {
  const transfer = await page.evaluateHandle((given) => {
    const data = new DataTransfer()
    for (const { name, bytes } of given) data.items.add(new File([new Uint8Array(bytes)], name))
    return data
  }, files)
  await page.dispatchEvent('#text', 'dragover', { dataTransfer: transfer })
  assert.ok(await page.isVisible('#drop'))
  await page.dispatchEvent('#text', 'drop', { dataTransfer: transfer })
  assert.ok(await page.isHidden('#drop'))
}

/** A golden text in which the model of the folder finds something, as the library does in Node. */
async function someFound(folder) {
  const { loadGliner } = await import('../../dist/node.js')
  const gliner = await loadGliner(folder, { inline: true })
  try {
    for (const line of readFileSync(join(folder, 'found.jsonl'), 'utf8').trimEnd().split('\n')) {
      const { text, types: given } = JSON.parse(line)
      const types = [...new Set(given.map((type) => type.trim()))]
      const { entities } = await gliner.find(text, types)
      if (entities.length > 0 && !text.includes('\r')) return { text, types, count: entities.length }
    }
    throw new Error(`The model of ${folder} finds nothing in its texts`)
  } finally {
    gliner.dispose()
  }
}

async function startFakeHub(folder) {
  const outfile = join(folder, 'hub-server.mjs')
  const source = fileURLToPath(new URL('../hub/hub-server.ts', import.meta.url))
  await build({ entryPoints: [source], outfile, bundle: true, format: 'esm', platform: 'node' })
  const { startHub } = await import(outfile)
  return startHub()
}

export const tests = [
  [
    'models: two threads on an isolated page, as many as are chosen',
    async (bench) => {
      const { page } = await bench.ready()
      assert.match(
        await page.textContent('#model-name'),
        /^iobert-small · 22 million weights · int8, 23 MB · (simd|relaxed) · 2 threads/,
      )
      assert.match(await page.textContent('#threads-note'), /is cross-origin isolated/)
      await page.selectOption('#threads', '1')
      await page.click('#model-form [type=submit]')
      await modelLoaded(page, '1 thread ')
      await readText(page, 'Anna lives in Oslo.')
      assert.deepEqual(await marks(page), [
        ['PER', 'Anna'],
        ['LOC', 'Oslo'],
      ])
      assert.match(await page.textContent('#figure-memory'), /^\d+ MB$/)
      assert.match(await page.textContent('#figure-tokens'), /^\d+$/)
      assert.match(await page.textContent('#figure-time'), /^\d+ ms$/)
      assert.match(await page.textContent('#figure-speed'), /^[\d,]+ \/ s$/)
    },
  ],
  [
    'models: one thread where the page is not isolated, and it says so',
    async (bench) => {
      const { page } = await bench.ready({ headers: {} }, { serviceWorkers: 'block' })
      assert.equal(await page.evaluate(() => crossOriginIsolated), false)
      assert.match(await page.textContent('#model-name'), /· 1 thread ·/)
      assert.match(await page.textContent('#threads-note'), /is not cross-origin isolated/)
      assert.ok(await page.isDisabled('#threads'))
      assert.match(await page.textContent('#offline-note'), /needs the network/)
      bench.forgive(/Service Worker registration blocked/)
    },
  ],
  [
    'models: threads on a host without headers, by the service worker',
    async (bench) => {
      const { page } = await bench.ready({ headers: {} })
      assert.match(await page.textContent('#model-name'), /· 1 thread ·/)
      await page.click('#isolate')
      await modelLoaded(page, '2 threads')
      assert.equal(await page.evaluate(() => crossOriginIsolated), true)
      assert.ok(await page.isHidden('#isolate'))
    },
  ],
  [
    'models: dropped files, then a file that is wrong',
    async (bench) => {
      const { page } = await bench.ready()
      await drop(page, filesOf(join(goldens, 'plain'), MODEL_FILES))
      assert.match(await modelLoaded(page, 'your files'), /int8/)
      await page.selectOption('#precision', 'float32')
      await page.click('#model-form [type=submit]')
      await modelLoaded(page, 'float32')
      const before = await page.textContent('#model-name')
      const files = filesOf(join(goldens, 'plain'), MODEL_FILES)
      files[2].bytes = files[2].bytes.slice(0, -7)
      await drop(page, files)
      await page.waitForSelector('#problem:not(:empty)')
      assert.match(await page.textContent('#problem'), /model\.safetensors.*cut short/)
      assert.equal(await page.textContent('#model-name'), before)
      await readText(page, 'It still reads.')
      await drop(page, [files[0]])
      await page.waitForFunction(() =>
        /vocab|safetensors/.test(document.getElementById('problem').textContent),
      )
    },
  ],
  [
    'models: chosen files, and a dropped text',
    async (bench) => {
      const { page } = await bench.ready()
      await page.check('[value=files]')
      await page.setInputFiles(
        '#files',
        [...MODEL_FILES, 'tokenizer_config.json'].map((name) => join(weights, name)),
      )
      await page.click('#model-form [type=submit]')
      await modelLoaded(page, 'your files')
      await drop(page, [{ name: 'note.txt', bytes: [...Buffer.from('Anna lives in Oslo.')] }])
      await page.waitForFunction(() => document.querySelectorAll('mark').length === 2)
      assert.equal(await page.inputValue('#text'), 'Anna lives in Oslo.')
    },
  ],
  [
    'models: of GLiNER, with a field for types that another model takes away',
    async (bench) => {
      const { page } = await bench.ready()
      assert.equal(await page.$('#own-types'), null)
      const folder = join(goldens, '../gliner/bert')
      const names = ['gliner_config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors']
      await drop(page, filesOf(folder, names))
      await modelLoaded(page, 'your files')
      const { text, types, count } = await someFound(folder)
      await page.selectOption('#split', '')
      await page.fill('#own-types', types.join(','))
      await page.fill('#text', text)
      await page.waitForFunction((wanted) => document.querySelectorAll('mark').length === wanted, count)
      await page.fill('#own-types', ' , ')
      await page.waitForFunction(() => document.querySelectorAll('mark').length === 0)
      await page.check('[value=shipped]')
      await page.click('#model-form [type=submit]')
      await modelLoaded(page, 'iobert-small')
      assert.equal(await page.$('#own-types'), null)
    },
  ],
  [
    'models: one from the Hub, kept for the next time',
    async (bench) => {
      const hub = await startFakeHub(bench.folder)
      try {
        const folder = join(goldens, 'plain')
        const files = new Map(
          MODEL_FILES.map((name) => [name, new Uint8Array(readFileSync(join(folder, name)))]),
        )
        const commit = '0123456789abcdef0123456789abcdef01234567'
        hub.repositories.set('owner/model', { commit, files, large: new Set(['model.safetensors']) })
        const { page, context } = await bench.ready(undefined, { serviceWorkers: 'block' })
        await context.route('https://huggingface.co/**', async (route) => {
          const { pathname, search } = new URL(route.request().url())
          const answer = await fetch(hub.endpoint + pathname + search, {
            headers: await route.request().allHeaders(),
          })
          const headers = Object.fromEntries(answer.headers)
          delete headers['content-encoding']
          await route.fulfill({
            status: answer.status,
            headers: { ...headers, 'access-control-allow-origin': '*', 'access-control-expose-headers': '*' },
            body: Buffer.from(await answer.arrayBuffer()),
          })
        })
        await page.check('[value=hub]')
        await page.fill('#hub-id', 'owner/model')
        await page.selectOption('#precision', 'float32')
        await page.click('#model-form [type=submit]')
        await modelLoaded(page, 'owner/model')
        const sent = hub.bytesOf('model.safetensors')
        assert.ok(sent > 0)
        await page.selectOption('#precision', 'int8')
        await page.click('#model-form [type=submit]')
        await modelLoaded(page, 'int8')
        assert.equal(hub.bytesOf('model.safetensors'), sent, 'the weights were downloaded again')
        await page.fill('#hub-id', 'owner/none')
        await page.click('#model-form [type=submit]')
        await page.waitForSelector('#problem:not(:empty)')
        assert.match(await page.textContent('#problem'), /no model owner\/none/)
        await page.fill('#hub-id', 'none')
        await page.click('#model-form [type=submit]')
        assert.match(await page.textContent('#problem'), /owner\/name/)
        bench.forgive(/Service Worker registration blocked|status of 40[14]/)
      } finally {
        await hub.close()
      }
    },
  ],
  [
    'models: loading shows progress and can be cancelled',
    async (bench) => {
      const { page, context } = await bench.ready(undefined, { serviceWorkers: 'block' })
      const before = await page.textContent('#model-name')
      const client = await context.newCDPSession(page)
      await client.send('Network.enable')
      const speed = { offline: false, latency: 0, downloadThroughput: 4e6, uploadThroughput: 1e6 }
      await client.send('Network.emulateNetworkConditions', speed)
      await client.send('Network.setCacheDisabled', { cacheDisabled: true })
      await page.click('#model-form [type=submit]')
      const seen = new Set()
      while (seen.size < 5) {
        const value = await page.$eval('#load-progress', (bar) => (bar.hasAttribute('value') ? bar.value : 0))
        if (value > 0) seen.add(value)
        await page.waitForTimeout(60)
      }
      assert.deepEqual(
        [...seen],
        [...seen].sort((one, other) => one - other),
      )
      assert.match(await page.textContent('#load-text'), /^Downloaded [\d.]+ MB of 22 MB$/)
      await page.click('#cancel')
      await page.waitForSelector('#loading', { state: 'hidden' })
      assert.equal(await page.textContent('#model-name'), before)
      await client.send('Network.emulateNetworkConditions', { ...speed, downloadThroughput: -1 })
      // The same model in the same time has the same name: what tells is that it is written anew.
      await page.evaluate(() => {
        const observer = new MutationObserver(() => {
          window.renamed = true
        })
        observer.observe(document.getElementById('model-name'), { childList: true, subtree: true })
      })
      await page.click('#model-form [type=submit]')
      await page.waitForFunction(() => window.renamed)
      bench.forgive(/Service Worker registration blocked/)
    },
  ],
]
