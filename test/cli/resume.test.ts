/** `--resume`: a run that is stopped at any byte goes on at the same command, and each line and row is there once. */
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { runJsonl } from '#dist/cli/jsonl.js'
import { type Begun, withRecordFile } from '#dist/cli/resume.js'
import type { Found } from '#dist/cli/shapes.js'
import { runTable } from '#dist/cli/tables/table.js'
import { Redactor } from '#dist/markup/redact.js'
import { share, times } from '../thorough.ts'
import { iobert, start, temporaryFolder } from './run.ts'

const LINES = [
  '{"id":1,"text":"Ana met Bo."}',
  'no JSON',
  '{"id":2,"text":"Bo, \\u00dcla\\nand Cy: [PER_5]. \u2028"}',
  '',
  '{"id":3,"text":"Cy met Dan, Eve and Fay, and Ana."}',
  '{"id":4,"error":"Line 9 is mine","text":"Gus"}',
]
const ROWS = [
  '\ufeffid,text',
  '1,Ana met Bo',
  '2,"Bo, ""Cy""\nand Dan"',
  '',
  '3,"Eve',
  'and Fay, Ana"',
  '4,Gus met Ana',
]

const NAMES = /Ana|Bo|Cy|Dan|Eve|Fay|Gus|Üla/gu

/** Finds the names above, as a model would. */
const compute = async (texts: readonly string[]): Promise<Found[]> =>
  texts.map((text) => ({
    document: undefined,
    recognition: {
      truncated: false,
      entities: Array.from(text.matchAll(NAMES), ({ 0: name, index }) => ({
        ...{ type: 'PER', text: name, start: index, end: index + name.length, score: 1 },
      })),
    },
  }))

/** What a run tells of lines with errors is not looked at here. */
async function quietly<T>(work: () => Promise<T>): Promise<T> {
  const { write } = process.stderr
  process.stderr.write = () => true
  try {
    return await work()
  } finally {
    process.stderr.write = write
  }
}

