/** publint and Are The Types Wrong over the packed package. */
import { join } from 'node:path'
import { run } from '../runtimes/install.mjs'

/** @returns `[name, test]` */
export function lintRuns(folder, tarball) {
  const tool = (script, args) => run(process.execPath, [join(folder, 'node_modules', script), ...args])
  return [
    [
      'publint',
      () => {
        const installed = join(folder, 'node_modules/iobert')
        const output = tool('publint/src/cli.js', [installed, '--strict', '--pack', 'false'])
        if (!/All good/.test(output)) throw new Error(output)
        return 'all good'
      },
    ],
    [
      'Are The Types Wrong',
      () => {
        // Every entry; the profile is for packages that are ESM only.
        const output = tool('@arethetypeswrong/cli/dist/index.js', [tarball, '--profile', 'esm-only'])
        for (const entry of ['iobert', 'iobert/rules', 'iobert/worker', 'iobert/kernels.wasm']) {
          if (!output.includes(`"${entry}"`)) throw new Error(`${entry} was not looked at:\n${output}`)
        }
        return 'no problems'
      },
    ],
  ]
}
