// `npm start -- "text"`: from a fresh clone to entities. Installs and builds where needed, then runs the command line.
import { makeReady } from './ready.mjs'

makeReady()
await import('../../dist/cli/main.js')
