/** The page that `iobert trace --html` writes, in four windows. */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const TEXT =
  'Angela Merkel met Tim Cook of Apple in Llanfairpwllgwyngyll, where the Rhinelander Oberbürgermeisterin lives.'
const SIZES = { wide: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } }

/** @param options  `leastContrast` is run on the page; `screenshots` is a folder */
export async function checkTrace(root, browser, { leastContrast, screenshots }, { check, expect }) {
  const { stdout, stderr } = spawnSync(process.execPath, ['dist/cli/main.js', 'trace', '--html', TEXT], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  })
  const file = join(screenshots, 'trace.html')
  writeFileSync(file, stdout)
  for (const [size, viewport] of Object.entries(SIZES)) {
    for (const colorScheme of ['light', 'dark']) {
      await check(`iobert trace --html, ${size}, ${colorScheme}`, async () => {
        expect(stdout.length > 1e4, stderr)
        const page = await browser.newPage({ viewport, colorScheme })
        const problems = []
        page.on('pageerror', ({ message }) => problems.push(message))
        await page.goto(pathToFileURL(file).href)
        await page.screenshot({ path: join(screenshots, `trace-${size}-${colorScheme}.png`), fullPage: true })
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
        expect(overflow <= 0, `is ${overflow} pixels wider than the window`)
        const { ratio, text } = await page.evaluate(leastContrast)
        expect(ratio >= 4.5, `contrast ${ratio.toFixed(2)} of "${text}"`)
        // A head, then a piece, by keys.
        await page.focus('.maps button')
        await page.keyboard.press('Enter')
        expect(/^Layer 1, head 1/.test(await page.textContent('#told')), 'the head was not chosen')
        await page.focus('#pieces > :nth-child(3)')
        expect(
          /where \u2068(Merkel|Me)\u2069 looks/.test(await page.textContent('#told')),
          await page.textContent('#told'),
        )
        expect(problems.length === 0, problems.join('; '))
        await page.close()
      })
    }
  }
}
