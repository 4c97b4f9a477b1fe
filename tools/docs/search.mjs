/**
 * The search of the site: an index of its pages by section, and the script that searches it (docs/search.js).
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'

/**
 * A page's sections: each heading with what stands below it, up to the next one.
 *
 * @param tokens  as markdown-it parses the page, with the headings' ids
 */
export function sectionsOf(tokens, { address, page }) {
  const sections = []
  tokens.forEach(({ type, children, content }, index) => {
    if (type === 'inline' && tokens[index - 1].type === 'heading_open') {
      const id = sections.length === 0 ? address : `${address}#${tokens[index - 1].attrGet('id')}`
      sections.push({ id, page, title: plain(children), text: '' })
    } else if (sections.length > 0 && (type === 'inline' || type === 'fence')) {
      sections.at(-1).text += `${type === 'fence' ? content : plain(children)}\n`
    }
  })
  return sections
}

function plain(children) {
  return children.map(({ type, content }) => (type === 'softbreak' ? ' ' : content)).join('')
}

/** A name's kind, as TypeDoc calls the folder of its page. */
const KINDS = ['classes', 'functions', 'interfaces', 'types', 'variables']

/** The sections of the API reference. @param folder  where TypeDoc wrote it */
export function apiSections(folder) {
  return KINDS.flatMap((kind) => {
    const names = readdirSync(folder).includes(kind) ? readdirSync(join(folder, kind)).sort() : []
    return names.flatMap((name) =>
      apiPageSections(readFileSync(join(folder, kind, name), 'utf8'), `api/${kind}/${name}`),
    )
  })
}

/** What one page of TypeDoc's says: of the name, and of each of its members. */
export function apiPageSections(html, address) {
  const name = /<h1>\w+(?: \w+)* ([\w$]+)/.exec(html)?.[1]
  const content = /<div class="col-content">([\s\S]*?)<div class="col-sidebar">/.exec(html)?.[1]
  if (name === undefined || content === undefined) {
    throw new Error(
      `${address} is not as TypeDoc's pages were: tools/docs/search.mjs reads its heading and content`,
    )
  }
  const [whole, ...members] = content
    .replace(/^[\s\S]*<\/h1>/, '')
    .split(/(?=<section class="tsd-panel tsd-member)/)
  const page = 'API reference'
  return [
    { id: address, page, title: name, text: textOf(whole) },
    ...members.map((member) => {
      const id = / id="([^"]+)"/.exec(member)?.[1]
      return { id: `${address}#${id}`, page, title: `${name}.${id}`, text: textOf(member) }
    }),
  ]
}

const ENTITIES = { lt: '<', gt: '>', amp: '&', quot: '"', '#39': "'", nbsp: ' ' }

function textOf(html) {
  return html
    .replace(/<(code class="tsd-tag"|button)[^>]*>[^<]*<\/\w+>/g, '')
    .replace(/<(?:br|\/p|\/h\d|\/li|\/div|\/section|\/pre)\b[^>]*>/g, '\n')
    .replace(/<[^>]+>/g, '')
    .replace(/&(#?\w+);/g, (whole, name) => ENTITIES[name] ?? whole)
    .replace(/\s*\n\s*/g, '\n')
    .trim()
}

/** The sections as a script, not as JSON: a page that was opened from a disk may load scripts and nothing else. */
export function searchIndex(sections) {
  return `globalThis.searchSections = ${JSON.stringify(sections)}\n`
}

/** The script of the field, with MiniSearch in it. */
export async function searchScript(root) {
  const { outputFiles } = await build({
    entryPoints: [join(root, 'docs/search.js')],
    ...{ bundle: true, minify: true, format: 'iife', target: 'es2022', write: false },
  })
  return outputFiles[0].text
}

/** @param up  from the page to the site's root */
export function searchForm(up) {
  return `<form id="search" class="search" role="search" data-up="${up}" hidden>
<input type="search" aria-label="Search these pages" placeholder="Search" autocomplete="off" spellcheck="false" aria-keyshortcuts="/">
<p role="status"></p>
<ol hidden></ol>
</form>
<script defer src="${up}search.js"></script>`
}
