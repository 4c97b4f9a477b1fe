// Type-checks the four projects: everything for Node, the neutral part without Node's types, tests, AssemblyScript.
import { run } from './ready.mjs'

for (const project of [
  'tsconfig.json',
  'tsconfig.neutral.json',
  'tsconfig.test.json',
  'assembly/tsconfig.json',
]) {
  run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', project, '--noEmit'])
}
