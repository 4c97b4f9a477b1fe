/** examples/bun and examples/deno as single-file programs. */
import { cpSync, linkSync, rmSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { binaries, checkEntities, elsewhere, environment, layProject, run, TEXT } from './workbench.mjs'

const PERMISSIONS = ['--allow-read', '--allow-env', '--allow-sys']

export const runs = [
  [
    'bun build --compile',
    () =>
      elsewhere((at) => {
        const project = layProject('bun')
        const program = join(at, 'names')
        run(binaries.bun, ['build', '--compile', 'program.ts', '--outfile', program], { cwd: project })
        // What it carries must be inside.
        rmSync(project, { recursive: true })
        checkEntities(run(program, [TEXT], { cwd: at, env: { PATH: '' } }))
        return `one file of ${(statSync(program).size / 2 ** 20).toFixed(0)} MiB`
      }),
  ],
  [
    'deno compile',
    () =>
      elsewhere((at) => {
        const project = layProject('deno')
        // Its deno.json takes the package from the registry; here it is the packed one.
        rmSync(join(project, 'deno.json'))
        const program = join(at, 'names')
        cpSync(join(project, 'node_modules/iobert/weights'), join(at, 'weights'), { recursive: true })
        const env = environment(22, { DENO_NO_UPDATE_CHECK: '1' })
        try {
          const args = ['compile', ...PERMISSIONS, '--output', program, 'program.ts']
          run(binaries.deno, args, { cwd: project, env })
        } catch (error) {
          // The program's runtime is no part of the package that carries Deno; it comes from Deno's own site.
          if (!/denort.*error sending request|error sending request.*denort/s.test(error.message)) throw error
          // The program itself, with a Deno that lies where the program would.
          const deno = join(at, basename(binaries.deno))
          try {
            linkSync(binaries.deno, deno)
          } catch {
            cpSync(binaries.deno, deno)
          }
          checkEntities(
            run(deno, ['run', ...PERMISSIONS, join(project, 'program.ts'), TEXT], { cwd: at, env }),
          )
          return { skipped: 'Deno cannot download denort here; program.ts ran as a script' }
        }
        checkEntities(run(program, [TEXT], { cwd: at }))
        return `one file of ${(statSync(program).size / 2 ** 20).toFixed(0)} MiB, and the weights`
      }),
  ],
]