/** A command that masks a file, to stdout's place in a file; its map is saved as `iobert mask` saves it. */
function masking(format: 'jsonl' | 'csv', input: string) {
  const folder = temporaryFolder()
  const [source, out, map] = ['in', 'out', 'map.json'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  writeFileSync(source, input)
  const sources = [{ kind: 'file', path: source }] as const
  const begun: Begun = { sources, options: { format }, files: [], labels: ['O'], map }
  const run = (): Promise<number> =>
    withRecordFile(out, begun, (into) => {
      const redactor = existsSync(map)
        ? Redactor.from(readFileSync(map, 'utf8'))
        : new Redactor({ placeholder: 'numbered' })
      const beforeWrite = async (): Promise<void> => writeFileSync(map, JSON.stringify(redactor))
      const common = { compute, maxChars: 1000, beforeWrite, into }
      return format === 'jsonl'
        ? runJsonl<Found>(sources, {
            ...common,
            members: ['text'],
            hides: true,
            fields: ({ recognition }, text) => ({ text: redactor.redact(text, recognition.entities).text }),
          })
        : runTable(sources, {
            ...{
              ...common,
              format,
              columns: ['text'],
              header: true,
              delimiter: undefined,
              types: [],
              redactor,
            },
          })
    })
  /** What a run that is stopped before its first record leaves beside the file. */
  const begin = async (): Promise<string> => {
    await withRecordFile(out, begun, async () => 0)
    return readFileSync(`${out}.resume`, 'utf8')
  }
  return { run, begin, out, map, beside: `${out}.resume` }
}

for (const [format, input, code] of [
  ['jsonl', `${LINES.join('\n')}\n`, 1],
  ['jsonl', LINES.join('\r\n'), 1],
  ['csv', `${ROWS.join('\n')}\n`, 0],
  ['csv', ROWS.join('\r\n'), 0],
] as const) {
  const end = input.endsWith('\n') ? 'with' : 'without'
  test(`--${format} that is stopped at any byte, ${end} a line end at the end, goes on: each record is there once`, async () => {
    const { run, begin, out, map, beside } = masking(format, input)
    assert.is(await quietly(run), code)
    assert.not.ok(existsSync(beside))
    const whole = readFileSync(out)
    const names = readFileSync(map)
    assert.not.match(whole.toString(), NAMES)
    rmSync(out)
    rmSync(map)
    const begun = await begin()
    const again = async (left: string): Promise<void> => {
      assert.is(await quietly(run), code, left)
      assert.equal(readFileSync(out), whole, left)
      assert.equal(readFileSync(map), names, left)
      assert.not.ok(existsSync(beside), left)
    }
    await again('an empty file, and no map')
    rmSync(out)
    writeFileSync(beside, begun.slice(0, 20))
    await again('a part of what the run was begun with, and no file')
    // The map has the names of all records that were computed, of which the file may have any number of bytes.
    for (const bytes of share([...Array(whole.length + 1).keys()], 7)) {
      writeFileSync(out, whole.subarray(0, bytes))
      writeFileSync(beside, begun)
      await again(`${bytes} bytes`)
    }
  })
}

/** Arguments of a run on a file of many lines, and where it writes. */
function given(lines: number): { args: string[]; input: string; out: string; map: string } {
  const folder = temporaryFolder()
  const [input, out, map] = ['in.jsonl', 'out.jsonl', 'map.json'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  const people = ['Angela Merkel', 'Tim Cook', 'Barack Obama', 'Grace Hopper']
  writeFileSync(
    input,
    Array.from(
      { length: lines },
      (_, index) => `{"text":"${people[index % people.length]} wrote to a${index}@example.org in Berlin."}\n`,
    ).join(''),
  )
  return {
    ...{ input, out, map },
    args: ['mask', '--map', map, '--rules', 'email', '--jsonl', '--field', 'text', '--resume', out, input],
  }
}

test('iobert mask that is killed goes on at the same command, and at last the file is as without a kill', async () => {
  const { args, out } = given(300)
  for (let kill = 1; kill <= times(2, 6); kill++) {
    const before = existsSync(out) ? statSync(out).size : 0
    const child = start(args)
    const ended = new Promise((resolve) => child.on('close', (_, signal) => resolve(signal)))
    const grown = (): boolean => existsSync(out) && statSync(out).size > before
    while (!grown() && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 10))
    child.kill('SIGKILL')
    if (process.platform !== 'win32') assert.is(await ended, 'SIGKILL', `kill ${kill}`)
    assert.ok(existsSync(`${out}.resume`))
  }
  const { code, stdout, stderr } = await iobert(args)
  assert.equal([code, stdout, stderr], [0, '', ''])
  const once = given(300)
  assert.is((await iobert(once.args)).code, 0)
  assert.is(readFileSync(out, 'utf8'), readFileSync(once.out, 'utf8'))
  assert.not.ok(existsSync(`${out}.resume`) || existsSync(`${out}.lock`))
})

test('--resume refuses another input, other options, a lost map, and a file that it did not begin', async () => {
  const { args, input, out, map } = given(3)
  const refused = async (message: RegExp, given: readonly string[] = args): Promise<void> => {
    const before = existsSync(out) ? readFileSync(out) : undefined
    const { code, stdout, stderr } = await iobert(given)
    assert.equal([code, stdout], [2, ''], stderr)
    assert.match(stderr, message)
    assert.equal(existsSync(out) ? readFileSync(out) : undefined, before)
  }
  const source = readFileSync(input, 'utf8')
  const whole = await iobert(args)
  assert.equal([whole.code, whole.stdout, whole.stderr], [0, '', ''])
  const masked = readFileSync(out, 'utf8')
  await refused(/--resume .*out\.jsonl is there already, and .*out\.jsonl\.resume does not say/u)
  // As a run leaves it that is stopped in the second line.
  rmSync(out)
  writeFileSync(input, `${source}no JSON`)
  await stopped(args, out)
  writeFileSync(input, source)
  await refused(/changed: what .*in\.jsonl holds\. Run it as it was begun, or remove/u)
  writeFileSync(input, `${source}no JSON`)
  await refused(
    /changed: --rules \(\["email"\], now \["phone"\]\)/u,
    args.map((one) => (one === 'email' ? 'phone' : one)),
  )
  await refused(/changed: --labels \(not given, now \["PER"\]\)/u, [
    'mask',
    '--labels',
    'PER',
    ...args.slice(1),
  ])
  await refused(/changed: the inputs \(/u, [...args, input])
  await refused(/found stdin/u, args.slice(0, -1).concat('-'))
  await refused(/--resume goes with .*--jsonl/u, ['mask', '--map', map, '--resume', out, input])
  await refused(/out\.jsonl is .*out\.jsonl, which is read/u, args.slice(0, -1).concat(out))
  const numbered = ['--redact', '--placeholder', 'numbered', '--jsonl', '--resume', out, input]
  await refused(/needs the names of the run before: use iobert mask/u, numbered)
  const names = readFileSync(map)
  rmSync(map)
  await refused(/has 1 records whose names are in --map .*, and there is no such file/u)
  writeFileSync(map, names)
  const last = await iobert(args)
  assert.is(last.code, 1)
  assert.is(readFileSync(out, 'utf8').slice(0, masked.length), masked)
  assert.is(readFileSync(out, 'utf8').trimEnd().split('\n').length, 4)
})

/** Leaves what a run leaves that is stopped in the second line of its file. */
async function stopped(args: readonly string[], out: string): Promise<void> {
  const child = start(args)
  const ended = new Promise((resolve) => child.on('close', resolve))
  let beside = ''
  // It is there before it is written.
  while (!beside.endsWith('}\n')) {
    assert.is(child.exitCode, null, 'the run ended before what it was begun with was seen')
    await new Promise((resolve) => setImmediate(resolve))
    if (existsSync(`${out}.resume`)) beside = readFileSync(`${out}.resume`, 'utf8')
  }
  await ended
  writeFileSync(`${out}.resume`, beside)
  const [first, second] = readFileSync(out, 'utf8').split('\n')
  writeFileSync(out, `${first}\n${second!.slice(0, 9)}`)
}

test.run()
