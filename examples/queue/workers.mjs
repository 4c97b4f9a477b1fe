// `npm run workers`: starts one worker process for each core, and replaces those that end.
import { fork } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'

/** @returns { children, close }: `close` lets each finish its job */
export function startPool(script, count, env = process.env) {
  const children = new Set()
  let closing = false
  const start = () => {
    const child = fork(script, { env })
    children.add(child)
    child.on('exit', (code, signal) => {
      children.delete(child)
      if (closing) return
      console.error(`worker ${child.pid} ended with ${signal ?? code}`)
      setTimeout(() => closing || start(), 500)
    })
  }
  for (let i = 0; i < count; i++) start()
  async function close() {
    closing = true
    const ended = [...children].map((child) => new Promise((resolve) => child.once('exit', resolve)))
    for (const child of children) child.kill('SIGTERM')
    await Promise.all(ended)
  }
  return { children, close }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const pool = startPool(fileURLToPath(new URL('worker.mjs', import.meta.url)), availableParallelism())
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void pool.close())
}
