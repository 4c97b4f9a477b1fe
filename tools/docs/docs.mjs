// Builds the documentation into build/docs: docs/*.md and the root's pages as a static site, the source files they link to,
// and the API reference (TypeDoc) under api/.
//   node tools/docs/docs.mjs            builds
//   node tools/docs/docs.mjs --update   first writes the pages' source and computed blocks anew (test/docs/blocks.ts)
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import MarkdownIt from 'markdown-it'
import { makeReady } from '../build/ready.mjs'
import { formulas } from './formulas.mjs'
import { apiSections, searchForm, searchIndex, searchScript, sectionsOf } from './search.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const out = join(root, 'build/docs')

/** What opens first: what a user needs first. */
const HOME = 'docs/get-started.md'
/** The contents of the textbook, whose page on the site has a name of its own. */
const TEXTBOOK = 'docs/index.md'

/** The pages in reading order; those that are not there are left out, others in docs/ come last. */
const SECTIONS = [
  [
    'In use',
    [
      HOME,
      ...inDocs(
        'command-line which-model own-types own-model redaction recipes shipping scaling coming-from beside-others',
      ),
    ],
  ],
  ['How it works', [...inDocs('one-page'), TEXTBOOK, ...inDocs('notation'), ...chapters()]],
  [
    'The house',
    [...inDocs('architecture'), 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', ...inDocs('release')],
  ],
]

function inDocs(names) {
  return names.split(' ').map((name) => `docs/${name}.md`)
}

function chapters() {
  return readdirSync(join(root, 'docs'))
    .filter((name) => /^\d\d-.*\.md$/.test(name))
    .sort()
    .map((name) => `docs/${name}`)
}

function sections() {
  const known = SECTIONS.flatMap(([, pages]) => pages)
  const more = readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md') && !known.includes(`docs/${name}`))
    .map((name) => `docs/${name}`)
  return [...SECTIONS, ['More', more]]
    .map(([title, pages]) => [title, pages.filter((page) => existsSync(join(root, page)))])
    .filter(([, pages]) => pages.length > 0)
}

const escapeHtml = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/** GitHub's anchors: lower case, spaces to hyphens, punctuation gone. */
export function slug(heading) {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-')
}

const KEYWORDS =
  'as async await class const continue break default do else export extends for from function if implements import in instanceof let new of readonly return static switch throw try catch finally type typeof undefined null true false this void while yield'

const TOKEN = new RegExp(
  [
    String.raw`(?<comment>//[^\n]*|/\*[\s\S]*?\*/)`,
    String.raw`(?<string>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|\x60(?:[^\x60\\]|\\.)*\x60)`,
    String.raw`(?<number>\b0x[0-9a-f]+\b|\b\d[\d_]*(?:\.\d+)?(?:e[+-]?\d+)?\b)`,
    String.raw`(?<keyword>\b(?:${KEYWORDS.replaceAll(' ', '|')})\b)`,
  ].join('|'),
  'gu',
)

/** Comments, strings, numbers and keywords of TypeScript; everything else as it is. */
function highlight(code, language) {
  if (!['ts', 'js', 'mjs'].includes(language)) return escapeHtml(code)
  let html = ''
  let done = 0
  for (const match of code.matchAll(TOKEN)) {
    const kind = Object.keys(match.groups).find((name) => match.groups[name] !== undefined)
    html += `${escapeHtml(code.slice(done, match.index))}<span class="${kind}">${escapeHtml(match[0])}</span>`
    done = match.index + match[0].length
  }
  return html + escapeHtml(code.slice(done))
}

/** Source files that a page links to; each becomes a page of its own. */
const linkedSources = new Set()

/** Where a page of the repository stands in the site. */
function siteName(path) {
  if (path === HOME) return 'index.html'
  if (path === TEXTBOOK) return 'textbook.html'
  return `${path.replace(/^docs\//, '').replace(/\.md$/, '')}.html`
}

/** @param up  from the page to the site's root */
function siteLink(href, page, up) {
  if (/^[a-z]+:/.test(href) || href.startsWith('#')) return href
  const [path, anchor] = href.split('#')
  const target = posix.join(posix.dirname(page), path)
  const hash = anchor === undefined ? '' : `#${anchor}`
  if (target.endsWith('.md') && sections().some(([, pages]) => pages.includes(target)))
    return up + siteName(target) + hash
  if (target.startsWith('docs/figures/')) return up + target.replace('docs/', '')
  if (!existsSync(join(root, target))) throw new Error(`${page} links to ${href}, and there is no ${target}`)
  linkedSources.add(target)
  return `${up}source/${target}.html${hash}`
}

const scrolls = (label) => `tabindex="0" role="group" aria-label="${label}"`

/** What a block is, for who does not see it. */
function kindOf(language) {
  if (['text', 'console', ''].includes(language)) return 'Example'
  return language === 'sh' ? 'Commands' : 'Code'
}

/** Of a figure's units, in rem: its smallest letters have 11 units. */
const LEAST_SCALE = 0.055

/** Gives every heading an id; of equal ones the second has `-1` behind it, as GitHub does. */
function nameHeadings({ tokens }) {
  const seen = new Map()
  tokens.forEach((token, index) => {
    if (token.type !== 'heading_open') return
    const id = slug(tokens[index + 1].content.replace(/`/g, ''))
    const count = seen.get(id) ?? 0
    seen.set(id, count + 1)
    token.attrSet('id', count === 0 ? id : `${id}-${count}`)
  })
}

function makeRenderer(page, up = '') {
  const markdown = new MarkdownIt({ html: true, typographer: false, highlight })
  markdown.core.ruler.push('name-headings', nameHeadings)
  markdown.use(formulas)
  const { rules } = markdown.renderer
  rules.heading_open = (tokens, index) => {
    const { tag } = tokens[index]
    const id = tokens[index].attrGet('id')
    return `<${tag} id="${id}"><a class="anchor" href="#${id}" aria-label="This section">§</a>`
  }
  rules.link_open = (tokens, index, options, _, self) => {
    tokens[index].attrSet('href', siteLink(tokens[index].attrGet('href'), page, up))
    return self.renderToken(tokens, index, options)
  }
  rules.image = (tokens, index) => {
    const { content } = tokens[index]
    const source = siteLink(tokens[index].attrGet('src'), page, up)
    const [, width] =
      /viewBox="0 0 ([\d.]+)/.exec(readFileSync(join(root, 'docs', source.slice(up.length)), 'utf8')) ?? []
    // A narrow window scrolls the picture; its letters stay legible.
    const least = Number(width ?? 0) * LEAST_SCALE
    const image = `<img src="${source}" alt="${escapeHtml(content)}" style="min-width: ${least.toFixed(1)}rem">`
    return `<figure><div class="scroll" ${scrolls('Picture')}>${image}</div><figcaption>${escapeHtml(content)}</figcaption></figure>`
  }
  // What may be wider than the page is reached and scrolled by keys too.
  const { fence } = rules
  rules.fence = (tokens, index, ...rest) =>
    fence(tokens, index, ...rest).replace('<pre>', `<pre ${scrolls(kindOf(tokens[index].info))}>`)
  const { code_block: indented } = rules
  rules.code_block = (...given) => indented(...given).replace('<pre>', `<pre ${scrolls('Example')}>`)
  rules.table_open = () => `<div class="scroll" ${scrolls('Table')}><table>`
  rules.table_close = () => '</table></div>'
  rules.html_block = (tokens, index) => {
    const { content } = tokens[index]
    const source = /^<!-- source: ([^#\s]+)(?:#\S+)? -->/.exec(content)
    if (source) {
      linkedSources.add(source[1])
      return `<p class="origin"><a href="${up}source/${source[1]}.html">${source[1]}</a></p>`
    }
    return content.startsWith('<!--') ? '' : content
  }
  return markdown
}

function titleOf(page) {
  return /^# (.+)$/m.exec(readFileSync(join(root, page), 'utf8'))[1]
}

function navigation(current, up) {
  return sections()
    .map(([title, pages]) => {
      const items = pages.map((page) => {
        const here = page === current ? ' aria-current="page"' : ''
        return `<li><a href="${up}${siteName(page)}"${here}>${escapeHtml(titleOf(page))}</a></li>`
      })
      if (title === 'The house') items.push(`<li><a href="${up}api/index.html">API reference</a></li>`)
      return `<h2>${title}</h2><ul>${items.join('')}</ul>`
    })
    .join('')
}

function template({ title, body, page, up = '', before = '', after = '' }) {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} · iobert</title>
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${up}style.css">
<script defer src="${up}copy-code.js"></script>
</head>
<body>
<a class="skip" href="#content">To the text</a>
<header><a href="${up}index.html">iobert</a>
${searchForm(up)}
<details class="menu"><summary>Pages</summary><nav aria-label="Pages">${navigation(page, up)}</nav></details></header>
<div class="layout">
<nav class="side" aria-label="All pages">${navigation(page, up)}</nav>
<main id="content">
${body}
<nav class="neighbours" aria-label="Neighbouring pages">${before}${after}</nav>
</main>
</div>
</body>
</html>
`
}

function write(name, text) {
  const path = join(out, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

/** What the search looks through. */
const found = []

async function buildPages() {
  const all = sections().flatMap(([, pages]) => pages)
  all.forEach((page, index) => {
    const text = readFileSync(join(root, page), 'utf8')
    const link = (other, word, rel) =>
      other === undefined
        ? '<span></span>'
        : `<a rel="${rel}" href="${siteName(other)}"><span>${word}</span>${escapeHtml(titleOf(other))}</a>`
    const renderer = makeRenderer(page)
    found.push(...sectionsOf(renderer.parse(text, {}), { address: siteName(page), page: titleOf(page) }))
    const html = template({
      title: titleOf(page),
      page,
      body: renderer.render(text),
      before: link(all[index - 1], 'Before', 'prev'),
      after: link(all[index + 1], 'Next', 'next'),
    })
    write(siteName(page), html)
  })
  write('search.js', await searchScript(root))
  return all.length
}

/** A file as it stands; Markdown, whose headings are linked to, as a page. */
function sourceBody(path, up) {
  const text = readFileSync(join(root, path), 'utf8')
  if (path.endsWith('.md')) return makeRenderer(path, up).render(text)
  const language = /\.(m?js|ts)$/.exec(path)?.[1] ?? 'text'
  return `<h1>${path}</h1><pre ${scrolls('Source')}><code>${highlight(text.trimEnd(), language)}</code></pre>`
}

function buildSources() {
  for (const path of linkedSources) {
    const up = '../'.repeat(path.split('/').length)
    write(`source/${path}.html`, template({ title: path, body: sourceBody(path, up), up }))
  }
  return linkedSources.size
}

async function update() {
  await (await import('../build/transpile.mjs')).transpileTests()
  const { findBlocks, pages, readPage, readRegion, replaceBlocks } = await import(
    '../../build/test/docs/blocks.js'
  )
  const { compute } = await import('../../build/test/docs/worked.js')
  for (const name of pages()) {
    const page = readPage(name)
    const texts = new Map()
    for (const block of findBlocks(page)) {
      const text = block.kind === 'source' ? readRegion(block.name) : await compute(block.name)
      texts.set(`${block.kind} ${block.name}`, text)
    }
    const fresh = replaceBlocks(page, (kind, block) => texts.get(`${kind} ${block}`))
    if (fresh === page) continue
    writeFileSync(join(root, name), fresh)
    console.log(`updated ${name}`)
  }
}

/** TypeDoc writes the links of its header alike on pages of every depth: here each page gets its own way up to the site's root. */
function aimApiLinks() {
  const api = join(out, 'api')
  for (const name of readdirSync(api, { recursive: true })) {
    const path = join(api, name)
    if (!name.endsWith('.html')) continue
    const up = posix.relative(posix.dirname(`api/${name.replaceAll('\\', '/')}`), '.')
    const html = readFileSync(path, 'utf8')
    writeFileSync(path, html.replaceAll('href="site:', `href="${up}/`))
  }
}

makeReady()
if (process.argv.includes('--update')) await update()
rmSync(out, { recursive: true, force: true })
const pages = await buildPages()
const sources = buildSources()
cpSync(join(root, 'docs/figures'), join(out, 'figures'), { recursive: true })
for (const file of ['style.css', 'copy-code.js']) cpSync(join(root, 'docs', file), join(out, file))
const typedoc = spawnSync(process.execPath, ['node_modules/typedoc/bin/typedoc'], {
  cwd: root,
  stdio: 'inherit',
})
if (typedoc.status !== 0) process.exit(typedoc.status ?? 1)
aimApiLinks()
write('search-index.js', searchIndex([...found, ...apiSections(join(out, 'api'))]))
console.log(`build/docs: ${pages} pages, ${sources} source files, API reference`)
