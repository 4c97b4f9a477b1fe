// `npm run docs:test`: tests the built site (npm run docs builds it): its files, links, anchors and pictures,
// then in Chromium, light and dark, wide and narrow; its search; the instructions of "Get started"; the page
// of `iobert trace`. CHROMIUM names the browser; screenshots go to build/docs-screenshots.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkCopy } from '../../test/docs/browser/copy.mjs'
import { checkPage, checkPrograms } from '../../test/docs/browser/get-started.mjs'
import { checkSearch } from '../../test/docs/browser/search.mjs'
import { serve } from '../../test/docs/browser/serve.mjs'
import { checkTrace } from '../../test/docs/browser/trace.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const site = join(root, 'build/docs')
const tools = join(root, 'build/docs-tools')
const screenshots = join(root, 'build/docs-screenshots')
const chromium = process.env.CHROMIUM ?? '/usr/bin/chromium'
const flags =
  '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync'

let passed = 0
let failed = 0

async function check(name, body) {
  try {
    await body()
    passed++
  } catch (error) {
    failed++
    console.log(`FAILED: ${name}: ${error.message}`)
  }
}

function expect(condition, message) {
  if (!condition) throw new Error(message)
}

const decode = (text) =>
  text.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')

/** Every link and picture of a page, resolved against it; addresses elsewhere are not fetched. */
function targetsOf(name, html) {
  const targets = []
  for (const [, href] of html.matchAll(/\s(?:href|src)="([^"]*)"/g)) {
    const link = decode(href)
    if (/^[a-z]+:/i.test(link)) continue
    const [path, anchor] = link.split('#')
    targets.push({
      link,
      file: path === '' ? name : posix.join(posix.dirname(name), decodeURI(path)),
      anchor,
    })
  }
  return targets
}

function checkFiles(names) {
  const pages = new Map(names.map((name) => [name, readFileSync(join(site, name), 'utf8')]))
  const anchors = new Map(
    [...pages].map(([name, html]) => [
      name,
      new Set(Array.from(html.matchAll(/\sid="([^"]*)"/g), ([, id]) => decode(id))),
    ]),
  )
  const checks = []
  const titles = new Map()
  for (const [name, html] of pages) {
    checks.push(
      check(`links of ${name}`, () => {
        const broken = targetsOf(name, html).filter(({ file, anchor }) => {
          if (!existsSync(join(site, file))) return true
          return anchor && file.endsWith('.html') && !anchors.get(file)?.has(decodeURIComponent(anchor))
        })
        expect(broken.length === 0, `broken: ${[...new Set(broken.map(({ link }) => link))].join(', ')}`)
      }),
    )
    if (name.startsWith('api/')) continue
    checks.push(
      check(`text of ${name}`, () => {
        expect(/<html lang="en">/.test(html), 'no language')
        const [, title] = /<title>([^<]+)<\/title>/.exec(html)
        expect(!titles.has(title), `the title "${title}" is that of ${titles.get(title)} too`)
        titles.set(title, name)
        expect(/<h1/.test(html), 'no heading')
        expect(!/<!-- (source|computed|error)/.test(html), 'a comment of the generator is left')
        expect(!/\[object /.test(html), 'a value that is none')
      }),
    )
  }
  return Promise.all(checks)
}

/** Below a path, as many hosts serve it. */
const PREFIX = '/some/where'

/** playwright-core and axe-core, with a package.json of their own, so that they never enter the package's. */
function loadPlaywright() {
  if (!existsSync(join(tools, 'node_modules/axe-core'))) {
    mkdirSync(tools, { recursive: true })
    for (const file of ['package.json', 'package-lock.json'])
      cpSync(join(root, 'test/docs/browser', file), join(tools, file))
    const done = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
      cwd: tools,
      stdio: ['ignore', 2, 2],
    })
    if (done.status !== 0) throw new Error('npm ci of test/docs/browser/package.json failed')
  }
  return createRequire(join(tools, 'package.json'))('playwright-core')
}

/** Text and its ground as the page shows them, by WCAG's formula: at least 4.5 to be read. */
function leastContrast() {
  const parse = (color) => color.match(/[\d.]+/g).map(Number)
  const luminance = ([r, g, b]) =>
    [r, g, b]
      .map((v) => v / 255)
      .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
      .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0)
  /** What stands behind the text: each colour over those below it. */
  const ground = (element) => {
    const layers = []
    for (let at = element; at; at = at.parentElement) {
      const [r, g, b, alpha = 1] = parse(getComputedStyle(at).backgroundColor)
      layers.push([r, g, b, alpha])
      if (alpha === 1) break
    }
    const page = matchMedia('(prefers-color-scheme: dark)').matches ? [18, 18, 18] : [255, 255, 255]
    return layers.reduceRight(
      (below, [r, g, b, alpha]) => [r, g, b].map((v, i) => v * alpha + below[i] * (1 - alpha)),
      page,
    )
  }
  let least = { ratio: 21, text: '' }
  for (const element of document.querySelectorAll(
    'main :is(p, li, td, th, code, span, button, blockquote, a:not(.anchor), h1, h2), nav a',
  )) {
    if (!element.textContent.trim() || element.checkVisibility?.() === false) continue
    const [a, b] = [luminance(parse(getComputedStyle(element).color)), luminance(ground(element))].sort(
      (x, y) => y - x,
    )
    const ratio = (a + 0.05) / (b + 0.05)
    if (ratio < least.ratio) least = { ratio, text: element.textContent.slice(0, 40) }
  }
  return least
}

