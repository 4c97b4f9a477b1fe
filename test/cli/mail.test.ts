/** Mails as they are sent: their text is read and masked whatever it is encoded in, and what cannot be read is an error. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { extract } from '#dist/cli/documents/extract.js'
import { iobert, temporaryFolder } from './run.ts'

const base64 = (text: string): string => Buffer.from(text).toString('base64')

const HEADERS = [
  'From someone Tue Dec  1 10:00:00 2026',
  'Received: from mail.angela-merkel.example by mx.example',
  'From: "Cook, Tim" <tim.cook@example.org>',
  'To: =?utf-8?Q?Ana_L=C3?=\r\n =?utf-8?Q?=B3pez?= <ana@example.org>, =?iso-8859-1?B?SvxyZ2VuIE38bGxlcg==?=',
  'Subject: =?UTF-8?B?VHJpcCB0byA=?= =?UTF-8?B?TGltYQ==?=',
  'X-Sender: Barack Obama',
  'MIME-Version: 1.0',
]

/** A mail of such headers and lines. */
function mail(...lines: readonly string[]): string {
  return [...HEADERS, ...lines, ''].join('\r\n')
}

const read = async (source: string): Promise<{ text: string; left: readonly string[] }> =>
  extract('mail', Buffer.from(source, 'latin1'))

const SHOWN = [
  'From: "Cook, Tim" <tim.cook@example.org>',
  'To: Ana López <ana@example.org>, Jürgen Müller',
  'Subject: Trip to Lima',
].join('\n')

const PARTS = [
  'Content-Type: multipart/mixed; boundary="a (b)"',
  '',
  'For old programs.',
  '--a (b)',
  'Content-Type: multipart/alternative; boundary=inner',
  '',
  '--inner',
  'Content-Type: text/plain; charset=iso-8859-1',
  'Content-Transfer-Encoding: quoted-printable',
  '',
  'Angela Mer=',
  'kel met J=FCrgen M=FCller.  ',
  '--inner',
  'Content-Type: text/html; charset=utf-8',
  '',
  '<p>Angela Merkel met <i>somebody</i>.</p>',
  '--inner--',
  '--a (b)',
  "Content-Disposition: attachment; filename*0*=utf-8''Ana%20L; filename*1*=%C3%B3pez.txt",
  'Content-Transfer-Encoding: base64',
  '',
  base64('Barack Obama is in Lima.'),
  '--a (b)',
  'Content-Type: image/png; name="=?utf-8?Q?Tim.png?="',
  'Content-Transfer-Encoding: base64',
  '',
  base64('no text'),
  '--a (b)',
  'Content-Type: message/rfc822',
  '',
  'From: Grace Hopper <grace@example.org>',
  'Content-Type: text/html',
  'Content-Transfer-Encoding: base64',
  '',
  base64('<style>x</style><p>Ada <b>Love</b>lace<br>ran <code>npm</code>.'),
  '--a (b)--',
]

test("a mail's text has who wrote to whom, and all that is in it, decoded; pictures are named", async () => {
  const { text, left } = await read(mail(...PARTS))
  assert.is(
    text,
    [
      SHOWN,
      'Angela Merkel met Jürgen Müller.',
      'Attachment: Ana López.txt',
      'Barack Obama is in Lima.',
      'Attachment: Tim.png',
      '(not in this text: image/png, 12 bytes)',
      'From: Grace Hopper <grace@example.org>',
      'Ada Lovelace\nran npm.\n',
    ].join('\n\n'),
  )
  assert.equal(left, ['an attachment is not in its text: Tim.png, image/png, 12 bytes'])
})

test('of two forms of a text the plain one is read, and HTML where there is none; files of the other are named', async () => {
  const alternative = (...plain: string[]): string =>
    mail(
      'Content-Type: multipart/alternative; boundary=b',
      '',
      '--b',
      'Content-Type: text/plain',
      '',
      ...plain,
      '--b',
      'Content-Type: multipart/related; boundary=c',
      '',
      '--c',
      'Content-Type: text/html',
      '',
      '<p>Angela&nbsp;Merkel</p>',
      '--c',
      'Content-Type: image/gif',
      '',
      'GIF',
      '--c--',
      '--b--',
    )
  const picture = 'an attachment is not in its text: image/gif, 3 bytes'
  const plain = await read(alternative('Tim Cook'))
  assert.match(plain.text, /Tim Cook\n/u)
  assert.not.match(plain.text, /Merkel/u)
  assert.equal(plain.left, [picture])
  const html = await read(alternative(''))
  assert.match(html.text, /Angela Merkel\n/u)
  assert.equal(html.left, [picture])
  const open = await read(alternative('Tim Cook').replace('--b--', ''))
  assert.equal(open.left[0], 'its end is missing: the boundary after its last part')
})

