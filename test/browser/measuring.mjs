/** How fast the browser is, measured in the page. */
import assert from 'node:assert/strict'
import { SHARE_HEADER } from '../../dist/cli/bench-report.js'

const cells = (line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, ''))

export const tests = [
  [
    'measuring: a row for the table of other machines, fetched when it is asked for, and cancelled at once',
    async (bench) => {
      const asked = []
      const { page } = await bench.ready(
        { onRequest: (path) => asked.push(path) },
        { serviceWorkers: 'block' },
      )
      bench.forgive(/Service Worker registration blocked/)
      assert.ok(!asked.some((path) => path.startsWith('/measure-')), `${asked}`)
      await page.click('#measure summary')
      await page.click('#measure-view button.primary')
      await page.waitForFunction(() => document.querySelector('#measure-view progress').value > 0)
      await page.click('#measure-view button.primary')
      await page.waitForFunction(
        () => document.getElementById('status').textContent === 'The measuring was cancelled',
      )
      assert.ok(await page.isHidden('#measure-view pre'))
      await page.click('#measure-view button.primary')
      await page.waitForSelector('#measure-view pre')
      const [header, ruler, row, ...more] = (await page.textContent('#measure-view pre'))
        .trimEnd()
        .split('\n')
      assert.equal(header, SHARE_HEADER)
      assert.match(ruler, /^\|( --- \|)+$/)
      assert.deepEqual(more, [])
      const found = cells(row)
      assert.equal(found.length, cells(SHARE_HEADER).length)
      const [, engine, version, model, kernels, ...rest] = found
      assert.match(engine, bench.name === 'firefox' ? /^Firefox \d/ : /Chrome \d/)
      assert.match(version, /^\d+\.\d+\.\d+/)
      assert.equal(model, 'the model that ships, int8')
      assert.match(kernels, /^(simd|relaxed)$/)
      for (const figure of rest.slice(0, 5)) assert.ok(Number(figure) > 0, row)
      assert.match(rest[5], /^[\d.]+ \(\d+\)$|^–$/)
      return row
    },
    { firefox: true },
  ],
]
