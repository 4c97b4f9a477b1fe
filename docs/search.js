/**
 * The search field of every page. What the pages say is loaded when the field is used first, as a script, since a page that was
 * opened from a disk may load nothing else.
 */
import { findSections, indexOf } from './find-sections.js'

/** Results that are shown. */
const MOST = 10
/** UTF-16 units of a section's text that are shown before the first word that was found, and in all. */
const BEFORE = 50
const EXCERPT = 160

const form = document.querySelector('#search')
const field = form.querySelector('input')
const told = form.querySelector('[role=status]')
const list = form.querySelector('ol')
const { up } = form.dataset

let loading

/** The index of all sections, made once. */
function load() {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement('script')
    script.src = `${up}search-index.js`
    script.addEventListener('load', resolve)
    script.addEventListener('error', () => reject(new Error('The index of the pages could not be loaded')))
    document.head.append(script)
  }).then(() => indexOf(globalThis.searchSections))
  return loading
}

async function search() {
  const question = field.value.trim()
  if (question === '') return close()
  try {
    const index = await load()
    // Typed on meanwhile: that question's answer comes.
    if (question !== field.value.trim()) return
    const found = findSections(index, question)
    list.replaceChildren(...found.slice(0, MOST).map(row))
    list.hidden = found.length === 0
    told.textContent = found.length === 1 ? '1 section' : `${found.length} sections`
  } catch (error) {
    told.textContent = error.message
  }
}

function row({ id, title, page, text, terms }) {
  const link = document.createElement('a')
  link.href = up + id
  link.append(Object.assign(document.createElement('b'), { textContent: title }))
  if (page !== title) link.append(Object.assign(document.createElement('i'), { textContent: page }))
  link.append(excerpt(text, terms))
  const item = document.createElement('li')
  item.append(link)
  return item
}

/** The text around the first word that was found, with all that were found marked. */
function excerpt(text, terms) {
  const pattern = new RegExp(terms.map((term) => term.replace(/[^\p{L}\p{N}]/gu, '\\$&')).join('|'), 'giu')
  const first = text.search(pattern)
  const start = first < BEFORE ? 0 : text.indexOf(' ', first - BEFORE) + 1
  const part = `${start > 0 ? '… ' : ''}${text.slice(start, start + EXCERPT)}${text.length > start + EXCERPT ? ' …' : ''}`
  const shown = document.createElement('span')
  let at = 0
  for (const match of part.matchAll(pattern)) {
    shown.append(part.slice(at, match.index))
    shown.append(Object.assign(document.createElement('mark'), { textContent: match[0] }))
    at = match.index + match[0].length
  }
  shown.append(part.slice(at))
  return shown
}

function close() {
  list.hidden = true
  list.replaceChildren()
  told.textContent = ''
}

/** The field and the results under it, as the arrow keys go through them. */
function step(by) {
  const stops = [field, ...list.querySelectorAll('a')]
  const at = stops.indexOf(document.activeElement)
  stops[Math.max(0, Math.min(stops.length - 1, at + by))].focus()
}

field.addEventListener('focus', () => load().catch(() => {}), { once: true })
field.addEventListener('input', search)
form.addEventListener('submit', (event) => {
  event.preventDefault()
  list.querySelector('a')?.click()
})
form.addEventListener('keydown', (event) => {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (by !== undefined && !list.hidden) {
    event.preventDefault()
    step(by)
  }
  if (event.key === 'Escape') {
    field.value = ''
    close()
    field.focus()
  }
})
form.addEventListener('focusout', ({ relatedTarget }) => {
  if (relatedTarget !== null && !form.contains(relatedTarget)) close()
})
// A result on this very page.
list.addEventListener('click', ({ target }) => {
  if (target.closest('a')) setTimeout(close)
})
document.addEventListener('keydown', (event) => {
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName)
  if (event.key !== '/' || typing || event.ctrlKey || event.metaKey || event.altKey) return
  event.preventDefault()
  field.focus()
})
form.hidden = false
