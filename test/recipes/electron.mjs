/**
 * examples/electron: as a program if Electron's binary is available (it is not part of its package, but comes
 * from Electron's own site); and always with the main process in Node under a stand-in for `electron`, with
 * its pages in Chromium through the program's own scheme, policy and bridge.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import {
  binaries,
  checkEntities,
  checkSays,
  environment,
  folder,
  freePort,
  inChromium,
  layProject,
  runtimes,
  textWith,
  withServer,
} from './workbench.mjs'

/** What Electron gives the main process, as far as this one asks: its scheme and its bridge, told over HTTP. */
const STAND_IN = `
import { createServer } from 'node:http'
const handlers = {}
const channels = {}
export const app = { isPackaged: process.env.PACKAGED === '1', whenReady: async () => {}, on() {}, quit() {} }
export const protocol = {
  registerSchemesAsPrivileged(schemes) {
    if (!schemes.every(({ privileges }) => privileges.standard && privileges.supportFetchAPI)) throw new Error('no fetch')
  },
  handle: (scheme, handler) => void (handlers[scheme] = handler),
}
export const ipcMain = { handle: (channel, listener) => void (channels[channel] = listener) }
export class BrowserWindow {
  async loadURL(url) {
    const { protocol, host } = new URL(url)
    createServer(async (request, response) => {
      if (request.method === 'POST') {
        const parts = []
        for await (const part of request) parts.push(part)
        const [channel, ...given] = JSON.parse(Buffer.concat(parts).toString())
        response.end(JSON.stringify(await channels[channel]({}, ...given)))
        return
      }
      const answer = await handlers[protocol.slice(0, -1)](new Request(protocol + '//' + host + request.url))
      response.writeHead(answer.status, Object.fromEntries(answer.headers))
      response.end(Buffer.from(await answer.arrayBuffer()))
    }).listen(Number(process.env.PORT), '127.0.0.1')
  }
}
`

/** Node's own resolution, but for 'electron'. */
const HOOK = `
import { registerHooks } from 'node:module'
registerHooks({
  resolve: (name, context, next) =>
    next(name === 'electron' ? new URL('./stand-in.mjs', import.meta.url).href : name, context),
})
`

const bridge = (preload) => `((require) => {
  ${preload}
})(() => ({
  ipcRenderer: {
    invoke: async (...message) => (await fetch('/bridge', { method: 'POST', body: JSON.stringify(message) })).json(),
  },
  contextBridge: { exposeInMainWorld: (name, value) => { window[name] = value } },
}))`

async function showsEntities(page) {
  for (const name of ['#main', '#page']) checkEntities(await textWith(page, name, 'Berlin'))
  if (!(await page.evaluate(() => crossOriginIsolated))) throw new Error('The page is not isolated')
  await page.fill('#text', 'Ada Lovelace lived in London.')
  for (const name of ['#main', '#page']) {
    checkSays(await textWith(page, name, 'London'), 'Ada Lovelace')
  }
}

/** Electron's binary, downloaded where that is possible. @returns the program, or why there is none */
function electronBinary() {
  const electron = join(folder, 'node_modules/electron')
  const path = join(electron, 'path.txt')
  if (!existsSync(path)) {
    const options = { cwd: electron, env: environment(24), timeout: 300_000, encoding: 'utf8' }
    const done = spawnSync(binaries.node(24), ['install.js'], options)
    if (done.status !== 0 || !existsSync(path)) {
      const [why] = /^.*Error.*$/m.exec(done.stderr) ?? [done.stderr.trim().split('\n').at(-1)]
      return { skipped: `Electron's binary cannot be downloaded here (${why.slice(0, 120)})` }
    }
  }
  return { program: join(electron, 'dist', readFileSync(path, 'utf8')) }
}

async function underStandIn(page, more = {}) {
  const project = layProject('electron')
  writeFileSync(join(project, 'stand-in.mjs'), STAND_IN)
  writeFileSync(join(project, 'hook.mjs'), HOOK)
  const port = await freePort()
  const url = `http://127.0.0.1:${port}/`
  const args = ['--import', './hook.mjs', 'main.js']
  if (more.PACKAGED) {
    // As packagers lay it: resources/weights beside the archive.
    mkdirSync(join(project, 'resources'))
    cpSync(join(project, 'node_modules/iobert/weights'), join(project, 'resources/weights'), {
      recursive: true,
    })
    writeFileSync(
      join(project, 'hook.mjs'),
      `${HOOK}\nprocess.resourcesPath = ${JSON.stringify(join(project, 'resources'))}\n`,
    )
  }
  const env = environment(24, { PORT: String(port), ...more })
  return withServer(binaries.node(24), args, { url, cwd: project, env }, async () => {
    await page.addInitScript(bridge(readFileSync(join(project, 'preload.cjs'), 'utf8')))
    await page.goto(url)
    await showsEntities(page)
    const outside = await fetch(`${url}..%2Fpackage.json`)
    if (outside.status !== 404)
      throw new Error(`The program's scheme reads outside its folders: ${outside.status}`)
    return 'entities from the main process and in the page'
  })
}

export const runs = [
  [
    'Electron',
    async () => {
      const { program, skipped } = electronBinary()
      if (skipped) return { skipped }
      const { _electron } = createRequire(join(runtimes, 'package.json'))('playwright-core')
      const args = [layProject('electron'), '--no-sandbox', '--ozone-platform=headless']
      const electron = await _electron.launch({ executablePath: program, args })
      try {
        await showsEntities(await electron.firstWindow())
        return 'entities from the main process and in the page'
      } finally {
        await electron.close()
      }
    },
  ],
  ['Electron, under a stand-in', inChromium((page) => underStandIn(page))],
  ['Electron, packaged, under a stand-in', inChromium((page) => underStandIn(page, { PACKAGED: '1' }))],
]
