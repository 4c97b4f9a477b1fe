/** The search of the site: what its pages say, by section, and the script that looks through it (docs/search.js). */
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
