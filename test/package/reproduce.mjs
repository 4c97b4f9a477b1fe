/** The same source built in two folders of different names gives the same bytes. */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { differences, hashesOf } from '../../tools/package/compare.mjs'
import { root, run } from '../runtimes/install.mjs'

/** Files of the checkout that git knows or would take. */
function sources() {
  const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
  })
  return String(list).split('\0').filter(Boolean)
}

/** @returns `[name, test]` */
export function reproduceRun(folder) {
  return [
    'two builds in two folders',
    () => {
      const packages = ['one', 'another/a longer name'].map((name) => {
        const place = join(folder, 'reproduce', name)
        rmSync(place, { recursive: true, force: true })
        for (const file of sources()) {
          mkdirSync(dirname(join(place, file)), { recursive: true })
          cpSync(join(root, file), join(place, file))
        }
        symlinkSync(join(root, 'node_modules'), join(place, 'node_modules'), 'junction')
        run(process.execPath, ['tools/build/build.mjs'], { cwd: place })
        run(process.execPath, ['tools/package/pack.mjs', 'packed'], { cwd: place })
        return join(place, 'packed')
      })
      const found = differences(...packages)
      if (found.length > 0) throw new Error(found.join('\n'))
      return `${hashesOf(packages[0]).size} files, the same bytes`
    },
  ]
}
