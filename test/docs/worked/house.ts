/** docs/architecture.md: the size of the core, and what is loaded on demand. */
import { readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { rootPath } from '../../shared.ts'

/** The core by folders: files, and lines rounded to hundreds. */
export async function core(): Promise<string[]> {
  const tool: { coreFiles: () => { file: string; lines: number }[] } = await import(
    rootPath('tools/docs/core.mjs')
  )
  const files = tool.coreFiles()
  const folderOf = (file: string): string => (file.includes('/') ? `src/${file.split('/')[0]}/` : 'src/')
  const folders = [...new Set(files.map(({ file }) => folderOf(file)))].sort()
  const row = (name: string, of: typeof files): string => {
    const lines = of.reduce((sum, each) => sum + each.lines, 0)
    return `${name.padEnd(14)} ${String(of.length).padStart(4)} files ${String(100 * Math.round(lines / 100)).padStart(7)} lines`
  }
  const rows = folders.map((folder) =>
    row(
      folder,
      files.filter(({ file }) => folderOf(file) === folder),
    ),
  )
  return [...rows, row('together', files)]
}

/** `capability('what', () => import('./file.ts'))` */
const CALL = /\bcapability\(\s*(?:'([^']+)'|"([^"]+)"),\s*\(\) =>\s*import\('([^']+)'\)/g

/** Capabilities with the kB that each saves, minified: see tools/docs/capabilities.mjs. */
export async function capabilities(): Promise<string[]> {
  const tool: { capabilities: () => Promise<[file: string, bytes: number][]> } = await import(
    rootPath('tools/docs/capabilities.mjs')
  )
  const sizes = new Map(await tool.capabilities())
  const rows = new Set<string>()
  const files = readdirSync(rootPath('src'), { recursive: true, encoding: 'utf8' })
  for (const file of files.map((name) => name.replaceAll('\\', '/')).filter((name) => name.endsWith('.ts'))) {
    const source = readFileSync(rootPath(`src/${file}`), 'utf8').replace(/^\s*\*.*$/gm, '')
    for (const [, plain, quoted, target] of source.matchAll(CALL)) {
      const path = posix.join('src', posix.dirname(file), target!)
      const kilobytes = Math.round((sizes.get(path) ?? 0) / 1000)
      rows.add(`${(plain ?? quoted)!.padEnd(40)} ${String(kilobytes).padStart(3)} kB  ${path}`)
    }
  }
  return [...rows].sort()
}
