// How the demo looks in Chromium, on a phone and a wide screen, light and dark: axe finds nothing, nothing overflows.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { readText } from './bench.mjs'

const SIZES = { phone: { width: 360, height: 740 }, wide: { width: 1280, height: 900 } }

async function complaintsOf(bench, page) {
  await page.addScriptTag({ path: bench.axe }).catch(() => {})
  return page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { resultTypes: ['violations'] })
    return violations.map(
      ({ id, nodes }) =>
        `${id}: ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`).join(' | ')}`,
    )
  })
}

const look = (size, colorScheme) => [
  `looks: ${size}, ${colorScheme}: axe finds nothing, nothing overflows`,
  async (bench) => {
    // The checker is put into the page, which the page's policy does not let anybody else do.
    const { page } = await bench.ready(undefined, { viewport: SIZES[size], colorScheme, bypassCSP: true })
    await page.click('#inside summary')
    await page.waitForSelector('.chip')
    await page.click('#measure summary')
    await page.waitForSelector('#measure-view button')
    await page.check('[value=hub]')
    await page.focus('#text')
    await page.keyboard.press('Control+Home')
    await page.keyboard.press('ArrowRight')
    await page.waitForSelector('#tip')
    await page.screenshot({
      path: join(bench.folder, `screenshots/${size}-${colorScheme}.png`),
      fullPage: true,
    })
    assert.deepEqual(await complaintsOf(bench, page), [])
    const { scroll, client } = await page.evaluate(() => ({
      scroll: document.documentElement.scrollWidth,
      client: document.documentElement.clientWidth,
    }))
    assert.ok(scroll <= client, `${scroll} px wide on ${client} px`)
    // With an error, a progress bar and no text.
    await page.evaluate(() => {
      for (const id of ['run', 'loading', 'drop']) document.getElementById(id).hidden = false
      document.getElementById('problem').textContent = 'Something is wrong'
    })
    assert.deepEqual(await complaintsOf(bench, page), [])
    // The sheet lies under the field, letter on letter.
    for (const text of [
      '',
      'a\n',
      'word '.repeat(300),
      `${'x'.repeat(500)}\n\n`,
      'Berlin\tParis\n\n\nLondon\n',
    ]) {
      await readText(page, text)
      const heights = await page.evaluate(() => {
        const field = document.getElementById('text')
        const sheet = document.getElementById('backdrop')
        return [field.scrollHeight, sheet.offsetHeight, field.clientWidth, sheet.clientWidth]
      })
      assert.deepEqual(
        heights.slice(0, 2),
        [heights[1], heights[0]],
        `heights for ${JSON.stringify(text.slice(0, 20))}`,
      )
      assert.equal(heights[2], heights[3])
    }
  },
]

export const tests = [
  look('phone', 'light'),
  look('phone', 'dark'),
  look('wide', 'light'),
  look('wide', 'dark'),
]
