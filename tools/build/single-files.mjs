// The library as single files, which have all that is imported on demand in them: `dist/one-file.js`, an ES module for hosts where
// `import()` is forbidden, as in service workers; and `dist/required.cjs`, the entries of Node as CommonJS, for hosts whose own
// `require` knows no ES modules, as Jest's. Node itself takes the ES modules for `require` too (the condition `module-sync`), so that
// a program has one copy however its files load it.
import { writeFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { REQUIRED } from '../package/types.mjs'
import { bundleText, LINE_LENGTH } from './bundle.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const source = (entry) => JSON.stringify(join(root, `src/${entry}.ts`))
/** The name under which an entry stands in the one file. */
const nameOf = (entry) => basename(entry).replace(/\W/g, '_')

/** A module that exports each entry as an object. */
const entries = {
  name: 'entries',
  resolveId: (id) => (id === 'entries' ? id : null),
  load: (id) =>
    id === 'entries'
      ? REQUIRED.map((entry) => `export * as ${nameOf(entry)} from ${source(entry)}`).join('\n')
      : null,
}

/** @param folder  dist/, beside which the shipped model is */
export async function writeSingleFiles(folder) {
  const { text: oneFile } = await bundleText(join(root, 'src/index.ts'), { lineLimit: LINE_LENGTH })
  writeFileSync(join(folder, 'one-file.js'), `${oneFile}\n`)
  const { text } = await bundleText('entries', {
    ...{ plugins: [entries], external: [/^node:/] },
    ...{ format: 'cjs', lineLimit: LINE_LENGTH },
  })
  writeFileSync(join(folder, 'required.cjs'), `${text}\n`)
  for (const entry of REQUIRED) {
    const file = `${entry}.cjs`
    const way = relative(dirname(file), 'required.cjs').replaceAll('\\', '/')
    const from = way.startsWith('.') ? way : `./${way}`
    writeFileSync(join(folder, file), `module.exports = require('${from}').${nameOf(entry)}\n`)
  }
}
