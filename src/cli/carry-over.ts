import { copyFileSync, linkSync, mkdirSync, readdirSync, readlinkSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Gives a new folder what an old one holds besides: files as further names of the same bytes (copies where the disk has
 * no such thing), so that both folders are whole until the old one goes. Synchronous, as `createOutputFolder` says why.
 *
 * @param without whether a file, named with `/` from the folder on, does not come along
 */
export function carryOver(
  from: string,
  to: string,
  without: (name: string) => boolean,
  within: string = '',
): void {
  for (const entry of readdirSync(join(from, within), { withFileTypes: true })) {
    const name = within === '' ? entry.name : `${within}/${entry.name}`
    const [old, target] = [join(from, name), join(to, name)]
    if (without(name)) continue
    if (entry.isDirectory()) {
      mkdirSync(target, { recursive: true })
      carryOver(from, to, without, name)
    } else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(old), target)
    else linkOrCopy(old, target)
  }
}

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to)
  } catch {
    copyFileSync(from, to)
  }
}
