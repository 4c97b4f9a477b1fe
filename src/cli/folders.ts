/** Lists the files of a folder and of the folders within it. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * In the order of their names, folder by folder. What begins with a dot is passed over, and so are links to folders, which may
 * lead around in circles.
 */
export async function filesIn(folder: string): Promise<string[]> {
  const entries = (await readdir(folder, { withFileTypes: true }))
    .filter(({ name }) => !name.startsWith('.'))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  const files: string[] = []
  for (const entry of entries) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) for (const file of await filesIn(path)) files.push(file)
    else if (entry.isFile() || (entry.isSymbolicLink() && (await isFile(path)))) files.push(path)
  }
  return files
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (status) => status.isFile(),
    () => false,
  )
}