test('a mail in a mail may have any number of files', async () => {
  const count = 150_000
  const part = ['--many', 'Content-Type: x/y', '', ''].join('\r\n')
  const inner = `From: a@example.org\r\nContent-Type: multipart/mixed; boundary=many\r\n\r\n${part.repeat(count)}--many--`
  const { left } = await read(
    mail(
      'Content-Type: multipart/mixed; boundary=outer',
      '',
      '--outer',
      'Content-Type: application/octet-stream; name=inner.eml',
      '',
      inner,
      '--outer--',
    ),
  )
  assert.is(left.length, count)
})

test('headers that a report quotes, mails attached as texts, and folded or encoded cards are decoded', async () => {
  const part = (type: string, ...lines: readonly string[]): readonly string[] => [
    '--x',
    `Content-Type: ${type}`,
    '',
    ...lines,
  ]
  const parts = [
    'Content-Type: multipart/mixed; boundary=x',
    '',
    ...part('text/plain', 'It said: From: =?utf-8?q?Zo=C3=AB?='),
    ...part('text/rfc822-headers', 'From: =?utf-8?q?Ana_L=C3=B3pez?=', 'Received: from ana.example'),
    ...part(
      'text/plain',
      'Subject: =?utf-8?b?VGlt?=',
      'Content-Transfer-Encoding: base64',
      '',
      base64('Angela Merkel'),
    ),
    ...part('text/calendar', 'SUMMARY:Angela Mer', ' kel\\, Berlin'),
    ...part(
      'text/x-vcard',
      'FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=BC=',
      'rgen',
      'NOTE;X="open;QUOTED-PRINTABLE:J=C3=BC',
      'PHOTO;ENCODING=b:QW5h',
      ' QW5h',
    ),
    '--x--',
  ]
  const { text } = await read(mail(...parts))
  const wanted = [
    'It said: From: Zoë',
    'From: Ana López',
    'Subject: Tim',
    'Angela Merkel',
    'SUMMARY:Angela Merkel, Berlin',
    'FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Jürgen\nNOTE;X="open;QUOTED-PRINTABLE:Jü\nPHOTO;ENCODING=b: (not in this text)',
  ]
  assert.is(text.slice(text.indexOf('It said')), `${wanted.join('\n\n')}\n`)
})

test('an encoding or a parameter that is stated twice is an error', async () => {
  for (const [lines, wanted] of [
    [
      ['Content-Transfer-Encoding: 7bit', 'Content-Transfer-Encoding: base64'],
      /content-transfer-encoding twice/,
    ],
    [['Content-Type: text/plain; charset=utf-8; charset=utf-16'], /two values of charset/],
  ] as const) {
    const error = await read(mail(...lines, '', base64('Angela Merkel'))).catch((one: unknown) => one)
    assert.match(String(error), wanted)
  }
})

