// The demo under a strict content security policy, the bytes of its code, and its folder of static files.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { ISOLATION, POLICY } from '../../examples/browser/serve.mjs'

/** Bytes of code that a page should not need, compressed as servers do, the model left out. No bound; more is told. */
const WARN_ABOVE = 80_000

export const tests = [
  [
    'policy: no inline code, no blobs, nothing from elsewhere',
    async (bench) => {
      const html = readFileSync(join(bench.site, 'index.html'), 'utf8')
      const own = /Content-Security-Policy" content="([^"]+)"/.exec(html)[1]
      assert.match(own, /script-src 'self' 'wasm-unsafe-eval';.*worker-src 'self';/)
      assert.equal(POLICY['content-security-policy'], `${own}; frame-ancestors 'none'`)
      // By the page's own policy alone, and by the server's.
      for (const headers of [ISOLATION, { ...ISOLATION, ...POLICY }]) {
        const server = await bench.serve({ headers })
        const context = await bench.context()
        const elsewhere = []
        context.on('request', (request) => {
          if (!request.url().startsWith(server.origin)) elsewhere.push(request.url())
        })
        const page = await bench.page(context, server.origin)
        await page.waitForSelector('mark')
        await page.click('#inside summary')
        await page.waitForSelector('.chip')
        assert.deepEqual(elsewhere, [])
        assert.ok(await page.evaluate(() => crossOriginIsolated))
      }
      // Violations reach the console, where `finish` finds them; that they do is seen here.
      const { page } = await bench.ready()
      await page.evaluate(() =>
        document.body.append(Object.assign(document.createElement('script'), { text: '1' })),
      )
      await page.waitForTimeout(100)
      await assert.rejects(bench.finish(), /Policy script-src-elem blocked inline/)
    },
  ],
  [
    'policy: the code for the first recognition is told',
    async (bench) => {
      const asked = new Set()
      const onRequest = (path) => asked.add(path === '/' ? '/index.html' : path)
      await bench.ready({ onRequest }, { serviceWorkers: 'block' })
      bench.forgive(/Service Worker registration blocked/)
      asked.add('/service-worker.js')
      // Which build of the kernels is fetched, the engine says; counted is the larger.
      for (const name of asked) if (name.startsWith('/simd-')) asked.delete(name)
      for (const name of readdirSync(bench.site)) if (name.startsWith('relaxed-int8-')) asked.add(`/${name}`)
      const sizes = [...asked]
        .filter((path) => !path.startsWith('/weights/'))
        .map((path) => [path.slice(1), gzipSync(readFileSync(join(bench.site, path))).length])
        .sort((one, other) => other[1] - one[1])
      const total = sizes.reduce((sum, [, size]) => sum + size, 0)
      const told = sizes.map(([name, size]) => `${name} ${size}`).join(', ')
      assert.ok(
        sizes.filter(([name]) => name.startsWith('relaxed-int8-')).length === 1 && sizes.length > 6,
        told,
      )
      const warning = total > WARN_ABOVE ? `WARNING, more than ${WARN_ABOVE}: ` : ''
      return `${warning}${total} bytes: ${told}`
    },
  ],
  [
    'policy: one folder of static files, each within it',
    async (bench) => {
      const names = readdirSync(bench.site, { recursive: true })
      for (const name of names.filter((name) => /\.(js|css|html)$/.test(name))) {
        const text = readFileSync(join(bench.site, name), 'utf8')
        assert.doesNotMatch(text, /(src|href)="(https?:)?\/\//, name)
        assert.doesNotMatch(text, /sourceMappingURL/, name)
      }
      // Below a path, as many hosts serve it.
      const server = await bench.serve({ prefix: '/some/where' })
      const page = await bench.page(await bench.context(), `${server.origin}/some/where/`)
      await page.waitForSelector('mark')
    },
  ],
]
