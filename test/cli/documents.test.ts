/** HTML and Markdown: which part is text, its position in the source, and names across tags. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { readHtml, readXml } from '#dist/cli/documents/html.js'
import { readJson } from '#dist/cli/documents/json.js'
import { readMarkdown } from '#dist/cli/documents/markdown.js'
import type { PlainText } from '#dist/cli/documents/plain-text.js'
import { createRedactor } from '#dist/node.js'
import { assertLinear } from '../growth.ts'
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
  ['<script>Tim</script>a<style>p { }</style>b', 'ab'],
  ['run <code>Tim()</code> by Ana', 'run \ufffc by Ana'],
  ['<code>Ana', 'Ana'],
  ['<code>Ana <code>Tim</code> Bo', 'Ana \ufffc Bo'],
  [
    '<title>Ana &amp; Bo</title><textarea><b>Cy</textarea><template>Tim</template>',
    'Ana & Bo\n\n<b>Cy\n\nTim',
  ],
  ['a<!-- Tim > -->b<!doctype html>c<?xml v?>d', 'abcd\n\nTim > '],
  ['<a title="a > b" href=\'>\' x=>Ana</a>', 'Ana\n\na > b'],
  ['<a title="open>Ana', 'Ana\n\nopen'],
  ['1 < 2 & 3 > 2 <', '1 < 2 & 3 > 2 <'],
  [
    'Jos&eacute; &amp; Ana&nbsp;L&#243;pez&#x1F600; &nope; &#0;&#x80; &copy 1&nGt;',
    'José & Ana López😀 &nope; \ufffd€ © 1\u226b\u20d2',
  ],
  ['<pre>a\n  b</pre>c', 'a\n  b\n\nc'],
  ['<ul><li>a</li> <li>b</li></ul>', 'a\nb'],
  ['<a<b>x', '<a<b>x'],
  ['a<object data=x>Ana</object>b<iframe src=y>Bo</iframe>', 'a\n\nAna\n\nb\n\nBo'],
  ['<noembed>Ana</noembed><noframes>Bo</noframes>', 'Ana\n\nBo'],
  ['a<style>Tim <p>Bo</p>', 'a\n\nTim <p>Bo</p>'],
  ['a<SCRIPT>x = "Tim"', 'a\n\nx = "Tim"'],
  ['a<!-- Tim', 'a<!-- Tim'],
  ['Tim<br/', 'Tim<br/'],
  ['<i title="Tim<br/>', 'Tim<br/'],
  ['a<!-- Tim -->b<?Tim', 'ab<?Tim\n\nTim '],
  ['<![CDATA[ Ana ]]>b', 'Ana b'],
  ['Ask <tim@example.org>.', 'Ask <tim@example.org>.'],
  ['Ask <Ann-Marie Bo> on <my-menu>.', 'Ask <Ann-Marie Bo> on \t.'],
  ['<!doctype svg [<!entity x "Ana">]>b', ']>b\n\ndoctype svg [<!entity x "Ana"'],
  ['<?xml-stylesheet title="Ana"?>b', 'b\n\n?xml-stylesheet title="Ana"?'],
  ['<math alttext="Ana"><a xlink:title="Bo">c', 'c\n\nAna\n\nBo'],
  ['<i aria-braillelabel="Ana" :title="\'Bo\'">c', "c\n\nAna\n\n'Bo'"],
  ['<img src="data:text/html,Ana%20L%C3%B3pez">b', 'b\n\nAna López'],
  ['<img src="data:text/plain;base64,QW5h">b', 'b'],
  ['<img src="data:,Ana%20Bo"><img src="data:;charset=utf-8,Cy">b', 'b\n\nAna Bo\n\nCy'],
  ['<img src="data:;base64,QW5h">b', 'b'],
  ['Ask <Tim Cook> and <Ana>, <b>Bo</b>.', 'Ask <Tim Cook> and <Ana>, Bo.'],
  ['<name>Ana</name><city>Bo</city>', 'Ana\tBo'],
  [
    '<img class=Ana alt="Bo &amp; Cy" title=\'D\'><input value=E><i data-by="F" aria-label="G">x</i>',
    'x\n\nBo & Cy\n\nD\n\nE\n\nF\n\nG',
  ],
  ['<meta name=author content="Tim Cook"><a href=" mailto:tim@x.org">a</a>', 'a\n\nTim Cook\n\ntim@x.org'],
  ['Tim <!-- by <b title="Bo">Ana</b> --> Cook', 'Tim Cook\n\nby Ana \n\nBo'],
  [
    '</p Ana></ Bo><!DOCTYPE Cy><!--[if mso]><p>D</p><![endif]-->',
    'Ana\n\nBo\n\nDOCTYPE Cy\n\n[if mso]>\n\nD\n\n<![endif]',
  ],
  ['<code title="Tim">x</code>', '\ufffc\n\nTim'],
  ['<user-card name="Ana" class=x style=y id=z onclick=f>Bo</user-card>', 'Bo\n\nAna'],
  [
    '<a href="mailto:tim@x.org?subject=Angela%20M%C3%BCller%ff">a</a>',
    'a\n\ntim@x.org?subject=Angela Müller%ff',
  ],
] as const) {
  test(`HTML: ${html}`, () => {
    assert.is(readHtml(html).text, wanted)
  })
}

test('all elements and attributes of XML are text', () => {
  const xml =
    '<?xml version="1.0" encoding="UTF-8"?><r xmlns:x="Ana"><code by="Jos&#233;">Bo &#38; Cy</code><style/>D</r>'
  assert.is(readXml(xml).text, 'Bo & Cy\tD\n\nJosé')
})

test('lines of JSON are JSON too, and the wrong one is told by its number', () => {
  const lines = readJson('{"n":"Jos\\u00e9"}\r\n\n"Ana"\n', undefined)
  assert.is(lines instanceof Error ? undefined : lines.text, 'n\tJosé\n\nAna')
  const wrong = readJson('{"n":"Ana"}\nTim Cook\n', undefined)
  assert.match((wrong as Error).message, /^it is no JSON, nor lines of JSON: line 2 is none; .*--input text/)
  assert.not.match((wrong as Error).message, /Tim/)
})

for (const [markdown, wanted] of [
  ['# Tim **Cook**\n\nof *Ana*, __Bo__ and ~~Cy~~.', 'Tim Cook\n\nof Ana, Bo and Cy.'],
  ['Tim\nCook left\nagain', 'Tim Cook left again'],
  ['- [x] Ana\n- Bo\n  1. Cy\n> quote\n> > more', 'Ana\nBo\nCy\n\nquote\n\nmore'],
  [
    '[Tim](http://x.y/(z) "t") [Cook][1] ![Ana](a.png) [sic] [x]\n\n[1]: http://Bo',
    'Tim Cook Ana [sic] [x]\n\n[1]: \n\n"t"\n\n[1]',
  ],
  ['run `Tim` and ``a ` b`` or ` alone', 'run \ufffc and \ufffc or ` alone'],
  ['a\n\n```js\nconst Tim = 1\n```\n\nb', 'a\n\nb'],
  ['~~~\nTim\n  Cook', '\nTim\n  Cook'],
  ['> ~~~ js\n> Tim\n\nAna', ' \n Tim\n\nAna'],
  ['snake_case 2 * 3 \\*x\\* &amp; <b>Ana</b> <http://a.b> a*b', 'snake_case 2 * 3 *x* & Ana http://a.b a*b'],
  ['| Ana | Bo |\n|-----|----|\n| Cy | D |', 'Ana\tBo\nCy\tD'],
  ['---\r\nauthor: Tim\r\ntags: [a]\r\n---\nAna', 'author: Tim\r\ntags: [a]\n\nAna'],
  ['---\n---\nAna', 'Ana'],
  ['[Ann]: Angela Merkel met Tim Cook.', '[Ann]: Angela Merkel met Tim Cook.'],
  ['By [^1]\n\n[^1]: Angela Merkel\n[^2]: wrote this.', 'By [^1]\n\n[^1]: Angela Merkel [^2]: wrote this.'],
  ['[Ann]: Merkel\n[Bo]: /x "Cy Dee"\n> [Tim]: Cook', '[Ann]: Merkel\n[Bo]: "Cy Dee"\n\n[Tim]: Cook'],
  ['Ask <tim@example.org>.', 'Ask tim@example.org.'],
  ['a\n\n<!-- Tim', 'a\n\n<!-- Tim'],
  ['Ana\n===\nBo\n---\n***\nCy', 'Ana \n\nBo \n\nCy'],
  ['a <code>Tim</code> <script>Bo</script> b', 'a \ufffc b'],
  ['- Ana\n  - Bo\n\n    still Bo\n  - Cy\n\n        indented\n', 'Ana\nBo\nstill Bo\nCy\nindented'],
  [
    '[![Ana](a.png)](b) [Bo][] <bo@x.org>\n\n> <i>Cy\n> Dee</i>\n\n[bo]: /b "Bo"',
    'Ana Bo bo@x.org\n\nCy Dee\n\n[bo]: "Bo"',
  ],
  ['Ana\r\nBo\r\n\r\n```\r\nTim\r\n```\r\nCy\\\nDee<br>Eve', 'Ana Bo \n\nCy\nDee\nEve'],
  ['Jos&eacute; &#x1F600; &nope; &NotEqualTilde;', 'José 😀 &nope; \u2242\u0338'],
  ['<div>\n*Ana* <code>Tim</code>\n</div>\n\n<!-- Bo -->\nCy', '*Ana* \ufffc \n\nCy\n\nBo '],
  ['[Ana](mailto:ana@x.org "Bo") and <Tim Cook>', 'Ana and <Tim Cook>\n\nana@x.org\n\n"Bo"'],
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
      '<i title="',
      ' alt=',
      '">',
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

test('whatever the source, its text stands in it once, and redacting takes out just the names', () => {
  fc.assert(
    fc.property(parts, fc.constantFrom(readHtml, readMarkdown), (all, read) => {
      const source = all.join('')
      const document = read(source)
      const { text } = document
      const places: [start: number, end: number][] = []
      for (let at = 0; at < text.length; at++) {
        const entities = [{ type: 'X', text: text[at]!, start: at, end: at + 1, score: 1 }]
        const [placed] = document.toSource({ entities, truncated: false }).entities
        // Code is no name; what was added between blocks stands nowhere.
        if (text[at] === '\ufffc') assert.is(placed, undefined)
        if (placed === undefined || /\s/u.test(text[at]!)) continue
        const { start, end } = placed
        assert.ok(0 <= start && start < end && end <= source.length, `${at} ${start} ${end}`)
        places.push([start, end])
        const written = source.slice(start, end)
        assert.ok(written === text[at] || /^[&\\]/u.test(written), written)
      }
      // What stands in comments and attributes comes after the rest.
      places.sort(([a], [b]) => a - b)
      for (const [index, [start]] of places.entries()) {
        assert.ok(index === 0 || places[index - 1]![1] <= start, `${places[index - 1]} ${start}`)
      }
      const redactor = createRedactor({ placeholder: ({ type }, number) => `{${type}${number}}` })
      const none = { entities: [], truncated: false }
      assert.is(document.redact(redactor, none).text, source)
      // A name that covers everything leaves what is no text as it is.
      const whole = [{ type: 'X', text, start: 0, end: text.length, score: 1 }]
      const cut = document.toSource({ entities: whole, truncated: false }).entities
      for (const { text: name } of cut) assert.not.match(name, /\ufffc/u)
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

for (const [name, read, source, redacted] of [
  [
    'HTML',
    readHtml,
    '<p>Tim moved from <code>Rome</code>, <kbd>Oslo</kbd> Ltd.</p>',
    '<p>[X] moved from <code>Rome</code>, <kbd>Oslo</kbd> [X].</p>',
  ],
  [
    'Markdown',
    readMarkdown,
    'Tim moved from `Rome`, <code>Oslo</code> Ltd.',
    '[X] moved from `Rome`, <code>Oslo</code> [X].',
  ],
] as const) {
  test(`${name}: a name never covers code, and code is no name of its own`, () => {
    const document = read(source)
    const { text } = document
    const entities = [...text.matchAll(/Tim|\ufffc(?:, \ufffc Ltd)?/gu)].map(({ 0: found, index }) => ({
      ...{ type: 'X', text: found, start: index, end: index + found.length, score: 1 },
    }))
    const recognition = { entities, truncated: false }
    assert.is(recognition.entities.length, 2)
    const placed = document.toSource(recognition).entities
    assert.equal(
      placed.map((one) => one.text),
      ['Tim', 'Ltd'],
    )
    for (const one of placed) assert.is(one.text, source.slice(one.start, one.end))
    assert.is(document.redact(createRedactor(), recognition).text, redacted)
  })
}

for (const [name, read, source, redacted] of [
  ['Markdown', readMarkdown, '| Tim | Cook |\n|---|---|\n', '| [X] | [X] |\n|---|---|\n'],
  ['HTML', readHtml, '<td>Tim<td>Cook', '<td>[X]<td>[X]'],
  ['HTML', readHtml, '<i>Tim</i> Cook', '<i>[X]</i>'],
  ['XML', readXml, '<first>Tim</first><last>Cook</last>', '<first>[X]</first><last>[X]</last>'],
] as const) {
  test(`${name}: a name ends where a block or a cell ends: ${source.trim()}`, () => {
    const document = read(source)
    const { length: end } = document.text
    const entities = [{ type: 'X', text: document.text, start: 0, end, score: 1 }]
    assert.is(document.redact(createRedactor(), { entities, truncated: false }).text, redacted)
  })
}

test('what code, comments and attributes say like placeholders comes back as it is', () => {
  const first = '<p title="[PER_1]">Tim <!-- [PER_2] --><code>x[PER_3]</code></p>'
  const second = '<code>[PER_4] [PER_9]</code>'
  const redactor = createRedactor({ placeholder: 'numbered' })
  const [tim] = readHtml(first).text.matchAll(/Tim/gu)
  const entities = [{ type: 'PER', text: 'Tim', start: tim!.index, end: tim!.index + 3, score: 1 }]
  const masked = readHtml(first).redact(redactor, { entities, truncated: false }).text
  assert.is(masked, first.replace('Tim', '[PER_4]'))
  const later = readHtml(second).redact(redactor, { entities: [], truncated: false }).text
  assert.is(later, '<code>[TEXT_1] [PER_9]</code>')
  assert.is(redactor.restore(masked), first)
  assert.is(redactor.restore(later), second)
})

test('the time is linear in the source', async () => {
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
    'a*b',
    '**a _',
    '[a](b) ',
    '> ',
    '\n| a |',
    '&amp;',
  ]
  for (const part of share(parts, 3)) {
    for (const read of [readHtml, readMarkdown]) {
      for (const end of ['', '>', '"']) {
        await assertLinear(`${part} ${end} ${read.name}`, times(25_000, 100_000), (count) => {
          const source = part.repeat(count) + end
          return () => read(source).text
        })
      }
      // Many paragraphs just short enough to be read with all their marks.
      const paragraph = `${part.repeat(Math.ceil(2000 / part.length))}\n\n`
      await assertLinear(`paragraphs of ${part} ${read.name}`, times(20, 100), (count) => {
        const source = paragraph.repeat(count)
        return () => read(source).text
      })
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
  const code = join(folder, 'code.md')
  const prose =
    'Tim Cook moved from `Rome` to `Oslo` and Angela Merkel works at `acme.internal`.\n\nAsk `git blame` in Berlin, see [PER_7].\n'
  writeFileSync(code, prose)
  assert.is(
    (await iobert(['--redact', code])).stdout,
    prose.replace('Tim Cook', '[PER]').replace('Angela Merkel', '[PER]').replace('Berlin', '[LOC]'),
  )
  for (const { text, start, end } of JSON.parse((await iobert(['--json', code])).stdout)[0].entities)
    assert.is(text, prose.slice(start, end))
  const codeMap = join(folder, 'code.json')
  const hidden = await iobert(['mask', '--map', codeMap, code])
  assert.match(hidden.stdout, /`Rome` to `Oslo` .* `acme.internal`.*`git blame`/su)
  assert.is((await iobert(['unmask', '--map', codeMap], hidden.stdout)).stdout, prose)
  const [withoutNames] = JSON.parse((await iobert(['--json', '--redact', page])).stdout)
  assert.is(withoutNames.text, redacted)
  const note = join(folder, 'note.md')
  writeFileSync(note, '# Note\n\nBy **Tim Cook**, `Berlin()`\n')
  assert.is((await iobert(['--redact', note])).stdout, '# Note\n\nBy **[PER]**, `Berlin()`\n')
  const wrong = await iobert(['--input', 'rtf', note])
  assert.is(wrong.code, 2)
  assert.match(wrong.stderr, /--input is 'rtf', expected one of 'text', 'html', 'xml', 'markdown'/u)
})

test('iobert --redact leaves no name in what Markdown and HTML hide only at times', async () => {
  const folder = temporaryFolder()
  for (const [name, source] of [
    ['a.md', '---\nauthor: Angela Merkel\n---\n\nHello.\n'],
    ['b.md', '[Ann]: Angela Merkel met Tim Cook in Berlin.\n'],
    ['c.md', 'See below.[^1]\n\n[^1]: Angela Merkel wrote this.\n'],
    ['d.md', 'Ask <angela.merkel@example.org>.\n'],
    ['e.html', '<p>Hello.</p><object>Angela Merkel met Tim Cook.</object>'],
    ['f.html', '<p>Hello.</p><template>Angela Merkel met Tim Cook.</template>'],
    ['g.html', '<p>Hello.</p><style>\nAngela Merkel met Tim Cook in Berlin.'],
    ['h.html', '<p>Hello.</p><!-- >\nAngela Merkel met Tim Cook in Berlin.'],
  ] as const) {
    const file = join(folder, name)
    writeFileSync(file, source)
    const { code, stdout } = await iobert(['--redact', '--rules', 'email', file])
    assert.is(code, 0)
    assert.not.match(stdout, /Merkel|Cook|Berlin/iu, stdout)
  }
})

test.run()
