// Runs test files one after another in this process, as `tools/test/processes.mjs` names them: starting Node,
// the library and the kernels takes a third of a second, more than most files need. Each file finds the
// environment and the folder in their original state; after its output, a line with MARK and its exit code is
// written to both streams.
import { pathToFileURL } from 'node:url'
import { MARK } from './outcome.mjs'

/** What still holds this process open so long after its last file is told. Milliseconds. */
const PATIENCE = 20_000

// Tests wait for exec(), which otherwise runs them by itself when a file is loaded.
globalThis.UVU_DEFER = 1
const { exec } = await import('uvu')
const folder = process.cwd()
const environment = { ...process.env }
// Files add listeners that tidy up.
process.setMaxListeners(0)

// What a file throws while it is loaded ends this process, and fails that file.
process.on('message', async (file) => {
  if (file === 'end') return end()
  globalThis.UVU_QUEUE.splice(0, Number.POSITIVE_INFINITY, [null])
  await import(pathToFileURL(file).href)
  await exec()
  const code = process.exitCode ?? 0
  process.exitCode = 0
  process.chdir(folder)
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name]
  Object.assign(process.env, environment)
  for (const stream of [process.stdout, process.stderr]) stream.write(`\n${MARK} ${code}\n`)
})

/** The process ends by itself where nothing is open. */
function end() {
  process.disconnect()
  const held = () => {
    console.log(`Still open: ${process.getActiveResourcesInfo().join(', ')}`)
    process.exit(1)
  }
  setTimeout(held, PATIENCE).unref()
}
