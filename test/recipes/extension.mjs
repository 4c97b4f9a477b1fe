/**
 * examples/extension in Chromium: its pop-up page, the offscreen page and the worker; and without its policy.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hasChromium, launchWithExtension } from '../runtimes/browsers.mjs'
import {
  checkEntities,
  checkSays,
  layProject,
  NO_CHROMIUM,
  npmRun,
  runtimes,
  textWith,
} from './workbench.mjs'

async function popup(project, body) {
  const { context, close } = await launchWithExtension(runtimes, project)
  try {
    const [background] = context.serviceWorkers()
    const worker = background ?? (await context.waitForEvent('serviceworker'))
    const page = await context.newPage()
    await page.goto(new URL('popup.html', worker.url()).href)
    return await body(page)
  } finally {
    await close()
  }
}

export const runs = [
  [
    'Chrome extension',
    async () => {
      if (!hasChromium()) return NO_CHROMIUM
      const project = layProject('extension')
      npmRun(project, 'copy')
      return popup(project, async (page) => {
        checkEntities(await textWith(page, '#entities', 'Berlin'))
        await page.fill('#text', 'Ada Lovelace lived in London.')
        checkSays(await textWith(page, '#entities', 'London'), 'Ada Lovelace')
        return 'its entities, and those of what is typed'
      })
    },
  ],
  [
    "Chrome extension without 'wasm-unsafe-eval'",
    async () => {
      if (!hasChromium()) return NO_CHROMIUM
      const project = layProject('extension')
      npmRun(project, 'copy')
      const file = join(project, 'manifest.json')
      const manifest = JSON.parse(readFileSync(file, 'utf8'))
      manifest.content_security_policy.extension_pages = "script-src 'self'; object-src 'self'"
      writeFileSync(file, JSON.stringify(manifest))
      return popup(project, async (page) => {
        checkSays(await textWith(page, '#entities', 'wasm-unsafe-eval'), 'extension_pages')
        return 'says what to do'
      })
    },
  ],
]
