// Runs the comparison of runtimes in workerd, which has no workers of its own and compiles nothing at run time.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { basename, join, relative } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { build } from 'esbuild'
import { binaries, folder } from './install.mjs'

const MODEL = ['config.json', 'model.safetensors', 'tokenizer_config.json', 'vocab.txt']

/** The suite in workerd, with the model among the worker's modules. */
export async function runWorkerd(weights) {
  const modules = MODEL.map((name) => ({ name: `model/${name}`, file: join(weights, name) }))
  const server = await serveWorkerd(join(folder, 'runtimes/workerd.mjs'), { modules })
  try {
    return await (await server.fetch('')).json()
  } finally {
    server.close()
  }
}

/**
 * Bundles a worker and serves it.
 *
 * @param modules  more modules, each bytes
 */
export async function serveWorkerd(entry, { modules }) {
  const out = join(folder, 'workerd', basename(entry, '.mjs'))
  mkdirSync(out, { recursive: true })
  await build({
    entryPoints: [entry],
    outfile: join(out, 'worker.js'),
    bundle: true,
    format: 'esm',
    conditions: ['workerd', 'worker'],
    external: ['iobert/kernels.wasm', 'model/*'],
    logLevel: 'error',
  })
  const port = await freePort()
  const embed = (file) => `embed "${relative(out, file)}"`
  const kernels = join(folder, 'node_modules/iobert/dist/kernels.wasm')
  const lines = [
    '(name = "worker.js", esModule = embed "worker.js")',
    `(name = "iobert/kernels.wasm", wasm = ${embed(kernels)})`,
    ...modules.map(({ name, file }) => `(name = "${name}", data = ${embed(file)})`),
  ]
  writeFileSync(
    join(out, 'config.capnp'),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    (name = "internet", network = (allow = ["public", "private", "local"]))
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")]
);
const main :Workerd.Worker = (
  compatibilityDate = "2026-01-01",
  modules = [
    ${lines.join(',\n    ')}
  ]
);
`,
  )
  const server = spawn(binaries.workerd, ['serve', join(out, 'config.capnp')], { stdio: ['ignore', 2, 2] })
  const ended = once(server, 'exit').then(() => {
    throw new Error('workerd has ended')
  })
  ended.catch(() => {})
  return {
    /** Posts `body`; waits until workerd answers. */
    async fetch(body) {
      for (let tries = 0; ; tries++) {
        try {
          const signal = AbortSignal.timeout(120_000)
          return await Promise.race([
            ended,
            fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body, signal }),
          ])
        } catch (error) {
          if (tries === 40 || server.exitCode !== null || error.name === 'TimeoutError') throw error
          await delay(250)
        }
      }
    },
    close() {
      server.kill()
    },
  }
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}
