/** The library in service workers, a page's and an extension's, where `import()` is forbidden: from its one file, and from the usual one. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hasChromium, launchWithExtension } from '../runtimes/browsers.mjs'
import { serveSite } from '../runtimes/site.mjs'
import {
  checkEntities,
  checkSays,
  folder,
  inChromium,
  layPackage,
  NO_CHROMIUM,
  runtimes,
  TEXT,
} from './workbench.mjs'

/** Loads at the first question; answers with texts of entities, or what went wrong. */
const ANSWERING = (file) => `
import { loadRecognizer } from './node_modules/iobert/dist/${file}'
let loading
const answerTo = (text) =>
  (loading ??= loadRecognizer())
    .then((ner) => ner.recognize(text))
    .then(({ entities }) => entities.map(({ text }) => text).join(), (error) => error.message)
`
const OF_PAGE = `
addEventListener('message', (event) => event.waitUntil(answerTo(event.data).then((told) => event.source.postMessage(told))))
`
const OF_EXTENSION = `
chrome.runtime.onMessage.addListener((text, _sender, answer) => {
  answerTo(text).then(answer)
  return true
})
`
const PAGE = '<!doctype html><title>Asks</title>'
const MANIFEST = {
  manifest_version: 3,
  name: 'Names in a service worker',
  version: '1.0',
  background: { service_worker: 'worker.js', type: 'module' },
  content_security_policy: { extension_pages: "script-src 'self' 'wasm-unsafe-eval'; object-src 'self'" },
}

/** A folder with the package, a service worker and a page. */
function layOut(name, code) {
  const project = join(folder, 'projects', name)
  rmSync(project, { recursive: true, force: true })
  mkdirSync(project, { recursive: true })
  layPackage(project)
  writeFileSync(join(project, 'worker.js'), code)
  writeFileSync(join(project, 'index.html'), PAGE)
  writeFileSync(join(project, 'manifest.json'), JSON.stringify(MANIFEST))
  return project
}

/** Runs on the page: registers the service worker and asks it. */
async function askOfPage(text) {
  await navigator.serviceWorker.register('worker.js', { type: 'module' })
  const { active } = await navigator.serviceWorker.ready
  return new Promise((answered) => {
    navigator.serviceWorker.onmessage = ({ data }) => answered(data)
    navigator.serviceWorker.startMessages()
    active.postMessage(text)
  })
}

const inPage = (file) =>
  inChromium(async (page) => {
    const project = layOut(`service-worker-${file}`, ANSWERING(file) + OF_PAGE)
    const site = await serveSite({ '/': `${project}/` })
    try {
      await page.goto(`${site.origin}/`)
      return await page.evaluate(askOfPage, TEXT)
    } finally {
      site.close()
    }
  })

const inExtension = (file) => async () => {
  if (!hasChromium()) return NO_CHROMIUM
  const project = layOut(`service-worker-extension-${file}`, ANSWERING(file) + OF_EXTENSION)
  const { context, close } = await launchWithExtension(runtimes, project)
  try {
    const worker = context.serviceWorkers()[0] ?? (await context.waitForEvent('serviceworker'))
    const page = await context.newPage()
    await page.goto(new URL('index.html', worker.url()).href)
    return await page.evaluate((text) => chrome.runtime.sendMessage(text), TEXT)
  } finally {
    await close()
  }
}

/** Finds the names with the one file; with the usual one says which to take. */
const runsIn = (name, answerOf) => [
  [
    name,
    async () => {
      const told = await answerOf('one-file.js')()
      if (told.skipped) return told
      checkEntities(told)
      return 'its entities, from one file'
    },
  ],
  [
    `${name}, with the usual file`,
    async () => {
      const told = await answerOf('index.js')()
      if (told.skipped) return told
      checkSays(told, 'import() is disallowed on ServiceWorkerGlobalScope', 'import iobert/one-file')
      return 'says what to do'
    },
  ],
]

export const runs = [
  ...runsIn("A page's service worker", inPage),
  ...runsIn("An extension's service worker", inExtension),
]
