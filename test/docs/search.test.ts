/** The search of the site: what it finds in the API reference, and how results are ordered. */
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { rootPath } from '../shared.ts'

interface Section {
  readonly id: string
  readonly page: string
  readonly title: string
  readonly text: string
}
const load = (path: string): Promise<unknown> => import(new URL(`../../../${path}`, import.meta.url).href)
/** As markdown-it, which has no types, makes them. */
type Tokens = { attrSet(name: string, value: string): void }[]
const library: string = 'markdown-it'
const { default: MarkdownIt } = (await import(library)) as {
  default: new (options: object) => { parse(markdown: string, environment: object): Tokens }
}
const { apiPageSections, sectionsOf } = (await load('tools/docs/search.mjs')) as {
  apiPageSections: (html: string, address: string) => Section[]
  sectionsOf: (tokens: Tokens, of: { address: string; page: string }) => Section[]
}
const { findSections, indexOf } = (await load('docs/find-sections.js')) as {
  indexOf: (sections: readonly Section[]) => object
  findSections: (index: object, question: string) => { id: string }[]
}

/** As TypeDoc writes them. */
const PAGE = `<div class="container"><div class="col-content"><div class="tsd-page-title"><ul><li>node</li></ul>
<h1>Interface LoadOptions</h1></div><section class="tsd-panel tsd-comment"><p>What may be said.</p></section>
<section class="tsd-panel tsd-member"><h3 class="tsd-anchor-link" id="signal"><span>signal</span></h3>
<div class="tsd-signature">signal<span>?:</span> <span>AbortSignal</span></div><p>Ends it &amp; gives &lt;all&gt; back.</p></section>
</div><div class="col-sidebar">Settings</div></div>`

const sections = [
  ...apiPageSections(PAGE, 'api/interfaces/node.LoadOptions.html'),
  { id: 'recipes.html#react', page: 'Recipes', title: 'React', text: 'A hook, with an effect.' },
  { id: 'redaction.html', page: 'Redaction', title: 'Redact a text', text: 'What redact puts in place.' },
]
const index = indexOf(sections)
const ids = (question: string): string[] => findSections(index, question).map(({ id }) => id)

test('the API reference is looked through, name by name and member by member', () => {
  assert.equal(sections.slice(0, 2), [
    {
      id: 'api/interfaces/node.LoadOptions.html',
      page: 'API reference',
      title: 'LoadOptions',
      text: 'What may be said.',
    },
    {
      id: 'api/interfaces/node.LoadOptions.html#signal',
      page: 'API reference',
      title: 'LoadOptions.signal',
      text: 'signal\nsignal?: AbortSignal\nEnds it & gives <all> back.',
    },
  ])
  assert.equal(ids('AbortSignal'), ['api/interfaces/node.LoadOptions.html#signal'])
  assert.is(ids('LoadOptions')[0], 'api/interfaces/node.LoadOptions.html')
})

test('a word that is nearly so is found only where none is so', () => {
  assert.equal(ids('redact'), ['redaction.html'])
  assert.equal(ids('react'), ['recipes.html#react'])
  assert.equal(ids('reacct'), ['recipes.html#react'])
})

/** The sections of docs/, with numbers for ids. */
function sectionsOfPages(): Section[] {
  return readdirSync(rootPath('docs'))
    .filter((name) => name.endsWith('.md'))
    .flatMap((name) => {
      const markdown = readFileSync(rootPath(`docs/${name}`), 'utf8')
      const tokens = new MarkdownIt({ html: true }).parse(markdown, {})
      for (const [number, token] of tokens.entries()) token.attrSet('id', String(number))
      return sectionsOf(tokens, { address: name, page: /^# (.+)$/m.exec(markdown)![1]! })
    })
}

test('what users look for is found, the obvious page first', () => {
  const whole = indexOf([...sections.slice(0, 2), ...sectionsOfPages()])
  const first = (question: string): string => findSections(whole, question)[0]?.id.split('#')[0] ?? 'nothing'
  assert.equal(
    Object.fromEntries(
      [
        ...['csv', '--csv', 'tsv', 'spreadsheet table', 'jsonl', '--padded-vocabulary', 'unmask'],
        ...['redact', 'redaction', 'AbortSignal', 'react', 'docker', 'gliner', 'viterbi', 'which model'],
        ...['anonymize', 'anonymise', 'personal data', 'pdf', 'docx', 'German', 'French', 'GDPR'],
      ].map((question) => [question, first(question)]),
    ),
    {
      csv: 'command-line.md',
      '--csv': 'command-line.md',
      tsv: 'command-line.md',
      'spreadsheet table': 'command-line.md',
      jsonl: 'command-line.md',
      '--padded-vocabulary': 'which-model.md',
      unmask: 'command-line.md',
      redact: 'redaction.md',
      redaction: 'redaction.md',
      AbortSignal: 'api/interfaces/node.LoadOptions.html',
      react: 'recipes.md',
      docker: 'recipes.md',
      gliner: 'own-types.md',
      viterbi: '09-logits-to-entities.md',
      'which model': 'which-model.md',
      anonymize: 'redaction.md',
      anonymise: 'redaction.md',
      'personal data': 'redaction.md',
      pdf: 'command-line.md',
      docx: 'command-line.md',
      German: 'which-model.md',
      French: 'which-model.md',
      GDPR: 'redaction.md',
    },
  )
  // Models for it, and the command of that name, are as good an answer.
  for (const question of ['PII', 'mask']) {
    const pages = findSections(whole, question).map(({ id }) => id.split('#')[0])
    assert.ok(pages.slice(0, 4).includes('redaction.md'), `${question}: ${pages.slice(0, 6).join(' ')}`)
  }
})

test('every option of the command line is found', () => {
  const whole = indexOf(sectionsOfPages())
  const page = readFileSync(rootPath('docs/command-line.md'), 'utf8')
  const options = new Set(Array.from(page.matchAll(/^ .*?(--[a-z][a-z-]+)/gm), ([, option]) => option!))
  assert.ok(options.size > 60, `${options.size} options`)
  for (const option of options) {
    const ids = findSections(whole, option).map(({ id }) => id)
    assert.ok(
      ids.some((id) => id.startsWith('command-line.md')),
      option,
    )
  }
})

test('a page that is not as TypeDoc writes them is an error', () => {
  assert.throws(() => apiPageSections('<h1>Else</h1>', 'api/x.html'), /api\/x\.html is not as TypeDoc/)
})

test.run()
