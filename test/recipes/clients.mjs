/**
 * examples/clients: the real clients of language models with `iobert/mask-fetch`, against a server that plays the
 * providers; examples/mcp: the official client of the Model Context Protocol with the server.
 */
import { cpSync, mkdirSync, rmSync } from 'node:fs'
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
  [
    'an assistant that speaks the Model Context Protocol',
    async () => {
      installLocked(join(root, 'test/recipes/clients'), project)
      layPackage(project)
      for (const name of ['examples/mcp/server.mjs', 'test/recipes/clients/mcp.mjs'])
        cpSync(join(root, name), join(project, name.split('/').at(-1)))
      const files = join(project, 'shared/files')
      rmSync(join(project, 'shared'), { recursive: true, force: true })
      mkdirSync(files, { recursive: true })
      const output = run(binaries.node(24), [join(project, 'mcp.mjs'), join(project, 'server.mjs'), files], {
        cwd: project,
      })
      return output.trim().split('\n').at(-1)
    },
  ],
]
