/** The README's page, unchanged, from a folder of files in Chromium. */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hasChromium, launchChromium } from '../runtimes/browsers.mjs'
import { serveSite } from '../runtimes/site.mjs'

/** @returns `[name, test]` */
export function readmePageRun(folder, readme) {
  return [
    "the README's page",
    async () => {
      if (!hasChromium()) return { skipped: '/usr/bin/chromium is not there' }
      const html = /^```html\n([\s\S]*?)^```$/m.exec(readFileSync(readme, 'utf8'))[1]
      const site = join(folder, 'site')
      rmSync(site, { recursive: true, force: true })
      mkdirSync(site, { recursive: true })
      cpSync(join(folder, 'node_modules/iobert'), join(site, 'iobert'), { recursive: true })
      writeFileSync(join(site, 'index.html'), html)
      const server = await serveSite({ '/': `${site}/` })
      const browser = await launchChromium(folder)
      try {
        const page = await browser.newPage()
        const elsewhere = []
        page.on('request', (request) => {
          const url = request.url()
          if (!url.startsWith(server.origin) && !url.startsWith('blob:')) elsewhere.push(url)
        })
        await page.goto(server.origin)
        await page.locator('mark').first().waitFor({ timeout: 60_000 })
        const marked = await page.locator('mark').allTextContents()
        const wanted = 'Angela Merkel PER, Tim Cook PER, Apple ORG, Berlin LOC'
        if (marked.join(', ') !== wanted) throw new Error(`marked ${marked.join(', ')}, expected ${wanted}`)
        if (elsewhere.length > 0) throw new Error(`it asked ${elsewhere.join(', ')}`)
        return marked.join(', ')
      } finally {
        await browser.close()
        server.close()
      }
    },
  ]
}
