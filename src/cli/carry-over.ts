import { copyFile, link, mkdir, readdir, readlink, symlink } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Gives a new folder what an old one holds besides: files as further names of the same bytes (copies where the disk has
 * no such thing), so that both folders are whole until the old one goes.
 *
 * @param without whether a file, named with `/` from the folder on, does not come along
 */
export async function carryOver(
  from: string,
  to: string,
  without: (name: string) => boolean,
  within: string = '',
): Promise<void> {
  for (const entry of await readdir(join(from, within), { withFileTypes: true })) {
    const name = within === '' ? entry.name : `${within}/${entry.name}`
    const [old, target] = [join(from, name), join(to, name)]
    if (without(name)) continue
    if (entry.isDirectory()) {
      await mkdir(target, { recursive: true })
      await carryOver(from, to, without, name)
    } else if (entry.isSymbolicLink()) await symlink(await readlink(old), target)
    else await link(old, target).catch(() => copyFile(old, target))
  }
}
