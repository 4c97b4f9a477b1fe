/**
 * The set-up of the browser tests: Debian's Chromium or Firefox, the built page on local servers, and a
 * record of its errors.
 */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { buildDemo } from '../../examples/browser/build.mjs'
import { serveFolder } from '../../examples/browser/serve.mjs'

const FLAGS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
]
/** How each is started. Firefox as it is, without patches, speaks WebDriver BiDi. */
export const BROWSERS = {
  chromium: { executablePath: '/usr/bin/chromium', args: FLAGS },
  firefox: { executablePath: '/usr/bin/firefox-esr', channel: 'moz-firefox' },
}
/** Loading and recognising may take this long on a busy machine. */
export const PATIENCE = 60_000

/** @param folder  where the packages of package.json are installed; @param name  of BROWSERS */
export async function openBench(folder, name = 'chromium') {
  const require = createRequire(join(folder, 'package.json'))
  const playwright = require('playwright-core')
  const site = await buildDemo(join(folder, 'site'))
  const browser = await playwright[name].launch(BROWSERS[name])
  const open = []
  let complaints = []

  return {
    name,
    folder,
    site,
    axe: require.resolve('axe-core/axe.min.js'),
    /** The page on a server of its own; `options` are the server's. */
    async serve(options) {
      const server = await serveFolder(site, options)
      open.push(server)
      return server
    },
    async context(options = {}) {
      const context = await browser.newContext(options)
      context.setDefaultTimeout(PATIENCE)
      await context.addInitScript(() => {
        document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
          console.error(`Policy ${violatedDirective} blocked ${blockedURI}`),
        )
      })
      open.push(context)
      return context
    },
    /** A page of that address; errors on it fail the test. */
    async page(context, url) {
      const page = await context.newPage()
      page.on('pageerror', ({ message }) => complaints.push(message))
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text())
      })
      await page.goto(url)
      return page
    },
    /** A page that has loaded the model and read the sample. */
    async ready(serverOptions, contextOptions) {
      const server = await this.serve(serverOptions)
      const context = await this.context(contextOptions)
      const page = await this.page(context, server.origin)
      await modelLoaded(page)
      await page.waitForSelector('mark')
      return { server, context, page }
    },
    /** Errors of pages that the test expects. */
    forgive(pattern) {
      complaints = complaints.filter((complaint) => !pattern.test(complaint))
    },
    /** Closes what a test opened. @throws where a page complained */
    async finish() {
      for (const one of open.splice(0).reverse()) await one.close()
      const told = complaints
      complaints = []
      if (told.length > 0) throw new Error(`The page complained: ${told.join('; ')}`)
    },
    close: () => browser.close(),
  }
}

/** Waits for the model that is being loaded; gives what the page says of it. */
export async function modelLoaded(page, words = '') {
  await page.waitForFunction(
    (wanted) => {
      const text = document.getElementById('model-name').textContent
      return text.includes('loaded in') && text.includes(wanted) && document.getElementById('loading').hidden
    },
    words,
    { timeout: PATIENCE },
  )
  return page.textContent('#model-name')
}

/** Puts a text in, as pasting does, and waits until it was read. */
export async function readText(page, text) {
  await page.fill('#text', text)
  await readingDone(page)
}

/** Waits until nothing is being read: the figures have not changed for a while and no progress is shown. */
export async function readingDone(page) {
  const look = () =>
    page.evaluate(() => document.getElementById('run').hidden && document.querySelector('main').textContent)
  let before = false
  const started = performance.now()
  while (performance.now() - started < PATIENCE) {
    const now = await look()
    if (now !== false && now === before) return
    before = now
    await page.waitForTimeout(400)
  }
  throw new Error('The text was not read to its end')
}

/** The names that are marked in the text: `['PER', 'Angela Merkel']`. */
export function marks(page) {
  return page.$$eval('mark', (all) => all.map((mark) => [mark.dataset.type, mark.textContent]))
}
