/** `iobert mask` and `unmask`, and `--redact` with JSON: the shipped model, files and the map between them. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { times } from '../thorough.ts'
import { iobert, iobertProcess, start, temporaryFolder } from './run.ts'

const folder = temporaryFolder()
const mail = join(folder, 'mail.txt')
const second = join(folder, 'second.txt')
writeFileSync(mail, 'Angela Merkel met Tim Cook in Berlin. Cook flew home.\n')
writeFileSync(second, 'Tim Cook wrote to ana@example.org, see [PER_1].\n')

/** A map of its own for each test. */
function newMap(): string {
  return join(temporaryFolder(), 'map.json')
}

test('mask, answer, unmask: one map over files and calls, readable by its owner only', async () => {
  const map = newMap()
  const first = await iobert(['mask', '--map', map, '--aliases', mail])
  assert.is(first.stdout, '[PER_1] met [PER_2] in [LOC_1]. [PER_2] flew home.\n')
  if (process.platform !== 'win32') assert.is(statSync(map).mode & 0o777, 0o600)
  chmodSync(map, 0o644)
  const again = await iobert(['mask', '--map', map, '--rules', 'email', second, mail])
  assert.is(
    again.stdout,
    `${second}:\n[PER_2] wrote to [EMAIL_1], see [TEXT_1].\n\n${mail}:\n${first.stdout}`,
  )
  if (process.platform !== 'win32') assert.is(statSync(map).mode & 0o777, 0o600)
  // Nothing new: the file stays as it is.
  const { mtimeMs } = statSync(map)
  await iobert(['mask', '--map', map, mail])
  assert.is(statSync(map).mtimeMs, mtimeMs)
  assert.equal(readdirSync(join(map, '..')), ['map.json'])

  const answer = await iobert(['unmask', '--map', map], again.stdout)
  assert.is(answer.code, 0)
  assert.is(
    answer.stdout,
    `${second}:\n${readFileSync(second, 'utf8')}\n${mail}:\nAngela Merkel met Tim Cook in Berlin. Tim Cook flew home.\n`,
  )
  assert.is(answer.stderr, '')
  const sloppy = await iobert(
    ['unmask', '--map', map],
    'Dear \\[PER\\_2\\], PER_1 \nand [Per_9], per_1, [PER_ 2], PER2, PER-1, [PERSON_1].',
  )
  assert.is(
    sloppy.stdout,
    'Dear Tim Cook, Angela Merkel \nand [Per_9], per_1, Tim Cook, PER2, PER-1, [PERSON_1].',
  )
  assert.match(sloppy.stderr, /not in .*map\.json, left as they are: \[Per_9\], \[PERSON_1\]\n/u)
  assert.match(sloppy.stderr, /could be meant otherwise, left as they are: per_1, PER2, PER-1\n/u)
  assert.match(sloppy.stderr, /in .*map\.json, but not in the answer: \[LOC_1\], \[EMAIL_1\], \[TEXT_1\]\n/u)
})

test('names with quotes come back into cells and into JSON as they are written there', async () => {
  const map = newMap()
  const rules = join(temporaryFolder(), 'own.json')
  writeFileSync(rules, JSON.stringify([{ type: 'FIRM', phrases: ['Wolf "Blitz" Ltd'] }]))
  const table = 'id,text\n1,"we ask Wolf ""Blitz"" Ltd, today"\n'
  const masked = await iobert(['mask', '--map', map, '--rules', rules, '--csv', '--column', 'text'], table)
  assert.is(masked.stdout, 'id,text\n1,"we ask [FIRM_1], today"\n')
  assert.is((await iobert(['unmask', '--map', map, '--csv'], masked.stdout)).stdout, table)
  const line = JSON.stringify({ body: 'we ask Wolf "Blitz" Ltd.' })
  const lines = await iobert(['mask', '--map', map, '--rules', rules, '--jsonl', '--field', 'body'], line)
  assert.match(lines.stdout, '"body":"we ask [FIRM_1]."')
  const back = await iobert(['unmask', '--map', map, '--jsonl'], lines.stdout)
  assert.is(JSON.parse(back.stdout).body, JSON.parse(line).body)
  assert.is((await iobert(['unmask', '--map', map], 'By [FIRM_1].')).stdout, 'By Wolf "Blitz" Ltd.')
  const both = await iobert(['unmask', '--map', map, '--csv', '--json'], '')
  assert.equal([both.code, /Give one of --csv and --json/u.test(both.stderr)], [2, true])
})

