// Runs the comparison of runtimes in Chromium and Firefox.
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hasChromium, hasFirefox, launchChromium, launchWithExtension, openFirefox } from './browsers.mjs'
import { ISOLATED, STRICT, serveSite } from './site.mjs'

const WORKER = '/iobert/dist/worker.js'

/** Pages: how they are served, what they ask for and what they must get. */
const PAGES = [
  ['isolated', ISOLATED, { threads: 2 }, { threads: 2 }],
  ['not isolated', {}, {}, { threads: 1 }],
  ['isolated, strict CSP', { ...ISOLATED, ...STRICT }, { threads: 2, worker: WORKER }, { threads: 2 }],
  ['strict CSP', STRICT, { worker: WORKER }, { threads: 1 }],
  ['strict CSP, inline', STRICT, { inline: true }, { threads: 1 }],
]

function pageUrl(origin, options) {
  const query = new URLSearchParams({ model: 'null', options: JSON.stringify(options) })
  return `${origin}/runtimes/page.html?${query}`
}

/** @returns `[name, test]` for each page and the extension */
export function browserRuns(folder, compare) {
  const folders = {
    '/iobert/': join(folder, 'node_modules/iobert/'),
    '/runtimes/': join(folder, 'runtimes/'),
  }
  const withSite = async (headers, body) => {
    const site = await serveSite(folders, headers)
    try {
      return await body(site)
    } finally {
      site.close()
    }
  }
  const inChromium = (headers, options) =>
    withSite(headers, async (site) => {
      const browser = await launchChromium(folder)
      try {
        const page = await browser.newPage()
        await page.goto(pageUrl(site.origin, options))
        return await site.outcome()
      } finally {
        await browser.close()
      }
    })
  const inFirefox = (headers, options) =>
    withSite(headers, async (site) => {
      const firefox = openFirefox(pageUrl(site.origin, options))
      try {
        return await site.outcome()
      } finally {
        await firefox.close()
      }
    })
  const chromium = (test) => () => (hasChromium() ? test() : { skipped: '/usr/bin/chromium is not there' })
  const firefox = (test) => () => (hasFirefox() ? test() : { skipped: '/usr/bin/firefox-esr is not there' })
  const runs = []
  for (const [browser, guard, open] of [
    ['Chromium', chromium, inChromium],
    ['Firefox', firefox, inFirefox],
  ]) {
    // In Firefox one page of each kind: the whole run is to stay under ten minutes.
    for (const [name, headers, options, wanted] of browser === 'Firefox'
      ? [PAGES[0], PAGES[3], PAGES[4]]
      : PAGES) {
      runs.push([`${browser} ${name}`, guard(async () => compare(await open(headers, options), wanted))])
    }
    const blocked = async () => {
      const { error } = await open(STRICT, {})
      if (!/Content-Security-Policy forbids blob workers, pass \{ worker/.test(error ?? '')) {
        throw new Error(`Expected an error about blob workers, not ${error}`)
      }
      return 'says what to do'
    }
    runs.push([`${browser} strict CSP without the worker option`, guard(blocked)])
  }
  const extension = () =>
    withSite({}, async (site) => compare(await inExtension(folder, site), { threads: 1 }))
  runs.push(['Chromium MV3 extension', chromium(extension)])
  return runs
}

/** The extension of examples/extension, with the package and the suite inside it: no remote code. */
async function inExtension(folder, site) {
  const unpacked = join(folder, 'extension')
  rmSync(unpacked, { recursive: true, force: true })
  mkdirSync(unpacked, { recursive: true })
  cpSync(join(folder, 'runtimes/extension'), unpacked, { recursive: true })
  cpSync(join(folder, 'node_modules/iobert'), join(unpacked, 'iobert'), { recursive: true })
  for (const name of ['smoke.mjs', 'texts.mjs']) cpSync(join(folder, 'runtimes', name), join(unpacked, name))
  writeFileSync(join(unpacked, 'where.json'), JSON.stringify(`${site.origin}/outcome`))
  const { close } = await launchWithExtension(folder, unpacked)
  try {
    return await site.outcome()
  } finally {
    await close()
  }
}