/** What axe finds, the colours aside, which are measured above. */
async function barriersOf() {
  const rules = { 'color-contrast': { enabled: false } }
  const { violations } = await globalThis.axe.run(document, { resultTypes: ['violations'], rules })
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(', ')}`)
}

async function checkInBrowser(names) {
  const { chromium: engine } = loadPlaywright()
  const server = await serve((path) => {
    const file = join(site, posix.normalize(path.slice(PREFIX.length)))
    return path.startsWith(`${PREFIX}/`) && existsSync(file) ? file : undefined
  })
  const base = `${server.origin}${PREFIX}/`
  const browser = await engine.launch({ executablePath: chromium, args: flags.split(' ') })
  mkdirSync(screenshots, { recursive: true })
  const views = [
    { label: 'light', colorScheme: 'light', viewport: { width: 1280, height: 900 } },
    { label: 'dark', colorScheme: 'dark', viewport: { width: 1280, height: 900 } },
    { label: 'phone', colorScheme: 'light', viewport: { width: 360, height: 740 } },
    { label: 'phone, dark', colorScheme: 'dark', viewport: { width: 390, height: 844 } },
  ]
  for (const { label, ...options } of views) {
    const context = await browser.newContext(options)
    const page = await context.newPage()
    const problems = []
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
    page.on('pageerror', (error) => problems.push(error.message))
    page.on(
      'response',
      (response) => response.status() >= 400 && problems.push(`${response.status()} ${response.url()}`),
    )
    page.on(
      'request',
      (request) =>
        !/^(data|blob):/.test(request.url()) &&
        !request.url().startsWith(base) &&
        problems.push(`asks for ${request.url()}`),
    )
    for (const name of names) {
      await check(`${name} in Chromium, ${label}`, async () => {
        problems.length = 0
        await page.goto(base + name)
        await page.addScriptTag({ path: join(tools, 'node_modules/axe-core/axe.min.js') })
        const { overflow, images } = await page.evaluate(() => ({
          overflow: document.documentElement.scrollWidth - innerWidth,
          images: Array.from(document.images, (image) => image.complete && image.naturalWidth > 0),
        }))
        expect(overflow <= 0, `is ${overflow} pixels wider than the window`)
        expect(images.every(Boolean), 'a picture is not shown')
        const { ratio, text } = await page.evaluate(leastContrast)
        expect(ratio >= 4.5, `contrast ${ratio.toFixed(2)} of "${text}"`)
        expect(problems.length === 0, problems.join('; '))
        const barriers = await page.evaluate(barriersOf)
        expect(barriers.length === 0, barriers.join('; '))
        await page.screenshot({
          path: join(screenshots, `${name.replace('.html', '')}-${label.replace(', ', '-')}.png`),
          fullPage: true,
        })
      })
    }
    if (label === 'phone') {
      await check('the menu opens on a phone', async () => {
        await page.goto(`${base}index.html`)
        await page.click('.menu summary')
        await page.click('.menu nav a[href="05-attention.html"]')
        expect((await page.textContent('h1')).includes('Attention'), 'the link leads elsewhere')
      })
    }
    await context.close()
  }
  const tell = { check, expect }
  await checkSearch(browser, { site, base, screenshots }, tell)
  await checkCopy(browser, { base }, tell)
  await checkPage(root, browser, tell)
  await checkTrace(root, browser, { leastContrast, screenshots }, tell)
  await browser.close()
  server.close()
}

if (!existsSync(join(site, 'index.html'))) {
  console.log('build/docs is missing: run npm run docs first')
  process.exit(1)
}
const all = readdirSync(site, { recursive: true })
  .map((name) => name.replaceAll('\\', '/'))
  .filter((name) => name.endsWith('.html'))
await checkFiles(all)
await check('the API reference names what is thrown, has all entries, and begins with them', () => {
  const page = (name) => readFileSync(join(site, 'api', name), 'utf8')
  const load = page('functions/iobert.loadRecognizer.html')
  for (const name of ['ModelFormatError', 'HubError', 'DownloadError'])
    expect(load.includes(`>${name}</a>`), `loadRecognizer does not say that it throws ${name}`)
  expect(!/\{(?:ModelFormat|Hub|Download)Error\}/.test(load), 'a class is left in braces')
  const first = page('index.html')
  for (const entry of ['iobert/rules', 'iobert/transformers', 'loadRecognizer', 'highlight'])
    expect(first.includes(entry), `the first page has no ${entry}`)
  expect(page('variables/iobert_transformers.pipeline.html').length > 0, 'pipeline is not there')
})
await checkPrograms(root, { check, expect })
const own = all.filter((name) => !name.includes('/'))
if (existsSync(chromium)) await checkInBrowser(own)
else {
  failed++
  console.log(`FAILED: there is no Chromium at ${chromium}: install Debian's chromium, or set CHROMIUM`)
}
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