test('letters of a mail that cannot be told for certain are an error', async () => {
  for (const [what, lines] of [
    [/its charset is 'x-odd', which is unknown/u, ['Content-Type: text/plain; charset=x-odd', '', 'Tim']],
    [/its charset is 'utf-7'/u, ['Content-Type: text/plain; charset=utf-7', '', 'Tim']],
    [/bytes that are not utf-8/u, ['', 'J\xfcrgen']],
    [/bytes that are not us-ascii/u, ['Content-Type: text/plain; charset=us-ascii', '', 'J\xfcrgen']],
    [/bytes that are not gb2312/u, ['Content-Type: text/plain; charset=gb2312', '', 'J\x81']],
    [/U\+FFFD, which stands for letters that were lost/u, ['', 'J\xef\xbf\xbdrgen']],
    [/U\+0000/u, ['', 'T\0i\0m']],
    [/base64 is damaged/u, ['Content-Transfer-Encoding: base64', '', 'VGlt*']],
    [/transfer encoding 'x-uuencode'/u, ['Content-Transfer-Encoding: x-uuencode', '', 'begin 644']],
    [/multipart\/mixed without a boundary/u, ['Content-Type: multipart/mixed', '', 'Tim']],
    [/multipart\/mixed without parts/u, ['Content-Type: multipart/mixed; boundary=b', '', 'Tim']],
    [/header content-type twice/u, ['Content-Type: text/html', 'Content-type: text/plain', '', 'Tim']],
    [/among the headers of a mail that is none/u, ['Tim Cook', '', 'Tim']],
    [/encoded word that is damaged/u, ['Cc: =?utf-8?Q?Tim Cook?=', '', 'Tim']],
    [/charset is 'odd'/u, ['Cc: =?odd?Q?Tim?=', '', 'Tim']],
    [/bytes that are not utf-8/u, ['Cc: =?utf-8?B?/w==?=', '', 'Tim']],
  ] as const) {
    const error = await read(mail(...lines)).then(
      () => undefined,
      (reason: Error) => reason,
    )
    assert.match(String(error), what)
  }
  let deep = 'Content-Type: text/plain\r\n\r\nTim'
  for (let level = 0; level < 30; level++) deep = `Content-Type: message/rfc822\r\n\r\n${deep}`
  assert.match(String(await read(deep).catch((error: Error) => error)), /more than 20 parts in parts/u)
  assert.match(String(await read('\r\nTim').catch((error: Error) => error)), /is no mail/u)
})

test('iobert reads a mail, and gives the text that offsets are in; what is not in it makes the exit code 1', async () => {
  const folder = temporaryFolder()
  const file = join(folder, 'a.EML')
  writeFileSync(file, mail('', 'Angela Merkel is here.'))
  const whole = await iobert(['--json', file])
  assert.is(whole.code, 0, whole.stderr)
  const [{ text, entities }] = JSON.parse(whole.stdout)
  assert.ok(text.startsWith(SHOWN), text)
  for (const { start, end, text: name } of entities) assert.is(text.slice(start, end), name)
  assert.ok(entities.some(({ text: name }: { text: string }) => name === 'Angela Merkel'))
  writeFileSync(file, mail(...PARTS), 'latin1')
  const part = await iobert(['--redact', '--rules', 'all', file])
  assert.is(part.code, 1)
  assert.match(part.stderr, /a\.EML: an attachment is not in its text: Tim\.png, image\/png/u)
  assert.not.match(part.stdout, /Merkel|Müller|López|Lovelace|Obama|example\.org/u)
})

test('iobert mask writes the masked text of a mail, and nothing of what it does not read; unmask restores it', async () => {
  const folder = temporaryFolder()
  const [mails, out, map] = ['mails', 'masked', 'map.json'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  const { mkdirSync } = await import('node:fs')
  mkdirSync(mails)
  const source = mail(...PARTS)
  writeFileSync(join(mails, 'a.eml'), source, 'latin1')
  writeFileSync(join(mails, 'b.eml'), mail('', 'J\xfcrgen'), 'latin1')
  const { code, stderr } = await iobert(['mask', '--map', map, '--rules', 'all', '--out', out, mails])
  assert.is(code, 1)
  assert.match(stderr, /a\.eml: an attachment is not in its text: Tim\.png/u)
  assert.match(stderr, /b\.eml: it has bytes that are not utf-8/u)
  assert.equal(readdirSync(out), ['a.eml.txt'])
  const masked = readFileSync(join(out, 'a.eml.txt'), 'utf8')
  assert.match(masked, /Subject: Trip to \[LOC_\d\]/u)
  for (const name of [
    'Merkel',
    'Cook',
    'López',
    'Müller',
    'Obama',
    'Hopper',
    'Lovelace',
    'example.org',
    base64('no text'),
  ]) {
    assert.not.ok(masked.includes(name), `${name}\n${masked}`)
  }
  const back = await iobert(['unmask', '--map', map, join(out, 'a.eml.txt')])
  assert.is(back.stdout, (await read(source)).text)
  // Read as it stands it is refused as before, and by its own name only where it is said to be text.
  writeFileSync(join(mails, 'a.eml.txt'), 'Tim Cook')
  const clash = await iobert(['mask', '--map', map, '--out', `${out}2`, mails])
  assert.is(clash.code, 2)
  assert.match(clash.stderr, /a\.eml and .*a\.eml\.txt would both be/u)
})

test.run()
