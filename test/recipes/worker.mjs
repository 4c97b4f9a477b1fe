/** examples/worker: under `wrangler dev`, without its weights, and without its kernels. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  checkEntities,
  checkSays,
  environment,
  freePort,
  layProject,
  npmRun,
  TEXT,
  withServer,
} from './workbench.mjs'

async function dev(project, body) {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}/`
  const args = ['dev', '--ip', '127.0.0.1', '--port', String(port), '--inspector-port', '0']
  // No questions, no reports, no registry of others' workers.
  const quiet = {
    CI: 'true',
    WRANGLER_SEND_METRICS: 'false',
    WRANGLER_REGISTRY_PATH: join(project, 'registry'),
  }
  const options = { url, cwd: project, env: environment(22, quiet) }
  return withServer('wrangler', args, options, () => body(url))
}

const post = async (url, body) => (await fetch(url, { method: 'POST', body })).text()

export const runs = [
  [
    'Worker, wrangler dev',
    async () => {
      const project = layProject('worker')
      npmRun(project, 'weights')
      return dev(project, async (url) => {
        const started = performance.now()
        checkEntities(await post(url, TEXT))
        const first = performance.now() - started
        checkEntities(await post(url, TEXT))
        const { status } = await fetch(url)
        if (status !== 405) throw new Error(`GET gives ${status}`)
        return `its entities, the first after ${first.toFixed(0)} ms`
      })
    },
  ],
  [
    'Worker without weights',
    async () => {
      const project = layProject('worker')
      rmSync(join(project, 'public'), { recursive: true, force: true })
      mkdirSync(join(project, 'public'))
      return dev(project, async (url) => {
        checkSays(await post(url, TEXT), 'There is no public/weights/config.json', 'npm run weights')
        return 'says what to do'
      })
    },
  ],
  [
    'Worker without the kernels',
    async () => {
      const project = layProject('worker')
      npmRun(project, 'weights')
      const file = join(project, 'worker.mjs')
      const code = readFileSync(file, 'utf8')
      writeFileSync(file, code.replace(/^import wasm.*$/m, '').replace('(files, { wasm })', '(files)'))
      return dev(project, async (url) => {
        checkSays(
          await post(url, TEXT),
          'may not compile WebAssembly',
          'import iobert/kernels.wasm',
          '{ wasm }',
        )
        return 'says what to do'
      })
    },
  ],
]
