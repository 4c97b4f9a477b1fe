/**
 * Reading and writing tables: RFC 4180 for any chunking of bytes, `--csv`, `--tsv`, `--output`, and `--jsonl
 * --field`.
 */
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { cellText, readRow, writeAddedCell, writeCell } from '#dist/cli/tables/cells.js'
import { RecordSplitter } from '#dist/cli/tables/record-splitter.js'
import { assertLinear } from '../growth.ts'
import { times } from '../thorough.ts'
import { iobert, start, temporaryFolder } from './run.ts'

/** The rows of bytes that come in chunks cut at the given places. */
function split(bytes: Uint8Array, cuts: readonly number[], delimiter: string): string[] {
  const splitter = new RecordSplitter(() => delimiter.charCodeAt(0), 1000)
  const rows: Uint8Array[] = []
  let at = 0
  for (const cut of [...cuts.map((one) => Math.min(one, bytes.length)).sort((a, b) => a - b), bytes.length]) {
    rows.push(...splitter.push(bytes.subarray(at, cut)))
    at = cut
  }
  rows.push(...splitter.end())
  return rows.map((row) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(row))
}

const cell = fc
  .array(fc.constantFrom('a', 'é', '😀', '"', ',', '\t', '\n', '\r\n', ';', ' '), { maxLength: 6 })
  .map((parts) => parts.join(''))

test('rows and cells are found however the bytes come', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.tuple(cell, fc.boolean()), { minLength: 1, maxLength: 4 }), { maxLength: 5 }),
      fc.array(fc.nat(120), { maxLength: 8 }),
      fc.constantFrom(',', '\t', ';'),
      fc.constantFrom('\n', '\r\n'),
      fc.tuple(fc.boolean(), fc.boolean()),
      (table, cuts, delimiter, lineEnd, [mark, ends]) => {
        const lines = table.map((row) =>
          row.map(([text, quoted]) => writeCell(text, delimiter, quoted)).join(delimiter),
        )
        const last = lines.at(-1) === '' || ends ? lineEnd : ''
        const whole = (mark ? '\ufeff' : '') + lines.join(lineEnd) + (lines.length > 0 ? last : '')
        const rows = split(Buffer.from(whole), cuts, delimiter)
        assert.is(rows.join(''), whole)
        const found = rows.map((row) => readRow(row.replace(/^\ufeff/u, ''), delimiter).written.map(cellText))
        if (table.length > 0)
          assert.equal(
            found,
            table.map((row) => row.map(([text]) => text)),
          )
      },
    ),
    { numRuns: 500 },
  )
})

test('what is no RFC 4180 is read as spreadsheets do, and a quote that nothing closes is told', () => {
  assert.equal(split(Buffer.from('a"b,"c"d",e\nx"\n'), [], ','), ['a"b,"c"d",e\n', 'x"\n'])
  assert.equal(readRow('a"b,"c"d",e', ',').written.map(cellText), ['a"b', 'cd"', 'e'])
  assert.throws(
    () => split(Buffer.from('a\n"b\nc\n'), [], ','),
    /row 2 begins a cell with a quote that nothing closes/,
  )
  assert.throws(
    () => split(Buffer.from(`a\n"${'b'.repeat(4000)}`), [], ','),
    /row 2 has more than 1000 characters/,
  )
})

const folder = temporaryFolder()
const table = join(folder, 'table.csv')
const rows = [
  '\ufeffid,text,PER\r\n',
  '1,"Angela Merkel met Tim Cook, and ""they""\r\nleft Berlin. Tim Cook slept.","a ""b"""\r\n',
  '\r\n',
  '2,nobody\r\n',
  ' 3 ,Ana Lopez of Siemens,"x"',
]
writeFileSync(table, rows.join(''))

