/**
 * Recognizes with the shipped model, as a page does, and prints the URL of every file that is loaded for it.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { register } from 'node:module'
import { join } from 'node:path'
import { rootPath } from '../shared.ts'

const hooks = `
  import { writeSync } from 'node:fs'
  export async function load(url, context, next) {
    writeSync(1, url + '\\n')
    return next(url, context)
  }
`
register(`data:text/javascript,${encodeURIComponent(hooks)}`)
const { loadRecognizer } = await import('#dist/index.js')
const folder = rootPath('weights')
const files = new Map(
  readdirSync(folder).map((name) => [name, new Uint8Array(readFileSync(join(folder, name)))]),
)
const recognizer = await loadRecognizer(files, { inline: true })
await recognizer.recognize('Angela Merkel lives in Berlin.')
recognizer.dispose()
