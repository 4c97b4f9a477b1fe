/**
 * examples/page: without a bundler, on a server of static files; opened from the disk; and other wrong
 * set-ups of pages.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { serveSite } from '../runtimes/site.mjs'
import {
  checkEntities,
  checkSays,
  freePort,
  inChromium,
  layProject,
  npmRun,
  textWith,
  withServer,
} from './workbench.mjs'

function readyPage() {
  const project = layProject('page')
  npmRun(project, 'copy')
  return project
}

async function showsEntities(page) {
  checkEntities(await textWith(page, '#entities', 'Berlin'))
  await page.fill('#text', 'Ada Lovelace lived in London.')
  checkSays(await textWith(page, '#entities', 'London'), 'Ada Lovelace')
}

/** A policy that lets no script inline, as the hint for file: is. */
const policy = (script) => ({
  'content-security-policy': `default-src 'self'; script-src 'self' ${script}`,
})

const say = (name, headers, ...parts) => [
  name,
  inChromium(async (page) => {
    const site = await serveSite({ '/': `${readyPage()}/` }, headers)
    try {
      await page.goto(site.origin)
      checkSays(await textWith(page, '#entities', parts[0]), ...parts)
      return 'says what to do'
    } finally {
      site.close()
    }
  }),
]

export const runs = [
  [
    'page, python3 -m http.server',
    inChromium(async (page) => {
      const project = readyPage()
      const port = await freePort()
      const url = `http://127.0.0.1:${port}/`
      const args = ['-m', 'http.server', String(port), '--bind', '127.0.0.1']
      return withServer('python3', args, { url, cwd: project }, async () => {
        await page.goto(url)
        await showsEntities(page)
        return 'its entities, and those of what is typed'
      })
    }),
  ],
  [
    'page from the disk',
    inChromium(async (page) => {
      await page.goto(pathToFileURL(join(readyPage(), 'index.html')).href)
      checkSays(await textWith(page, '#entities', 'http:'), 'Serve this folder')
      return 'says what to do'
    }),
  ],
  [
    'page from the disk, bundled to a classic script',
    inChromium(async (page) => {
      const { build } = await import('esbuild')
      const project = readyPage()
      const script = join(project, 'page.js')
      const code = readFileSync(script, 'utf8')
      writeFileSync(script, code.replace('loadRecognizer()', "loadRecognizer('./iobert/weights/')"))
      const options = { bundle: true, format: 'iife', logLevel: 'silent' }
      await build({ entryPoints: [script], outfile: join(project, 'bundled.js'), ...options })
      const html = readFileSync(join(project, 'index.html'), 'utf8')
      const bundled = html
        .replace(/<script>[\s\S]*?<\/script>/, '')
        .replace('type="module" src="page.js"', 'src="bundled.js"')
      writeFileSync(join(project, 'index.html'), bundled)
      await page.goto(pathToFileURL(join(project, 'index.html')).href)
      checkSays(await textWith(page, '#entities', 'opened from the disk'), 'serve its folder')
      return 'says what to do'
    }),
  ],
  say("page, policy without 'wasm-unsafe-eval'", policy(''), "script-src 'wasm-unsafe-eval'", 'reference'),
  say('page, policy without blob workers', policy("'wasm-unsafe-eval'"), 'pass { worker:', 'inline: true'),
]