test('iobert --csv adds a column for each type and changes nothing else', async () => {
  const { code, stdout, stderr } = await iobert([
    '--csv',
    '--column',
    'text',
    '--rules',
    'email',
    '-l',
    'PER,LOC,EMAIL',
    table,
  ])
  assert.is(code, 0, stderr)
  assert.is(
    stdout,
    [
      '\ufeffid,text,PER,PER 2,LOC,EMAIL\r\n',
      `${rows[1]!.trimEnd()},Angela Merkel; Tim Cook,Berlin,\r\n`,
      '\r\n',
      '2,nobody,,,,\r\n',
      `${rows[4]},Ana Lopez,,`,
    ].join(''),
  )
  const byNumber = await iobert(['--csv', '--column', '2', '--rules', 'email', '-l', 'PER,LOC,EMAIL', table])
  assert.is(byNumber.stdout, stdout)
})

test('iobert --csv --redact, and mask --csv, take names out of the column in place', async () => {
  const { stdout } = await iobert(['--csv', '--column', 'text', '--redact', table])
  const wanted = [
    rows[0]!,
    '1,"[PER] met [PER], and ""they""\r\nleft [LOC]. [PER] slept.","a ""b"""\r\n',
    ...rows.slice(2, 4),
    ' 3 ,[PER] of [ORG],"x"',
  ].join('')
  assert.is(stdout, wanted)
  const map = join(folder, 'map.json')
  const masked = await iobert(['mask', '--map', map, '--csv', '--column', 'text', table])
  assert.is(masked.stdout.replace(/_\d\]/gu, ']'), wanted)
  assert.is((await iobert(['unmask', '--map', map], masked.stdout)).stdout, rows.join(''))
})

test('tabs and semicolons are found, and --tsv reads tabs', async () => {
  const lines = (delimiter: string): string =>
    ['n', 'text\n'].join(delimiter) + ['1,5', 'In Berlin\n'].join(delimiter)
  for (const [args, delimiter] of [
    [['--tsv'], '\t'],
    [['--csv'], '\t'],
    [['--csv'], ';'],
  ] as const) {
    const { stdout } = await iobert([...args, '--column', 'text', '-l', 'LOC'], lines(delimiter))
    assert.is(stdout, `n${delimiter}text${delimiter}LOC\n1,5${delimiter}In Berlin${delimiter}Berlin\n`)
  }
})

test('several columns are read, or have names taken out', async () => {
  const input = '\ufeffn,text,note,rest\n1,In Berlin,"Tim Cook, Lima",In Rome\n2,In Paris,\n,,,\n'
  const both = ['--csv', '--column', 'text', '--column', '3', '-l', 'PER,LOC']
  assert.is(
    (await iobert(both, input)).stdout,
    '\ufeffn,text,note,rest,PER,LOC\n1,In Berlin,"Tim Cook, Lima",In Rome,Tim Cook,Berlin; Lima\n2,In Paris,,,,Paris\n,,,,,\n',
  )
  const redacted = await iobert([...both, '--redact'], input)
  assert.is(redacted.stdout, '\ufeffn,text,note,rest\n1,In [LOC],"[PER], [LOC]",In Rome\n2,In [LOC],\n,,,\n')
  const twice = await iobert(['--csv', '--column', 'text', '--column', '2', '--redact'], 'n,text\n1,In Rome')
  assert.is(twice.stdout, 'n,text\n1,In [LOC]')
})

test('a first row that holds a name is no first row of names of columns, where these are given by number', async () => {
  const csv = ['--csv', '--redact', '--column']
  const bare = await iobert([...csv, '2'], '1,Angela Merkel met Tim Cook\n2,Tim Cook left\n')
  assert.is(bare.code, 1)
  assert.is(bare.stdout, '')
  assert.match(bare.stderr, /row 1 has a name in column 2, .*--no-header/)
  assert.not.match(bare.stderr, /Merkel/)
  const named = await iobert([...csv, '2'], 'id,text\n2,Tim Cook left\n')
  assert.is(named.stdout, 'id,text\n2,[PER] left\n')
  const known = await iobert([...csv, 'Tim Cook'], 'id,Tim Cook\n2,Tim Cook left\n')
  assert.is(known.stdout, 'id,Tim Cook\n2,[PER] left\n')
})

