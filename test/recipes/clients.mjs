/** examples/clients: the real clients of language models with `iobert/mask-fetch`, against a server that plays the providers. */
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { binaries, folder, installLocked, layPackage, root, run } from './workbench.mjs'

const project = join(folder, 'clients')

export const runs = [
  [
    'clients of language models with a fetch that masks',
    async () => {
      installLocked(join(root, 'test/recipes/clients'), project)
      layPackage(project)
      cpSync(join(root, 'examples/clients/clients.mjs'), join(project, 'clients.mjs'))
      cpSync(join(root, 'test/recipes/clients/program.mjs'), join(project, 'program.mjs'))
      const output = run(
        binaries.node(24),
        [join(project, 'program.mjs'), pathToFileURL(join(root, 'test/mask')).href],
        { cwd: project },
      )
      return `the answers of ${output.trim().split('\n').length} with their names, nothing of a name sent`
    },
  ],
]
