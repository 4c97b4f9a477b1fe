/** What the search field finds: sections of the site's pages, best first. */
import MiniSearch from 'minisearch'

/** @param sections  `{ id, page, title, text }` each, `id` being an address in the site */
export function indexOf(sections) {
  const index = new MiniSearch({
    fields: ['title', 'page', 'text'],
    storeFields: ['title', 'page', 'text'],
    searchOptions: { prefix: true, combineWith: 'AND', boost: { title: 4, page: 2 } },
  })
  index.addAll(sections)
  return index
}

/** A name in code, which the reference tells about first: AbortSignal. */
const NAME = /[a-z][A-Z]/
/** An option of the command line is one word, which MiniSearch does not know. */
const OPTION = /^--[a-z][a-z-]+$/

/** Of a word guides come before members of the same name. */
const guidesFirst = { boostDocument: (_, __, { page }) => (page === 'API reference' ? 0.3 : 1) }

/** Words as they are written and words that begin so; only where there are none, words that are nearly so: React is not redact. */
export function findSections(index, question) {
  const isName = NAME.test(question)
  const found = index.search(question, isName ? {} : guidesFirst)
  if (found.length === 0) return index.search(question, { fuzzy: 0.2 })
  const isIt = ({ title, text }) =>
    (isName && title === question) || (OPTION.test(question) && text.includes(question))
  return found.sort((a, b) => isIt(b) - isIt(a))
}