test('--no-header reads the first row too, --delimiter says what stands between cells', async () => {
  const bare = ['--csv', '--no-header', '--column', '2', '-l', 'LOC']
  const { stdout } = await iobert(bare, '\ufeff1,In Berlin,\r\n2,In Lima,x\r\n')
  assert.is(stdout, '\ufeff1,In Berlin,,Berlin\r\n2,In Lima,x,Lima\r\n')
  const redacted = await iobert([...bare, '--redact', '--delimiter', '|'], '\ufeffa, b|In "Berlin"|c\n\nd|\n')
  assert.is(redacted.stdout, '\ufeffa, b|"In ""[LOC]"""|c\n\nd|\n')
  const tab = await iobert([...bare, '--delimiter', 'tab'], 'a,b\tIn Rome\n')
  assert.is(tab.stdout, 'a,b\tIn Rome\tRome\n')
  // Without a word about it the character that parts most.
  assert.is((await iobert(bare, '1;In Rome\n')).stdout, '1;In Rome;Rome\n')
  const named = ['--csv', '--column', '1', '-l', 'LOC']
  assert.is((await iobert(named, 'text;n\nIn Rome, and;1\n')).stdout, 'text;n;LOC\nIn Rome, and;1;Rome\n')
})

test('a table is answered as it comes, the first rows at once', async () => {
  const child = start(['--csv', '--column', 'text', '-l', 'LOC'])
  let out = ''
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk
  })
  child.stdin.write('text\nIn Berlin.\n')
  while (!out.includes('In Berlin.,Berlin\n')) await new Promise((resolve) => setTimeout(resolve, 10))
  child.stdin.end('In Lima.\n')
  const [code] = await once(child, 'close')
  assert.equal([code, out], [0, 'text,LOC\nIn Berlin.,Berlin\nIn Lima.,Lima\n'])
})

test('iobert --output csv has a row for each entity', async () => {
  const text = join(folder, 'a,b.txt')
  writeFileSync(text, 'In Berlin: "Tim Cook".')
  const { stdout } = await iobert(['--output', 'csv', text, '-l', 'LOC,PER'])
  const [head, ...entities] = stdout.split('\r\n')
  assert.is(head, 'file,start,end,type,text,score')
  const cells = entities.filter(Boolean).map((row) => readRow(row, ',').written.map(cellText))
  assert.equal(
    cells.map((row) => row.slice(0, -1)),
    [
      [text, '3', '9', 'LOC', 'Berlin'],
      [text, '12', '20', 'PER', 'Tim Cook'],
    ],
  )
  for (const row of cells) assert.ok(Number(row.at(-1)) > 0.5)
  const tabs = await iobert(['--output', 'tsv', '-t', 'In Berlin.'])
  assert.match(tabs.stdout, /^file\tstart\tend\ttype\ttext\tscore\r\n\t3\t9\tLOC\tBerlin\t0\.\d+\r\n$/u)
})

