// `npm run demo`: builds examples/browser into build/demo, one folder of static files that any server can
// host, and serves it on localhost. `--port N` uses another port than 8080, `--build` only builds.
import { makeReady } from './ready.mjs'

makeReady()
const { buildDemo } = await import('../../examples/browser/build.mjs')
const folder = await buildDemo()
if (process.argv.includes('--build')) console.log(`Built ${folder}`)
else {
  const { serveFolder } = await import('../../examples/browser/serve.mjs')
  const at = process.argv.indexOf('--port')
  const { origin } = await serveFolder(folder, { port: at < 0 ? 8080 : Number(process.argv[at + 1]) })
  console.log(`The page is at ${origin} (Ctrl+C ends it); its files are in ${folder}`)
}
