/**
 * The formulas of the pages: TeX that the site's builder can render, and one for each computation of a
 * chapter.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { pages, readPage } from './blocks.ts'

interface Markdown {
  use(plugin: unknown): Markdown
  render(text: string): string
}

// Both without types; so their names are no literals.
const [plugin, library] = [new URL('../../../tools/docs/formulas.mjs', import.meta.url).href, 'markdown-it']
const { formulas } = (await import(plugin)) as { formulas: unknown }
const { default: MarkdownIt } = (await import(library)) as { default: new () => Markdown }
const markdown = new MarkdownIt().use(formulas)

test('every formula becomes MathML', () => {
  let found = 0
  for (const name of pages()) {
    const marks = readPage(name).match(/^\$\$$/gm)?.length ?? 0
    const drawn = markdown.render(readPage(name)).match(/<math /g)?.length ?? 0
    assert.is(2 * drawn, marks, name)
    found += drawn
  }
  assert.ok(found > 15, `${found} formulas`)
})

test('chapters that compute have a formula', () => {
  for (const chapter of pages().filter((name) => /^docs\/(0[13-9]|10)-/.test(name))) {
    const section = readPage(chapter).split('\n## The formula\n')[1]!.split('\n## ')[0]!
    assert.match(section, /^\$\$$/m, chapter)
  }
})

test('GitHub draws it too: no backslash before punctuation, which its Markdown takes away', () => {
  for (const name of pages()) {
    for (const [, tex] of readPage(name).matchAll(/^\$\$\n([\s\S]*?)^\$\$$/gm)) {
      assert.not.match(tex!, /\\[^A-Za-z\s]/, `${name}: ${tex}`)
    }
  }
})

test('what is no TeX is an error, and so is a formula without an end', () => {
  assert.throws(() => markdown.render('$$\n\\frac{1\n$$\n'))
  assert.throws(() => markdown.render('$$\nx\n'), /line 1: a formula that begins with \$\$ has no end/)
})

test.run()
