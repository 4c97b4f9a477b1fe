import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join, relative } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { build } from 'esbuild'
import { binaries, folder } from './install.mjs'

const MODEL = ['config.json', 'model.safetensors', 'tokenizer_config.json', 'vocab.txt']

/** Bundles workerd.mjs, serves it and gives back what it answers. */
export async function runWorkerd(weights) {
  const out = join(folder, 'workerd')
  mkdirSync(out, { recursive: true })
  await build({
    entryPoints: [join(folder, 'runtimes/workerd.mjs')],
    outfile: join(out, 'worker.js'),
    bundle: true,
    format: 'esm',
    conditions: ['workerd', 'worker'],
    external: ['iobert/kernels.wasm', 'model/*'],
    logLevel: 'error',
  })
  const port = await freePort()
  const data = MODEL.map(
    (name) => `(name = "model/${name}", data = embed "${relative(out, join(weights, name))}")`,
  )
  writeFileSync(
    join(out, 'config.capnp'),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .main)],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")]
);
const main :Workerd.Worker = (
  compatibilityDate = "2026-01-01",
  modules = [
    (name = "worker.js", esModule = embed "worker.js"),
    (name = "iobert/kernels.wasm", wasm = embed "../node_modules/iobert/dist/kernels.wasm"),
    ${data.join(',\n    ')}
  ]
);
`,
  )
  const server = spawn(binaries.workerd, ['serve', join(out, 'config.capnp')], { stdio: ['ignore', 2, 2] })
  try {
    for (let tries = 0; ; tries++) {
      try {
        return await (
          await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(120_000) })
        ).json()
      } catch (error) {
        if (tries === 40 || error.name === 'TimeoutError') throw error
        await delay(250)
      }
    }
  } finally {
    server.kill()
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
