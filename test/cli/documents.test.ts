/** HTML and Markdown: what of them is text, where it stands in the source, and names across tags. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { readHtml } from '#dist/cli/documents/html.js'
import { readMarkdown } from '#dist/cli/documents/markdown.js'
import type { PlainText } from '#dist/cli/documents/plain-text.js'
import { createRedactor } from '#dist/node.js'
import { cpuTime } from '../cpu-time.ts'
import { share, times } from '../thorough.ts'
import { iobert, temporaryFolder } from './run.ts'

/** What the source has where a stretch of the text stands. */
function sourceOf(source: string, document: PlainText, part: string): string {
  const start = document.text.indexOf(part)
  const entities = [{ type: 'PER', text: part, start, end: start + part.length, score: 1 }]
  const [entity] = document.toSource({ entities, truncated: false }).entities
  assert.is(entity!.text, part)
  return source.slice(entity!.start, entity!.end)
}

for (const [html, wanted] of [
  ['<p>Tim <b>Cook</b></p><p>left</p>', 'Tim Cook\n\nleft'],
  ['<b>Tim</b> <b>Cook</b>', 'Tim Cook'],
  ['<b>Tim</b>\n  <i>Cook</i>\n', 'Tim Cook '],
  ['a<br>b<br/>c<hr>d', 'a\nb\nc\n\nd'],
  ['<table><tr><td>a</td><td> b </td></tr><tr><td>c</table>', 'a\tb \nc'],
  ['<script>Tim</script>a<style>p { }</style>b<SCRIPT>x', 'ab'],
  ['run <code>Tim()</code> by Ana', 'run \ufffc by Ana'],
  ['<code>Ana', 'Ana'],
  ['a<!-- Tim > -->b<!doctype html>c<?x?>d', 'abcd'],
  ['<a title="a > b" href=\'>\' x=>Ana</a>', 'Ana'],
  ['<a title="open>Ana', 'Ana'],
  ['1 < 2 & 3 > 2 <', '1 < 2 & 3 > 2 <'],
  ['Jos&eacute; &amp; Ana&nbsp;L&#243;pez&#x1F600; &nope; &#0;', 'José & Ana López😀 &nope; \ufffd'],
  ['<pre>a\n  b</pre>c', 'a\n  b\n\nc'],
  ['<ul><li>a</li> <li>b</li></ul>', 'a\nb'],
  ['<a<b>x', 'x'],
] as const) {
  test(`HTML: ${html}`, () => {
    assert.is(readHtml(html).text, wanted)
  })
}

for (const [markdown, wanted] of [
  ['# Tim **Cook**\n\nof *Ana*, __Bo__ and ~~Cy~~.', 'Tim Cook\n\nof Ana, Bo and Cy.'],
  ['Tim\nCook left\nagain', 'Tim Cook left again'],
  ['- [x] Ana\n- Bo\n  1. Cy\n> quote\n> > more', 'Ana\nBo\nCy\nquote\nmore'],
  [
    '[Tim](http://x.y/(z) "t") [Cook][1] ![Ana](a.png) [sic] [x]\n\n[1]: http://Bo',
    'Tim Cook Ana [sic] [x]\n\n',
  ],
  ['run `Tim` and ``a ` b`` or ` alone', 'run \ufffc and \ufffc or ` alone'],
  ['a\n\n```js\nconst Tim = 1\n```\n\nb', 'a\n\n\n\nb'],
  ['~~~\nTim', ''],
  ['snake_case 2 * 3 \\*x\\* &amp; <b>Ana</b> <http://a.b> a*b', 'snake_case 2 * 3 *x* & Ana  a*b'],
  ['| Ana | Bo |\n|-----|----|\n| Cy | D |', '\t Ana \t Bo \t\n\n\t Cy \t D \t'],
  ['---\ntitle: Tim\n---\nAna', 'Ana'],
  ['Ana\n===\nBo\n---\n***\nCy', 'Ana\n\nBo\n\n\nCy'],
  ['a <code>Tim</code> <script>Bo</script> b', 'a \ufffc  b'],
] as const) {
  test(`Markdown: ${JSON.stringify(markdown)}`, () => {
    assert.is(readMarkdown(markdown).text, wanted)
  })
}

test('offsets are those of the source, over tags where a name lies across them', () => {
  const html = '<p>Mr <b>Tim</b> <b>Cook</b>, Jos&eacute;&nbsp;L&oacute;pez</p>'
  assert.is(sourceOf(html, readHtml(html), 'Tim Cook'), 'Tim</b> <b>Cook')
  assert.is(sourceOf(html, readHtml(html), 'José López'), 'Jos&eacute;&nbsp;L&oacute;pez')
  const markdown = '> Mr **Tim**\n> [Cook](x)'
  assert.is(sourceOf(markdown, readMarkdown(markdown), 'Tim'), 'Tim')
  assert.is(sourceOf(markdown, readMarkdown(markdown), 'Cook'), 'Cook')
})

