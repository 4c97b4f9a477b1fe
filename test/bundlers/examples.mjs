/** The examples as they stand, run against the packed package. */
import { cpSync, mkdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { hasChromium, launchChromium } from '../runtimes/browsers.mjs'
import { binaries, folder, run } from '../runtimes/install.mjs'
import { ISOLATED, serveSite } from '../runtimes/site.mjs'

const example = (name) => join(folder, 'examples', name)
const weights = join(folder, 'node_modules/iobert/weights')
const EXPECTED = ['Angela Merkel', 'Tim Cook', 'Berlin']

function check(output) {
  for (const name of EXPECTED)
    if (!output.includes(name)) throw new Error(`${name} is missing in:\n${output}`)
  return 'as its README says'
}

/** @returns `[name, test]` */
export function exampleRuns() {
  const permissions = ['--allow-read', '--allow-env', '--allow-sys']
  return [
    ['example node', () => check(run(process.execPath, [example('node/recognize.mjs')]))],
    [
      'example deno',
      () => {
        // Its deno.json takes the package from the registry; here it is the packed one.
        rmSync(example('deno/deno.json'), { force: true })
        const args = ['run', ...permissions, example('deno/recognize.ts')]
        return check(run(binaries.deno, args, { cwd: folder }))
      },
    ],
    ['example bun', () => check(run(binaries.bun, [example('bun/recognize.ts')], { cwd: folder }))],
    [
      'example vite',
      async () => {
        if (!hasChromium()) return { skipped: '/usr/bin/chromium is not there' }
        const { build } = await import(
          pathToFileURL(createRequire(join(folder, 'package.json')).resolve('vite')).href
        )
        const out = join(folder, 'bundles/example-vite')
        rmSync(out, { recursive: true, force: true })
        mkdirSync(join(example('vite'), 'public'), { recursive: true })
        cpSync(weights, join(example('vite'), 'public/weights'), { recursive: true })
        await build({ root: example('vite'), logLevel: 'error', build: { outDir: out, emptyOutDir: true } })
        const site = await serveSite({ '/': `${out}/` }, ISOLATED)
        const browser = await launchChromium(folder)
        try {
          const page = await browser.newPage()
          await page.goto(site.origin)
          await page.getByText('PER').waitFor({ timeout: 30_000 })
          return check(await page.locator('#entities').textContent())
        } finally {
          await browser.close()
          site.close()
        }
      },
    ],
  ]
}
