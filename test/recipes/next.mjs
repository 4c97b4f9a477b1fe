/**
 * examples/next: the development server, the standalone server in a folder of its own, and its error if the
 * weights were not traced.
 */
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  binaries,
  checkEntities,
  checkSays,
  elsewhere,
  environment,
  folder,
  freePort,
  inChromium,
  installLocked,
  layPackage,
  npmRun,
  root,
  TEXT,
  textWith,
  withServer,
} from './workbench.mjs'

const quiet = { NEXT_TELEMETRY_DISABLED: '1' }
const project = join(folder, 'next')
const config = join(project, 'next.config.js')

/** Next traces from the project's own node_modules: here they stand in the project, as at a user's. */
function layNext() {
  installLocked(join(root, 'test/recipes/next'), project)
  for (const name of ['app', 'public', '.next']) rmSync(join(project, name), { recursive: true, force: true })
  cpSync(join(root, 'examples/next'), project, { recursive: true })
  layPackage(project)
}

const post = async (url, body = TEXT) => {
  const response = await fetch(`${url}api/entities`, { method: 'POST', body })
  return { status: response.status, text: await response.text() }
}

async function pageShowsEntities(page, url) {
  await page.goto(url)
  checkEntities(await textWith(page, 'ul', 'Berlin'))
  await page.fill('textarea', 'Ada Lovelace lived in London.')
  checkSays(await textWith(page, 'ul', 'London'), 'Ada Lovelace')
}

async function served(command, args, cwd, body) {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}/`
  const env = environment(22, { ...quiet, PORT: String(port), HOSTNAME: '127.0.0.1' })
  return withServer(command, [...args(port)], { url, cwd, env }, () => body(url))
}

/** Builds, and runs what a container would have: the standalone folder, public/ and the static files, elsewhere. */
async function standalone(body) {
  process.env.NEXT_TELEMETRY_DISABLED = '1'
  npmRun(project, 'build')
  return elsewhere(async (at) => {
    cpSync(join(project, '.next/standalone'), at, { recursive: true })
    cpSync(join(project, '.next/static'), join(at, '.next/static'), { recursive: true })
    cpSync(join(project, 'public'), join(at, 'public'), { recursive: true })
    if (!existsSync(join(at, 'server.js'))) throw new Error('There is no server.js in .next/standalone')
    return served(binaries.node(22), () => ['server.js'], at, body)
  })
}

export const runs = [
  [
    'Next.js dev',
    inChromium(async (page) => {
      layNext()
      npmRun(project, 'weights')
      const args = (port) => ['dev', '--port', String(port), '--hostname', '127.0.0.1']
      return served(join(project, 'node_modules/.bin/next'), args, project, async (url) => {
        const { status, text } = await post(url)
        if (status !== 200) throw new Error(text)
        checkEntities(text)
        await pageShowsEntities(page, url)
        return 'entities from the route and in the page'
      })
    }),
  ],
  [
    'Next.js standalone',
    inChromium(async (page) => {
      layNext()
      return standalone(async (url) => {
        const { status, text } = await post(url)
        if (status !== 200) throw new Error(text)
        checkEntities(text)
        if ((await post(url, '')).status !== 400) throw new Error('An empty body is not refused')
        await pageShowsEntities(page, url)
        return 'entities from the route and in the page'
      })
    }),
  ],
  [
    'Next.js standalone, weights not traced',
    async () => {
      layNext()
      const code = readFileSync(config, 'utf8')
      writeFileSync(config, code.replace(/^.*outputFileTracingIncludes.*$/m, ''))
      return standalone(async (url) => {
        const { status, text } = await post(url)
        if (status !== 500) throw new Error(`${status}: ${text}`)
        checkSays(text, 'The shipped model is not at', "outputFileTracingIncludes: { '/*'")
        return 'says what to do'
      })
    },
  ],
]