const parts = fc.array(
  fc.constantFrom(
    ...[
      '<',
      '>',
      '<b>',
      '</b>',
      '<p',
      '<code>',
      '</code>',
      '<script>',
      '</script>',
      '<pre>',
      '<!--',
      '-->',
      '<br/>',
    ],
    ...[
      '"',
      '=',
      "'",
      '&',
      '&amp;',
      '&#65;',
      ';',
      'Ana',
      ' ',
      '\n',
      '\t',
      '\r\n',
      '😀',
      '\ud83d',
      '<td>',
      '\n\n',
    ],
    ...[
      '*',
      '_',
      '**',
      '`',
      '```',
      '~~~',
      '[',
      ']',
      '(',
      ')',
      '](',
      '# ',
      '- ',
      '> ',
      '1. ',
      '|',
      '\\',
      '---',
      ': ',
    ],
  ),
  { maxLength: 30 },
)

test('whatever the source, its text stands in it in order, and redacting takes out just the names', () => {
  fc.assert(
    fc.property(parts, fc.constantFrom(readHtml, readMarkdown), (all, read) => {
      const source = all.join('')
      const document = read(source)
      const { text } = document
      let before = 0
      for (let at = 0; at < text.length; at++) {
        const entities = [{ type: 'X', text: text[at]!, start: at, end: at + 1, score: 1 }]
        const { start, end } = document.toSource({ entities, truncated: false }).entities[0]!
        // What was added between blocks stands nowhere.
        if (/\s/u.test(text[at]!)) continue
        assert.ok(before <= start && start < end && end <= source.length, `${at} ${start} ${end}`)
        before = end
        const written = source.slice(start, end)
        assert.ok(
          written === text[at] || /^[&\\]/u.test(written) || text[at] === '\ufffc' || written.startsWith('<'),
          written,
        )
      }
      const redactor = createRedactor({ placeholder: ({ type }, number) => `{${type}${number}}` })
      const none = { entities: [], truncated: false }
      assert.is(document.redact(redactor, none).text, source)
      const names = [...text.matchAll(/Ana/gu)].map(({ index }) => ({
        type: 'X',
        text: 'Ana',
        start: index,
        end: index + 3,
        score: 1,
      }))
      const redacted = document.redact(redactor, { entities: names, truncated: false })
      assert.is(redacted.placeholders.length, names.length)
      for (const { text: mark, start, end } of redacted.placeholders)
        assert.is(redacted.text.slice(start, end), mark)
      if (names.length > 0) assert.is(redacted.text.replaceAll('{X1}', 'Ana'), source)
    }),
    { numRuns: times(500, 3000) },
  )
})

test('the time is linear in the source', () => {
  const parts = [
    '<',
    '<a',
    '<a ="',
    '<b ="><b =">',
    '<code>',
    '<!--',
    '&',
    '`',
    '` ``',
    '[',
    '[a](',
    '\n- ',
    '*',
    '![a][',
    '\\',
    '|',
    '<a "',
    '~~~\n',
    '<pre>',
  ]
  const count = times(25_000, 100_000)
  for (const part of share(parts, 3)) {
    for (const read of [readHtml, readMarkdown]) {
      for (const end of ['', '>', '"']) {
        const time = cpuTime(() => void read(part.repeat(count) + end).text)
        assert.ok(time < count / 25, `${part} ${end} ${read.name}: ${time} ms`)
      }
    }
  }
})

test('iobert reads HTML and Markdown by the names of files, and --input says it', async () => {
  const folder = temporaryFolder()
  const html =
    '<p title="Bo">Mail of <b>Tim</b> <b>Cook</b> in Berlin &amp; Lima.</p>\n<script>var Berlin</script>\n'
  const page = join(folder, 'mail.HTML')
  writeFileSync(page, html)
  const [found] = JSON.parse((await iobert(['--json', page])).stdout)
  assert.equal(
    found.entities.map(({ text, start, end }: { text: string; start: number; end: number }) => [
      text,
      html.slice(start, end),
    ]),
    [
      ['Tim Cook', 'Tim</b> <b>Cook'],
      ['Berlin', 'Berlin'],
      ['Lima', 'Lima'],
    ],
  )
  const redacted = html
    .replace('Tim</b> <b>Cook', '[PER]</b><b>')
    .replace('Berlin &amp; Lima', '[LOC] &amp; [LOC]')
  assert.is((await iobert(['--redact', page])).stdout, redacted)
  assert.is((await iobert(['--redact', '--input', 'html', '-t', html])).stdout, redacted)
  const map = join(folder, 'map.json')
  const masked = await iobert(['mask', '--map', map, page])
  assert.is(masked.stdout.replace(/_\d\]/gu, ']'), redacted)
  const line = JSON.stringify({ body: html })
  const { stdout } = await iobert(['--jsonl', '--field', 'body', '--input', 'html', '--redact'], line)
  assert.is(JSON.parse(stdout).body, redacted)
  const note = join(folder, 'note.md')
  writeFileSync(note, '# Note\n\nBy **Tim Cook**, `Berlin()`\n')
  assert.is((await iobert(['--redact', note])).stdout, '# Note\n\nBy **[PER]**, `Berlin()`\n')
  const wrong = await iobert(['--input', 'rtf', note])
  assert.is(wrong.code, 2)
  assert.match(wrong.stderr, /--input is 'rtf', expected one of 'text', 'html', 'markdown'/u)
})

test.run()
