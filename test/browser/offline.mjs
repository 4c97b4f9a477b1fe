// The demo works again without a connection once its files have been fetched.
import assert from 'node:assert/strict'
import { modelLoaded, readText } from './bench.mjs'

export const tests = [
  [
    'offline after the first visit, with every view; the model is downloaded once',
    async (bench) => {
      const asked = []
      const { server, context, page } = await bench.ready({ onRequest: (path) => asked.push(path) })
      assert.equal(asked.filter((path) => path.endsWith('model.safetensors')).length, 1)
      assert.match(await page.textContent('#offline-note'), /work without a network/)
      await page.waitForFunction(async () => {
        const kept = await caches.match(new URL('weights/model.safetensors', document.baseURI))
        return kept !== undefined
      })
      await page.close()
      server.close()
      const again = await bench.page(context, `${server.origin}/?from=bookmark`)
      await modelLoaded(again, '2 threads')
      await readText(again, 'Anna lives in Oslo.')
      assert.equal(await again.locator('mark').count(), 2)
      await again.click('#inside summary')
      await again.waitForSelector('.chip')
      await again.click('#long-sample')
      await again.waitForFunction(() => document.querySelectorAll('mark').length > 100)
      bench.forgive(
        /Failed to update a ServiceWorker|ERR_CONNECTION_REFUSED|An unknown error occurred when fetching the script/,
      )
    },
  ],
  [
    'offline: an interrupted download is not kept as the model',
    async (bench) => {
      const server = await bench.serve()
      const context = await bench.context()
      const page = await bench.page(context, server.origin)
      await page.waitForFunction(() =>
        /^Downloaded [1-9]/.test(document.getElementById('load-text').textContent),
      )
      await page.close()
      const again = await bench.page(context, server.origin)
      await modelLoaded(again)
      await readText(again, 'Anna lives in Oslo.')
      assert.equal(await again.locator('mark').count(), 2)
    },
  ],
]
