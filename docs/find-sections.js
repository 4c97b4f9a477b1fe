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

/** Words as they are written and words that begin so; only where there are none, words that are nearly so: React is not redact. */
export function findSections(index, question) {
  const found = index.search(question)
  // An option of the command line is one word, which MiniSearch does not know: where it stands as it is written comes first.
  const option = /^--[a-z][a-z-]+$/.exec(question)?.[0]
  if (option) found.sort((a, b) => b.text.includes(option) - a.text.includes(option))
  return found.length > 0 ? found : index.search(question, { fuzzy: 0.2 })
}