test('names come back into HTML and XML as they are written there, and what has none stays byte for byte', async () => {
  const map = newMap()
  const rules = join(temporaryFolder(), 'own.json')
  writeFileSync(rules, JSON.stringify([{ type: 'FIRM', phrases: ['AT&T', 'Müller <"M"> Söhne'] }]))
  const others = '<p>We had some cr&#xE8;me &amp; &quot;cake&quot;.</p>'
  const page = `<a title="of AT&amp;T"><p>by AT&amp;T</p>${others}<p>by Müller &lt;&quot;M&quot;> Söhne</p></a>\n`
  for (const input of ['xml', 'html']) {
    const masked = await iobert(['mask', '--map', map, '--rules', rules, '--input', input], page)
    const hidden = masked.stdout.replace(/\[FIRM_\d\]/g, '[FIRM]')
    assert.is(hidden, `<a title="of [FIRM]"><p>by [FIRM]</p>${others}<p>by [FIRM]</p></a>\n`)
    assert.is((await iobert(['unmask', '--map', map, '--html'], masked.stdout)).stdout, page)
  }
})

test('stand-ins: one map keeps them, and they come back into texts, cells and JSON', async () => {
  const map = newMap()
  const text = 'Angela Merkel met Tim Cook in Berlin.\n'
  const fake = ['--placeholder', 'fake']
  const first = await iobert(['mask', '--map', map, ...fake, '--locale', 'de', '-t', text])
  assert.not.match(first.stdout, /Angela|Merkel|Tim|Cook|Berlin|\[/)
  assert.is((await iobert(['unmask', '--map', map], first.stdout)).stdout.trim(), text.trim())
  const again = await iobert(['mask', '--map', map, '-t', text])
  assert.is(again.stdout, first.stdout)
  const table = `id,text\n1,"Angela Merkel ""met"" Tim Cook in Berlin."\n`
  const cells = await iobert(['mask', '--map', map, '--csv', '--column', 'text'], table)
  assert.not.match(cells.stdout, /Angela|Merkel|Tim|Cook|Berlin/)
  assert.is((await iobert(['unmask', '--map', map, '--csv'], cells.stdout)).stdout, table)
  const lines = await iobert(
    ['mask', '--map', map, '--jsonl'],
    JSON.stringify('Angela\nMerkel met Tim Cook.'),
  )
  assert.not.match(lines.stdout, /Angela|Merkel|Cook/)
  const back = await iobert(['unmask', '--map', map, '--jsonl'], lines.stdout)
  assert.is(JSON.parse(back.stdout).text, 'Angela\nMerkel met Tim Cook.')
  const other = await iobert(['mask', '--map', map, '--placeholder', 'numbered', '-t', text])
  assert.is(other.code, 2)
  assert.match(
    other.stderr,
    /was begun with --placeholder fake: leave --placeholder out, or begin another map/,
  )
  const joined = await iobert(['mask', '--map', newMap(), ...fake, '--aliases', '-t', text])
  assert.is(joined.code, 2)
  const shown = await iobert(['--redact', ...fake, '-t', text])
  assert.not.match(shown.stdout, /Angela|Merkel|Tim|Cook|Berlin|\[/)
})

test('unmask passes on what is settled before its input ends', async () => {
  const map = newMap()
  await iobert(['mask', '--map', map, '-t', 'Angela Merkel left.'])
  const child = start(['unmask', '--map', map])
  const chunks: string[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(String(chunk)))
  const passed = async (wanted: string): Promise<void> => {
    while (chunks.join('') !== wanted) await new Promise((resolve) => setTimeout(resolve, 10))
  }
  child.stdin.write('Dear [PE')
  await passed('Dear ')
  child.stdin.write('R_1], h')
  await passed('Dear Angela Merkel, h')
  child.stdin.end(Buffer.from([0x69, 0xff]))
  const code = await new Promise((resolve) => child.on('close', resolve))
  assert.is(code, 1)
})

test('runs with one map at the same time lose nothing', async () => {
  const map = newMap()
  const names = ['Angela Merkel', 'Tim Cook', 'Barack Obama'].slice(0, times(2, 3))
  const masked = await Promise.all(
    names.map((name) => iobertProcess(['mask', '--map', map, '-t', `${name} left.`])),
  )
  assert.equal(
    masked.map(({ stdout }) => stdout).sort(),
    names.map((_, i) => `[PER_${i + 1}] left.\n`),
  )
  const back = await Promise.all(masked.map(({ stdout }) => iobert(['unmask', '--map', map], stdout)))
  assert.equal(
    back.map(({ stdout }) => stdout),
    names.map((name) => `${name} left.\n`),
  )
  assert.equal(readdirSync(join(map, '..')), ['map.json'])
})

test('the map is on the disk before masked text leaves, or nothing leaves', async () => {
  if (process.platform === 'win32') return
  const target = newMap()
  const map = newMap()
  writeFileSync(target, '{"format":"iobert-redactor-1","names":[]}')
  symlinkSync(target, map)
  assert.is((await iobert(['mask', '--map', map, mail])).code, 0)
  assert.match(readFileSync(target, 'utf8'), 'Angela Merkel')
  const inFile = join(mail, 'map.json')
  const refused = await iobert(['mask', '--map', inFile, mail])
  assert.is.not(refused.code, 0)
  assert.is(refused.stdout, '')
  const nowhere = join(temporaryFolder(), 'full')
  mkdirSync(nowhere)
  // A folder in the place of the map: it cannot be renamed over.
  const held = await iobert(['mask', '--map', nowhere, mail])
  assert.is(held.code, 2)
  assert.is(held.stdout, '')
  assert.not.ok(existsSync(`${nowhere}.lock`))
})

test('mask and redact with --json and --jsonl show no name', async () => {
  const map = newMap()
  const whole = '[PER_1] met [PER_2] in [LOC_1]. [PER_3] flew home.\n'
  const masked = JSON.parse((await iobert(['mask', '--map', map, '--json', mail])).stdout)
  assert.is(masked[0].text, whole)
  assert.equal(
    masked[0].entities.map(({ text, start, end }: { text: string; start: number; end: number }) => [
      text,
      whole.slice(start, end),
    ]),
    ['[PER_1]', '[PER_2]', '[LOC_1]', '[PER_3]'].map((one) => [one, one]),
  )
  const lines = [
    '{"id":7,"text":"Tim Cook left."}',
    '3',
    '"Angela Merkel met Ana Lopez."',
    '"Ana Lopez left."',
  ]
  const { stdout, code } = await iobert(['mask', '--map', map, '--jsonl'], lines.join('\n'))
  assert.is(code, 1)
  const answers = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.is(answers[0].id, 7)
  assert.match(answers[1].error, /Line 2 is a number/u)
  assert.equal(
    answers.map(({ text }) => text),
    ['[PER_2] left.', undefined, '[PER_1] met [PER_4].', '[PER_4] left.'],
  )
  const typed = await iobert(['--redact', '--jsonl'], lines[0])
  assert.is(JSON.parse(typed.stdout).text, '[PER] left.')
  for (const shown of [stdout, typed.stdout]) assert.not.match(shown, /Tim|Cook|Angela|Ana/u)
  const joined = await iobert(['--redact', '--placeholder', 'numbered', '--aliases', mail])
  assert.is(joined.stdout, '[PER_1] met [PER_2] in [LOC_1]. [PER_2] flew home.\n')
})

test('mask, unmask and redact name what is wrong in their usage', async () => {
  const map = newMap()
  await iobert(['mask', '--map', map, mail])
  const absent = newMap()
  for (const [args, message] of [
    [['mask', mail], /mask takes --map MAP: the file where the names are kept/u],
    [['unmask', mail], /unmask takes --map MAP: the file that iobert mask wrote/u],
    [['unmask', '--map', absent, mail], /there is no such file/u],
    [['mask', '--map', mail, second], /mail\.txt is no map of iobert mask: .* no JSON/u],
    [['mask', '--map', map, '--aliases', mail], /was begun without --aliases/u],
    [['mask', '--map', absent, '--html', mail], /no option --html/u],
    [
      ['--redact', '--html', mail],
      /--html shows the names; with names taken out give one of --json, --jsonl, --csv, --tsv/u,
    ],
    [['--redact', '--json', '--words', mail], /--words shows the names/u],
    [['--placeholder', 'numbered', mail], /--placeholder goes with --redact/u],
    [['--aliases', mail], /--aliases goes with --placeholder numbered/u],
    [['--redact', '--aliases', mail], /--aliases goes with --placeholder numbered/u],
  ] as const) {
    const { code, stdout, stderr } = await iobert(args)
    assert.equal([code, stdout], [2, ''], args.join(' '))
    assert.match(stderr, message)
  }
  assert.not.ok(existsSync(absent))
})

test('names of a file stay, with --redact and with a map that goes on', async () => {
  const names = join(folder, 'never.txt')
  writeFileSync(names, 'Berlin\r\n\n  Tim   Cook \n')
  const map = newMap()
  const text = 'Angela Merkel met Tim Cook in Berlin.'
  for (const round of [1, 2]) {
    const { stdout, code } = await iobert(['mask', '--map', map, '--never', names, text])
    assert.is(stdout, '[PER_1] met Tim Cook in Berlin.\n', `round ${round}`)
    assert.is(code, 0)
  }
  const redacted = await iobert(['--redact', '--never', names, text])
  assert.is(redacted.stdout, '[PER] met Tim Cook in Berlin.\n')
  const missing = await iobert(['--redact', '--never', join(folder, 'no.txt'), text])
  assert.is(missing.code, 2)
  assert.match(missing.stderr, /--never .*no\.txt: /)
  assert.is(missing.stdout, '')
  const alone = await iobert(['--never', names, text])
  assert.match(alone.stderr, /--never goes with --redact/)
  assert.is(alone.code, 2)
})

test('nested fields of lines: only their strings change, and what is not as said is an error', async () => {
  const map = newMap()
  const args = ['mask', '--map', map, '--jsonl', '--field', 'user.name', '--field', 'body']
  const line = '{"id":12345678901234567890,"user":{"age": 1.0, "name":"Tim Cook"},"body":"Tim Cook left."}\n'
  const masked = await iobert(args, line)
  assert.match(
    masked.stdout,
    '{"id":12345678901234567890,"user":{"age": 1.0, "name":"[PER_1]"},"body":"[PER_1] left."',
  )
  assert.is(masked.code, 0)
  const wrong = [
    '{"user":{"nmae":"Tim Cook"},"body":"a"}',
    '{"user":[{"name":"Tim Cook"}],"body":"a"}',
    '{"user":{"name":"Tim Cook","name":"Ana Lopez"},"body":"a"}',
    '{"user.name":"Tim Cook","user":{"name":"Ana Lopez"},"body":"a"}',
  ]
  const refused = await iobert(args, wrong.join('\n'))
  assert.is(refused.code, 1)
  assert.not.match(refused.stdout, /Cook|Lopez/)
  const errors = refused.stdout.trim().split('\n')
  assert.match(errors[0]!, 'user.name that is missing, expected a string; did you mean user.nmae?')
  assert.match(errors[1]!, /user\.name that is missing, expected a string"/)
  assert.match(errors[2]!, 'has user.name more than once')
  assert.match(errors[3]!, 'has user.name more than once')
})

test('a whole JSON document is masked in its strings and names of members, or in those of some fields, and comes back to the byte', async () => {
  const map = newMap()
  const file = join(temporaryFolder(), 'ticket.json')
  const json =
    '{\n  "id": 1.0,\n  "user": {"name": "Tim \\u0043ook", "Tim Cook": null},\n  "notes": [{"text": "Tim Cook\\nis in \\"Berlin\\"."}],\n  "by": "[PER_1]"\n}\n'
  writeFileSync(file, json)
  const whole = await iobert(['mask', '--map', map, file])
  assert.is(
    whole.stdout,
    json
      .replace('Tim \\u0043ook', '[PER_2]')
      .replace('"Tim Cook":', '"[PER_2]":')
      .replace('"Tim Cook\\nis', '"[PER_2]\\nis')
      .replace('Berlin', '[LOC_1]'),
  )
  const back = await iobert(['unmask', '--map', map, '--json'], whole.stdout)
  assert.equal(JSON.parse(back.stdout), JSON.parse(json))
  // Numbers that need a word before them have it in the name; nothing that is found covers a name and its string.
  const numbers = '{"Tim Cook": {"pesel": "44051401359"}, "Ana": "Lopez", "Berlin": {"phone" : "5551234567"}}'
  const hidden = await iobert(['mask', '--map', map, '--rules', 'all', '--input', 'json'], numbers)
  assert.not.match(hidden.stdout, /Cook|Ana|Lopez|Berlin|44051401359|5551234567/)
  assert.match(hidden.stdout, /^\{"\[PER_2\]": \{"pesel": "\[PESEL_1\]"\}, .*"phone" : "\[PHONE_1\]"\}\}\n?$/)
  const shown = await iobert(['unmask', '--map', map, '--json'], hidden.stdout)
  assert.is(shown.stdout.trim(), numbers)
  const some = await iobert(['--redact', '--input', 'json', '--field', 'notes.text', file])
  assert.match(some.stdout, '"Tim \\u0043ook"')
  assert.match(some.stdout, '"text": "[PER]\\nis in \\"[LOC]\\"."')
  const none = await iobert(['mask', '--map', map, '--input', 'json', '--field', 'notes.txet', file])
  assert.equal([none.code, none.stdout], [1, ''])
  assert.match(none.stderr, 'it has no string at notes.txet; did you mean notes.text?')
  const broken = await iobert(['mask', '--map', map, '--input', 'json'], '{"a": Tim Cook}')
  assert.equal([broken.code, broken.stdout], [1, ''])
  assert.not.match(broken.stderr, 'Cook')
})

test.run()
