// `node tools/docs/core.mjs`: lists the core, every file of src/ that a recognizer of the shipped model loads
// up to its first answer, with its lines. It is counted by running the engine on the calling thread, since a
// worker is a single text.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Writes the address of every module before it is loaded. */
const HOOKS = `
  import { writeSync } from 'node:fs'
  export async function load(url, context, next) {
    writeSync(1, url + '\\n')
    return next(url, context)
  }`

const PROGRAM = `
  import { register } from 'node:module'
  register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(HOOKS)}`)})
  const { loadRecognizer } = await import(process.argv[1])
  const ner = await loadRecognizer({ inline: true })
  await ner.recognize('Angela Merkel met Tim Cook in Berlin.')
  ner.dispose()`

/** @returns the files of src/ in the order they are loaded, without what the build makes, and their lines */
export function coreFiles() {
  const entry = new URL('../../dist/node.js', import.meta.url).href
  const done = spawnSync(process.execPath, ['--input-type=module', '-e', PROGRAM, entry], {
    encoding: 'utf8',
  })
  if (done.status !== 0) throw new Error(done.stderr)
  const dist = new URL('../../dist/', import.meta.url).href
  return done.stdout
    .split('\n')
    .filter((url) => url.startsWith(dist) && !url.includes('/generated/'))
    .map((url) => url.slice(dist.length).replace(/\.js$/, '.ts'))
    .map((file) => ({ file, lines: readFileSync(join(root, 'src', file), 'utf8').split('\n').length - 1 }))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = coreFiles()
  for (const { file, lines } of files) console.log(String(lines).padStart(6), file)
  const sum = files.reduce((total, { lines }) => total + lines, 0)
  console.log(String(sum).padStart(6), `lines in ${files.length} files`)
}
