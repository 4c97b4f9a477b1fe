/** Documents of Word: the text a reader sees, with names that are cut into runs; what is not read is told. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { extract } from '#dist/cli/documents/extract.js'
import { archive } from '../convert/archives.ts'
import { iobert, temporaryFolder } from './run.ts'

const OOXML = 'application/vnd.openxmlformats-officedocument'
const W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'

const TYPES: Readonly<Record<string, string>> = {
  'word/document.xml': `${OOXML}.wordprocessingml.document.main+xml`,
  'word/header1.xml': `${OOXML}.wordprocessingml.header+xml`,
  'word/footer1.xml': `${OOXML}.wordprocessingml.footer+xml`,
  'word/footnotes.xml': `${OOXML}.wordprocessingml.footnotes+xml`,
  'word/comments.xml': `${OOXML}.wordprocessingml.comments+xml`,
  'word/styles.xml': `${OOXML}.wordprocessingml.styles+xml`,
  'word/charts/chart1.xml': `${OOXML}.drawingml.chart+xml`,
  'docProps/core.xml': 'application/vnd.openxmlformats-package.core-properties+xml',
  'docProps/app.xml': `${OOXML}.extended-properties+xml`,
}

const paragraph = (...runs: readonly string[]): string =>
  `<w:p><w:pPr><w:tabs><w:tab w:val="left"/></w:tabs></w:pPr>${runs.map((run) => `<w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">${run}</w:t></w:r>`).join('<w:proofErr/>')}</w:p>`

/** A document of these parts. */
function document(parts: Readonly<Record<string, string>>): Uint8Array {
  const overrides = Object.entries(TYPES).map(
    ([name, type]) => `<Override PartName="/${name}" ContentType="${type}"/>`,
  )
  const types = `<?xml version="1.0"?><Types><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="png" ContentType="image/png"/><Default Extension="xml" ContentType="application/xml"/>${overrides.join('')}</Types>`
  return archive(
    Object.entries({ '[Content_Types].xml': types, ...parts }).map(([name, xml]) => ({
      ...{ name, data: Buffer.from(xml), deflate: true },
    })),
  )
}

const body = (content: string): string => `<w:document ${W}><w:body>${content}</w:body></w:document>`

const LETTER: Readonly<Record<string, string>> = {
  '_rels/.rels': '<Relationships/>',
  'word/_rels/document.xml.rels':
    '<Relationships><Relationship Target="mailto:barack@example.org"/></Relationships>',
  'word/styles.xml': '<w:styles/>',
  'docProps/app.xml': '<Properties><Company>Initech</Company></Properties>',
  'docProps/core.xml':
    '<cp:coreProperties><dc:title>A trip &amp; a talk</dc:title><dc:creator>Grace Hopper</dc:creator><cp:lastModifiedBy>Ada Lovelace</cp:lastModifiedBy><dcterms:created>2026</dcterms:created></cp:coreProperties>',
  'word/header1.xml': `<w:hdr ${W}>${paragraph('For Barack Obama')}</w:hdr>`,
  'word/footer1.xml': `<w:ftr ${W}>${paragraph('Tim Cook, Lima')}</w:ftr>`,
  'word/footnotes.xml': `<w:footnotes ${W}><w:footnote>${paragraph('As Angela Merkel said.')}</w:footnote></w:footnotes>`,
  'word/comments.xml': `<w:comments ${W}><w:comment w:author="Alan Turing">${paragraph('Is it so?')}</w:comment></w:comments>`,
  'word/document.xml': body(
    paragraph('An', 'gela Mer', 'kel met Tim ', 'Cook.') +
      `<w:p><w:r><w:t>In</w:t><w:tab/><w:t>Lima</w:t><w:br/><w:t>&#74;&#xFC;rgen&amp;Co</w:t></w:r>
       <w:del w:author="Ed"><w:r><w:delText>Struck Out</w:delText></w:r></w:del>
       <w:ins w:author="Ed"><w:r><w:t> was added</w:t></w:r></w:ins>
       <w:moveFrom><w:r><w:t>Moved Away</w:t></w:r></w:moveFrom>
       <w:hyperlink><w:r><w:fldChar/><w:instrText>HYPERLINK "mailto:tim@example.org"</w:instrText><w:t>.</w:t></w:r></w:hyperlink></w:p>` +
      `<w:p><w:r><w:t>Out</w:t></w:r><w:r><mc:AlternateContent><mc:Choice><wps:txbx><w:txbxContent>${paragraph('In a box')}</w:txbxContent></wps:txbx></mc:Choice><mc:Fallback><w:txbxContent>${paragraph('In a box')}</w:txbxContent></mc:Fallback></mc:AlternateContent></w:r><w:r><w:t>side</w:t></w:r></w:p>` +
      `<w:tbl><w:tr><w:tc>${paragraph('Ana López')}</w:tc><w:tc>${paragraph('Lima')}</w:tc></w:tr></w:tbl>`,
  ),
}

