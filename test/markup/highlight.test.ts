/** Entities marked in a text, for a terminal and as HTML. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { highlightTerminal as highlight } from '#dist/markup/terminal.js'
import { type Entity, highlight as exported } from '#dist/node.js'

function entitiesOf(text: string, ...found: readonly (readonly [string, string])[]): Entity[] {
  let from = 0
  return found.map(([part, type]) => {
    const start = text.indexOf(part, from)
    from = start + part.length
    return { type, text: part, start, end: from, score: 0.9 }
  })
}

const text = 'Angela Merkel met Tim Cook in Berlin.'
const entities = entitiesOf(text, ['Angela Merkel', 'PER'], ['Tim Cook', 'PER'], ['Berlin', 'LOC'])
const plain = { color: false, terminal: false }
/** The escape character as a word, so that expressions stay legible. */
const legible = (shown: string): string => shown.replaceAll('\x1b[', '<').replace(/(<[\d;]*)m/gu, '$1>')
const bare = (shown: string): string => legible(shown).replace(/<[\d;]*>/gu, '')

test('highlight is legible without colours and loses no character', () => {
  assert.is(highlight(text, entities, plain), '[Angela Merkel PER] met [Tim Cook PER] in [Berlin LOC].')
  const odd = '  two  spaces \n\n\ttab\r\nend  '
  assert.is(highlight(odd, [], plain), odd)
})

test('highlight colours by type, one ground a type', () => {
  const shown = highlight(text, entities, { color: true, terminal: true })
  const grounds = [...legible(shown).matchAll(/<30;(\d+)>/gu)].map(([, ground]) => ground)
  assert.is(grounds.length, 3)
  assert.is(grounds[0], grounds[1])
  assert.is.not(grounds[0], grounds[2])
  const wanted = 'Angela Merkel\u00a0PER met Tim Cook\u00a0PER in Berlin\u00a0LOC.'
  assert.is(bare(shown), wanted)
})

test('highlight wraps between words, and ends colours with the line', () => {
  const shown = highlight(text, entities, { color: true, terminal: true, columns: 12 })
  const lines = shown.split('\n')
  assert.equal(lines.map(bare), [
    'Angela',
    'Merkel\u00a0PER',
    'met Tim',
    'Cook\u00a0PER in',
    'Berlin\u00a0LOC.',
  ])
  for (const line of lines.map(legible)) assert.ok(!line.includes('<') || /<0>[^<]*$/u.test(line), line)
})

test('highlight counts two columns for East Asian characters and none for marks', () => {
  assert.is(highlight('東京 東京', [], { ...plain, columns: 8 }), '東京\n東京')
  assert.is(highlight('東京 東京', [], { ...plain, columns: 9 }), '東京 東京')
  assert.is(highlight('e\u0301e\u0301 e\u0301', [], { ...plain, columns: 4 }), 'e\u0301e\u0301 e\u0301')
})

test('highlight lets no text steer a terminal', () => {
  const shown = highlight('a\x1b[31mb\x07\u009bc', [], { color: true, terminal: true })
  assert.is(shown, 'a\u241b[31mb\u2407\ufffdc')
  const hostile = [{ type: 'P\x1b[2J\n', text: 'ab', start: 0, end: 2, score: 1 }]
  assert.is(highlight('ab', hostile, { color: false, terminal: true }), '[ab P\u241b[2J\u240a]')
  assert.not.match(highlight('ab', hostile, { color: true, terminal: true }), '[2J\n')
})

const mark = (name: string, type: string, hue: string, title: string): string =>
  `<mark dir="auto" data-type="${type}" style="--hue:${hue};background:var(--entity-background,hsl(${hue} 80% 82%));` +
  `color:var(--entity-color,#111)" title="${title}">${name}` +
  `<small dir="auto" style="-webkit-user-select:none;user-select:none"> ${type}</small></mark>`

test('highlight as HTML escapes all that comes from outside', () => {
  const hostile = '<b> & "q" \'x\''
  const marked = [{ type: '"><i>', start: 0, end: 3, score: 0.5 }]
  const html = exported(hostile, marked, { format: 'html' })
  const type = '&quot;&gt;&lt;i&gt;'
  const hue = /--hue:(\d+)/.exec(html)![1]!
  assert.is(html, `${mark('&lt;b&gt;', type, hue, `${type} 0.500`)} &amp; &quot;q&quot; &#39;x&#39;`)
})

test('highlight as HTML is readable without a style sheet: a colour a type, labels apart and not selected', () => {
  const two = [
    { type: 'PER', start: 0, end: 13, score: 0.9984 },
    { type: 'LOC', start: 30, end: 36 },
  ]
  const html = exported(text, two, { format: 'html' })
  assert.is(
    html,
    `${mark('Angela Merkel', 'PER', '195', 'PER 0.998')} met Tim Cook in ${mark('Berlin', 'LOC', '120', 'LOC')}.`,
  )
  const [first, second] = html.match(/hsl\([^)]*\)/gu)!
  assert.is.not(first, second)
})

test('highlight shows controls of direction, and isolates marks and labels in HTML', () => {
  const turned = 'a \u202e\u2067שלום\u2069 b'
  const marked = [{ type: 'P\u202eR', start: 4, end: 8, score: 0.5 }]
  assert.is(exported(turned, marked, { color: false }), 'a \ufffd\ufffd[שלום P\ufffdR]\ufffd b')
  const html = exported(turned, marked, { format: 'html' })
  assert.match(
    html,
    /^a \ufffd\ufffd<mark dir="auto" [^>]*>שלום<small dir="auto" [^>]*> P\ufffdR<\/small><\/mark>\ufffd b$/,
  )
  // Marks of direction are letters of no width that texts of two directions need; in a page they steer nothing else.
  assert.is(exported('שלום\u200f!', [], { format: 'html' }), 'שלום\u200f!')
})

test('highlight takes entities in any order, leaves overlapping ones out, and refuses those of another text', () => {
  const some = [
    { type: 'LOC', start: 30, end: 36 },
    { type: 'PER', start: 0, end: 6 },
    { type: 'PER', start: 0, end: 13 },
  ]
  assert.is(exported(text, some, { color: false }), '[Angela Merkel PER] met Tim Cook in [Berlin LOC].')
  assert.throws(
    () => exported('Ana', [{ type: 'PER', start: 0, end: 4 }]),
    /PER is at 0 to 4, but the text has 3/,
  )
  assert.throws(() => exported('Ana', [], { format: 'xml' as 'html' }), /format is 'xml', expected one of/)
})

test.run()
