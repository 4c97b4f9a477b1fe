/**
 * The search of the site, by keyboard alone, on a server below a path and from the disk, in a wide window and
 * on a phone.
 */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

export async function checkSearch(browser, { site, base, screenshots }, { check, expect }) {
  const places = { 'a server': base, 'the disk': pathToFileURL(`${site}/`).href }
  const sizes = { wide: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } }
  for (const [place, start] of Object.entries(places)) {
    for (const [size, viewport] of Object.entries(sizes)) {
      await check(`search on ${place}, ${size}`, async () => {
        const page = await browser.newPage({ viewport, colorScheme: size === 'phone' ? 'dark' : 'light' })
        await page.goto(`${start}05-attention.html`)
        await page.keyboard.press('/')
        await page.keyboard.type('viterbi')
        await page.waitForSelector('#search ol a')
        await page.screenshot({ path: join(screenshots, `search-${place.split(' ')[1]}-${size}.png`) })
        expect(
          /^\d+ sections?$/.test(await page.textContent('#search [role=status]')),
          'the number is not told',
        )
        const { left, right } = await page.$eval('#search ol', (list) =>
          list.getBoundingClientRect().toJSON(),
        )
        expect(left >= 0 && right <= viewport.width, `the results go from ${left} to ${right}`)
        const results = await page.$$eval('#search ol a', (all) => all.map(({ href }) => href))
        expect(
          results.some((href) => href.includes('09-logits-to-entities.html#')),
          `finds ${results.join(', ')}`,
        )
        await page.keyboard.press('ArrowDown')
        await page.keyboard.press('ArrowDown')
        await page.keyboard.press('Enter')
        await page.waitForURL(results[1])
        expect(
          await page.evaluate(() => document.querySelector(':target') !== null),
          'there is no such section',
        )
        // Words that stand nowhere, then none.
        await page.keyboard.press('/')
        await page.keyboard.type('qqqxyz')
        await page.waitForFunction(
          () => document.querySelector('#search [role=status]').textContent === '0 sections',
        )
        await page.keyboard.press('Escape')
        expect((await page.textContent('#search [role=status]')) === '', 'the number stays')
        await page.close()
      })
    }
  }
  await check('search from a page of source', async () => {
    const page = await browser.newPage()
    await page.goto(`${base}source/src/model/bert.ts.html`)
    await page.fill('#search input', 'max_length')
    await page.waitForSelector('#search ol a')
    await page.keyboard.press('Enter')
    await page.waitForURL((url) => !url.pathname.includes('/source/'))
    expect((await page.textContent('h1')).length > 2, 'the result leads to no page')
    await page.close()
  })
}