const TEXT = `Title: A trip & a talk
Author: Grace Hopper
Last changed by: Ada Lovelace

For Barack Obama

Angela Merkel met Tim Cook.
In\tLima
Jürgen&Co was added.
In a box
Outside
Ana López
Lima

As Angela Merkel said.

Comment by Alan Turing:
Is it so?

Tim Cook, Lima
`

test('the text of a document is that of all its parts, as a reader sees it, names in several runs whole', async () => {
  const { text, left } = await extract('word', document(LETTER))
  assert.is(text, TEXT)
  assert.equal(left, [])
  const utf16 = Buffer.from(`\ufeff${body(paragraph('Tim Cook'))}`, 'utf16le')
  const parts = {
    '[Content_Types].xml': `<Types><Override PartName="/d.xml" ContentType="${TYPES['word/document.xml']}"/></Types>`,
  }
  const odd = archive([
    ...Object.entries(parts).map(([name, xml]) => ({ name, data: Buffer.from(xml) })),
    { name: 'd.xml', data: utf16 },
  ])
  assert.is((await extract('word', odd)).text, 'Tim Cook\n')
})

test('parts of other kinds are told; damaged documents, and what is none, are errors', async () => {
  const { left } = await extract(
    'word',
    document({
      ...LETTER,
      'word/media/image1.png': 'x',
      'word/charts/chart1.xml': '<c/>',
      'word/odd.xml': '<o/>',
    }),
  )
  assert.equal(left, [
    `word/charts/chart1.xml is not in its text (${OOXML}.drawingml.chart+xml)`,
    'word/media/image1.png is not in its text (image/png)',
    'word/odd.xml is not in its text (application/xml)',
  ])
  const whole = document(LETTER)
  const damaged = Uint8Array.from(whole)
  damaged[60]! ^= 0xff
  for (const [what, bytes] of [
    [/is no document of Word that can be read: .*no end record of a zip archive/u, whole.subarray(0, -30)],
    [/is no document of Word that can be read/u, damaged],
    [
      /is no document of Word: it has no \[Content_Types\]\.xml/u,
      archive([{ name: 'a.txt', data: Buffer.from('x') }]),
    ],
    [/is no document of Word$/u, document({ 'word/styles.xml': '<w:styles/>' })],
    [
      /DOCTYPE/u,
      document({ 'word/document.xml': `<!DOCTYPE x [<!ENTITY n "Tim Cook">]>${body(paragraph('&n;'))}` }),
    ],
    [/U\+FFFD/u, document({ 'word/document.xml': body(paragraph('J\ufffdrgen')) })],
    [/is no document of Word that can be read/u, Buffer.from('Tim Cook')],
  ] as const) {
    const error = await extract('word', bytes).catch((reason: Error) => reason)
    assert.match(String(error), what)
  }
})

test('iobert mask hides the names of a document, its author and those in runs, and unmask restores its text', async () => {
  const folder = temporaryFolder()
  const [file, out, map] = ['letter.docx', 'masked', 'map.json'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  writeFileSync(file, document(LETTER))
  const { code, stderr } = await iobert(['mask', '--map', map, '--rules', 'all', '--out', out, file])
  assert.equal([code, stderr], [0, ''])
  const masked = readFileSync(join(out, 'letter.docx.txt'), 'utf8')
  for (const name of [
    'Merkel',
    'Cook',
    'Hopper',
    'Lovelace',
    'Obama',
    'Turing',
    'López',
    'example.org',
    'Initech',
  ]) {
    assert.not.ok(masked.includes(name), `${name}\n${masked}`)
  }
  assert.is((await iobert(['unmask', '--map', map, join(out, 'letter.docx.txt')])).stdout, TEXT)
  const attached = join(folder, 'mail.eml')
  const lines = [
    'From: Tim Cook',
    `Content-Type: ${OOXML}.wordprocessingml.document`,
    'Content-Transfer-Encoding: base64',
  ]
  writeFileSync(attached, [...lines, '', Buffer.from(document(LETTER)).toString('base64'), ''].join('\r\n'))
  const mail = await iobert(['--redact', attached])
  assert.equal([mail.code, mail.stderr], [0, ''])
  assert.match(mail.stdout, /met \[PER\]\./u)
})

test.run()
