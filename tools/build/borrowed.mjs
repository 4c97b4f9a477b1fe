// Packages whose code the command line holds. A package that is installed from Git is `dist/` as the build leaves it, and has no
// dependencies: so each is bundled into a file there, which takes the place of its name in imports.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { licencesOf } from '../package/licences.mjs'
import { bundleText } from './bundle.mjs'

/** Names as they are imported, and files of dist/. */
export const BORROWED = [
  { name: 'htmlparser2', file: 'cli/documents/htmlparser2.js' },
  { name: '@lezer/markdown', file: 'cli/documents/lezer-markdown.js' },
]

/** Writes them, and their licences beside the command line. */
export async function writeBorrowed(folder) {
  const bundles = []
  for (const { name, file } of BORROWED) {
    const { text, modules } = await bundleText(name)
    writeFileSync(join(folder, file), `${text}\n`)
    bundles.push({ modules })
  }
  writeFileSync(join(folder, 'cli/THIRD-PARTY.txt'), licencesOf(bundles))
}
