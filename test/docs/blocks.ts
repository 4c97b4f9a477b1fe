/**
 * The blocks of the pages that must not become outdated. Two kinds of comments announce one, each before a
 * fenced block:
 *     <!-- source: src/kernels/reference/reference.ts#linear -->    equals that region of the file; without #, all of it
 *     <!-- computed: linear-float32 -->                   equals what test/docs/worked/ computes under that name
 *
 * `node tools/docs/docs.mjs --update` writes both anew; blocks.test.ts fails where they differ.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { rootPath } from '../shared.ts'

export interface Block {
  readonly kind: 'source' | 'computed'
  /** `src/kernels/reference/reference.ts#linear`, `examples/docker/Dockerfile`, or the name of a computation. */
  readonly name: string
  /** The fenced text as the page has it. */
  readonly text: string
}

const BLOCK = /^<!-- (source|computed): (\S+) -->\n+```(\w*)\n([\s\S]*?)^```$/gm

/** The pages: docs/*.md and the Markdown files of the root. */
export function pages(): string[] {
  const markdown = (folder: string): string[] =>
    readdirSync(rootPath(folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${folder}${name}`)
  return [...markdown(''), ...markdown('docs/')].sort()
}

export function readPage(name: string): string {
  return readFileSync(rootPath(name), 'utf8')
}

export function findBlocks(page: string): Block[] {
  return Array.from(page.matchAll(BLOCK), ([, kind, name, , text]) => ({
    kind: kind as Block['kind'],
    name: name!,
    text: text!,
  }))
}

/** The page with each block's text replaced by what `make` gives for it. */
export function replaceBlocks(page: string, make: (kind: string, name: string) => string): string {
  return page.replace(BLOCK, (_, kind: string, name: string, language: string) => {
    return `<!-- ${kind}: ${name} -->\n\`\`\`${language}\n${make(kind, name)}\`\`\``
  })
}

/**
 * The lines between `// #region name` and `// #endregion`, moved to the left margin.
 *
 * @param reference  `path#name`; `path` alone for the whole file
 * @throws {Error} where there is no such file or region
 */
export function readRegion(reference: string): string {
  const [path, name] = reference.split('#') as [string, string | undefined]
  if (!existsSync(rootPath(path))) throw new Error(`${reference}: there is no file ${path}`)
  const content = readFileSync(rootPath(path), 'utf8')
  if (name === undefined) return content
  const lines = content.split('\n')
  const start = lines.findIndex((line) => line.trim() === `// #region ${name}`)
  const end = lines.findIndex((line, index) => index > start && line.trim() === '// #endregion')
  if (start < 0 || end < 0) throw new Error(`${reference}: ${path} has no region ${name}`)
  const region = lines.slice(start + 1, end)
  const indents = region.filter((line) => line !== '').map((line) => line.search(/\S/))
  const margin = Math.min(...indents)
  return `${region.map((line) => line.slice(margin)).join('\n')}\n`
}
