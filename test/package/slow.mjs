/** publint and Are The Types Wrong over the packed package. */
import { join } from 'node:path'
import { folder, run } from '../runtimes/install.mjs'

const tool = (script, args) => run(process.execPath, [join(folder, 'node_modules', script), ...args])

/** @returns `[name, test]` */
export function slowPackageRuns({ tarball }) {
  return [
    [
      'publint',
      () => {
        const output = tool('publint/src/cli.js', [
          join(folder, 'node_modules/iobert'),
          '--strict',
          '--pack',
          'false',
        ])
        if (!/All good/.test(output)) throw new Error(output)
        return 'all good'
      },
    ],
    [
      'Are The Types Wrong',
      () => {
        // ESM only, and two entries are a script and a module that are named, not imported: they have no types.
        const entries = ['--exclude-entrypoints', './worker', './kernels.wasm', '--profile', 'esm-only']
        tool('@arethetypeswrong/cli/dist/index.js', [tarball, ...entries])
        return 'no problems'
      },
    ],
  ]
}
