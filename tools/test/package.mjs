// `node tools/test/package.mjs [WORD...]`: tests the packed package as users get it: publint, Are The Types
// Wrong, every TypeScript from 5.4 to 7, the README's page in a browser, and that builds in two folders are
// equal. Installs what it needs into build/package-tools. Prints `N passed, N failed` last; with words, runs
// only what a word names.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fromGitRun } from '../../test/package/from-git.mjs'
import { readmePageRun } from '../../test/package/readme-page.mjs'
import { reproduceRun } from '../../test/package/reproduce.mjs'
import { lintRuns } from '../../test/package/tools.mjs'
import { compilers, typeRuns } from '../../test/package/types.mjs'
import { installOnce, root, run } from '../../test/runtimes/install.mjs'
import { createReport } from './report.mjs'

const words = process.argv.slice(2)
const folder = join(root, 'build/package-tools')
const dependencies = {
  '@arethetypeswrong/cli': '0.18.5',
  '@types/node': '20.19.43',
  'playwright-core': '1.65.1',
  publint: '0.3.25',
  ...Object.fromEntries(
    Object.entries(compilers).map(([name, exact]) => [`typescript-${name}`, `npm:typescript@${exact}`]),
  ),
}

function installTools() {
  const manifest = `${JSON.stringify({ private: true, dependencies }, null, 2)}\n`
  installOnce(join(folder, 'installed'), manifest, () => {
    writeFileSync(join(folder, 'package.json'), manifest)
    run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: folder })
  })
}

/** Assembles, packs, and unpacks into node_modules, as `npm install` does. @returns the tarball */
function installPackage() {
  const assembled = join(folder, 'published')
  run(process.execPath, ['tools/package/pack.mjs', assembled], { cwd: root })
  const [{ filename }] = JSON.parse(
    run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: assembled }),
  )
  const target = join(folder, 'node_modules/iobert')
  rmSync(target, { recursive: true, force: true })
  mkdirSync(target, { recursive: true })
  run('tar', ['-xzf', join(folder, filename), '-C', target, '--strip-components=1'])
  return join(folder, filename)
}

run(process.execPath, ['tools/build/build.mjs'], { cwd: root })
installTools()
const tarball = installPackage()
const { check, end } = createReport(words)
const runs = [
  ...lintRuns(folder, tarball),
  ...typeRuns(folder, join(root, 'test/package/consumer')),
  readmePageRun(folder, join(root, 'README.md')),
  reproduceRun(folder),
  fromGitRun,
]
for (const [name, test] of runs) await check(name, test)
end()