test('iobert --jsonl --field passes all other members through as they are written', async () => {
  const lines = [
    '{"n":12345678901234567890,"body":"In Berlin.","entities":1,"x":{"body":"Tim Cook"}}',
    '{"body":3,"n":1.0}',
    '"In Berlin."',
    '{"body":"Tim Cook","body":"In Lima."}',
  ]
  const { stdout, code } = await iobert(['--jsonl', '--field', 'body', '-l', 'LOC'], lines.join('\n'))
  assert.is(code, 1)
  const out = stdout.trimEnd().split('\n')
  assert.match(
    out[0]!,
    /^\{"n":12345678901234567890,"body":"In Berlin\.","entities":\[\{.*\],"x":\{"body":"Tim Cook"\},"truncated":false\}$/u,
  )
  assert.is(out[1], '{"body":3,"n":1.0,"error":"Line 2 has a body that is a number, expected a string"}')
  assert.is(out[2], '{"error":"Line 3 is a string, expected {\\"body\\": ...}"}')
  assert.is(JSON.parse(out[3]!).entities[0].text, 'Lima')
  const redacted = await iobert(['--jsonl', '--field', 'body', '--redact'], [lines[0], lines[3]].join('\n'))
  const [first, last] = redacted.stdout.trimEnd().split('\n')
  assert.match(first!, /^\{"n":12345678901234567890,"body":"In \[LOC\]\.","entities":\[/u)
  assert.match(last!, /^\{"body":"In \[LOC\]\."/u)
  assert.not.match(last!, 'Cook')
})

test('several fields of a line are all read, and all redacted', async () => {
  const line = '{"n":1.0,"subject":"Call Tim Cook.","body":"In Berlin.","other":"Ana"}'
  const args = ['--jsonl', '--field', 'body', '--field', 'subject', '--field', 'body']
  const found = JSON.parse((await iobert(args, line)).stdout)
  assert.equal([found.subject, found.body], ['Call Tim Cook.', 'In Berlin.'])
  const texts = (entities: { text: string }[]): string[] => entities.map(({ text }) => text)
  assert.equal([texts(found.entities.subject), texts(found.entities.body)], [['Tim Cook'], ['Berlin']])
  assert.equal(found.truncated, { body: false, subject: false })
  const { stdout } = await iobert([...args, '--redact'], line)
  assert.match(stdout, /^\{"n":1\.0,"subject":"Call \[PER\]\.","body":"In \[LOC\]\.","other":"Ana",/u)
  const one = await iobert([...args, '--redact'], '{"body":"In Berlin.","subject":null}\n')
  assert.equal(
    [one.code, JSON.parse(one.stdout).error],
    [1, 'Line 1 has a subject that is null, expected a string'],
  )
})

test('a row with other cells than the first row says is an error, and nothing of it is passed on', async () => {
  const args = ['--csv', '--column', 'text', '-l', 'PER,LOC']
  const map = join(folder, 'rows.json')
  for (const [row, message] of [
    [
      '2;Tim Cook left.',
      /stdin: row 3 has 1 cell, but column 2 is to be read; a cell that holds ',' needs quotes/u,
    ],
    ['3\tAngela Merkel ran.', /row 3 has 1 cell, but column 2 is to be read/u],
    ['4,Tim Cook,left,x', /row 3 has 4 cells, but the first row has 3/u],
  ] as const) {
    for (const hide of [['--redact'], ['mask', '--map', map], []]) {
      const [command, rest] = hide[0] === 'mask' ? [hide, args] : [[], [...args, ...hide]]
      const { code, stdout, stderr } = await iobert(
        [...command, ...rest],
        `id,text,n\n1,In Lima.,2\n${row}\n`,
      )
      assert.match(stderr, message)
      assert.is(code, 1, row)
      assert.not.match(stdout, /Tim|Angela/u)
    }
  }
})

test('columns given twice by name are read by their numbers', async () => {
  const { stdout } = await iobert(
    ['--csv', '--column', '1', '--column', '3', '-l', 'LOC', '--redact'],
    'a,b,a\nIn Rome,x,In Lima\n',
  )
  assert.is(stdout, 'a,b,a\nIn [LOC],x,In [LOC]\n')
})

test('a cell of many megabytes is read', () => {
  for (const text of ['x'.repeat(9_000_000), '"'.repeat(3_000_000), 'a"b,\n'.repeat(1_000_000)]) {
    const written = writeCell(text, ',', true)
    assert.ok(cellText(written) === text)
    assert.equal(
      readRow(`1,${written},2\n`, ',').written.map((one) => one.length),
      [1, written.length, 1],
    )
  }
})

test('a first row without an end takes time linear in it', async () => {
  const chunk = Buffer.alloc(1000, 'x')
  await assertLinear('chunks of a first row', times(500, 2000), (chunks) => () => {
    const splitter = new RecordSplitter(() => 44, Number.POSITIVE_INFINITY)
    for (let at = 0; at < chunks; at++) for (const _row of splitter.push(chunk)) assert.unreachable()
    return [...splitter.end()].length
  })
})

test('no cell that is added begins a formula, and what is no formula stays', async () => {
  for (const [text, cell] of [
    ['=SUM(A1:A9)', "'=SUM(A1:A9)"],
    ["+cmd|'/C calc'!A0", "'+cmd|'/C calc'!A0"],
    ['-2+3+cmd', "'-2+3+cmd"],
    ['@SUM(1)', "'@SUM(1)"],
    ['\t=1', "'\t=1"],
    ['\r=1', '"\'\r=1"'],
    ['+1 (212) 555-0187', '+1 (212) 555-0187'],
    ['-0.5', '-0.5'],
    ['Tim = Ann', 'Tim = Ann'],
    ['', ''],
  ] as const)
    assert.is(writeAddedCell(text, ','), cell)
  const rules = join(folder, 'formulas.json')
  writeFileSync(rules, JSON.stringify([{ type: '=X', pattern: '=[A-Z]+\\([0-9]\\)' }]))
  const input = 'text\n=RAND(1)\n'
  const { stdout } = await iobert(['--csv', '--column', 'text', '--rules', rules, '-l', '=X'], input)
  assert.is(stdout, "text,'=X\n=RAND(1),'=RAND(1)\n")
  const rows = await iobert(['--output', 'csv', '--rules', rules, '-l', '=X', '-t', '=RAND(1)'])
  assert.is(rows.stdout, "file,start,end,type,text,score\r\n,0,8,'=X,'=RAND(1),1\r\n")
})

test('what is wrong with a table is told', async () => {
  for (const [args, input, message, exit] of [
    [['--csv'], '', /--csv needs --column/u, 2],
    [['--column', 'a'], '', /--column goes with --csv or --tsv/u, 2],
    [['--no-header'], '', /--no-header goes with --csv or --tsv/u, 2],
    [['--csv', '--no-header', '--column', 'a'], '', /--column is 'a', and with --no-header/u, 2],
    [['--csv', '--no-header', '--column', '3'], 'a,b\n', /'3', but the table's first row has 2 cells/u, 2],
    [['--csv', '--column', 'a', '--delimiter', '::'], '', /--delimiter is '::', expected one character/u, 2],
    [['--csv', '--column', 'a', '--delimiter', 'é'], '', /--delimiter is 'é', expected one character/u, 2],
    [['--csv', '--column', 'a', '--delimiter', '"'], '', /--delimiter is '"', expected one character/u, 2],
    [['--tsv', '--column', 'a', '--delimiter', ';'], '', /--delimiter goes with --csv/u, 2],
    [['--field', 'a'], '', /--field goes with --jsonl/u, 2],
    [['--output', 'xml'], 'a', /--output is 'xml', expected one of 'csv', 'tsv'/u, 2],
    [['--csv', '--column', 'a', table, table], '', /reads one table, found 2 inputs/u, 2],
    [['--csv', '--column', 'a'], 'b,"c"\n', /--column is 'a', but the table's first row has b, c/u, 2],
    [['--csv', '--column', 'a', '--html'], 'a\n', /one of --csv and --html/u, 2],
    [['--output', 'csv', '--redact'], 'a', /--output shows the names/u, 2],
    [['--csv', '--column', 'a'], 'a\n"b\n', /row 2 begins a cell with a quote that nothing closes/u, 1],
    [
      ['--csv', '--column', 'a', '--max-chars', '3'],
      'a\nb\ncccccccccc\n',
      /row 3 has more than 3 characters/u,
      1,
    ],
    [
      ['--csv', '--column', 'a'],
      Buffer.from([0x61, 0x0a, 0xff, 0x0a]),
      /stdin: row 2 is not UTF-8 text: .* --encoding windows-1252/u,
      1,
    ],
    [
      ['--csv', '--column', 'a', '--redact'],
      'a,b,a\nx,y,z\n',
      /--column is 'a', .* it 2 times, as columns 1, 3: give numbers/u,
      2,
    ],
  ] as const) {
    const { code, stderr } = await iobert(args, input)
    assert.match(stderr, message)
    assert.is(code, exit, args.join(' '))
  }
})

test.run()
