/** `--out`: files in, files out, whole and never in the place of what is read; and back with `iobert unmask`. */
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { iobert, temporaryFolder } from './run.ts'

/** A folder of files to read, and names for a folder to write and for a map. */
function given(): { from: string; out: string; map: string } {
  const folder = temporaryFolder()
  const from = join(folder, 'mails')
  mkdirSync(join(from, 'sub/deep'), { recursive: true })
  writeFileSync(join(from, 'a.txt'), 'Angela Merkel met Tim Cook.')
  writeFileSync(join(from, 'sub/b.html'), '<p title="x">Tim <b>Cook</b> left.</p>\n')
  writeFileSync(join(from, 'sub/deep/c.md'), '# Angela Merkel\r\n\r\nis in Berlin.\r\n')
  return { from, out: join(folder, 'masked'), map: join(folder, 'map.json') }
}

/** The files below a folder with what they hold. */
function filesOf(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
  return Object.fromEntries(
    names
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .sort()
      .map((path) => [path.slice(folder.length + 1).replaceAll('\\', '/'), readFileSync(path, 'utf8')]),
  )
}

test('a folder goes in and out with one command, with its names and subfolders, and back', async () => {
  const { from, out, map } = given()
  const before = filesOf(from)
  const masked = await iobert(['mask', '--map', map, '--out', out, from])
  assert.equal(masked, { code: 0, stdout: '', stderr: '' })
  assert.equal(filesOf(from), before)
  assert.equal(filesOf(out), {
    'a.txt': '[PER_1] met [PER_2].',
    'sub/b.html': '<p title="x">[PER_2]<b></b> left.</p>\n',
    'sub/deep/c.md': '# [PER_1]\r\n\r\nis in [LOC_1].\r\n',
  })
  const again = `${out}-again`
  const back = await iobert(['unmask', '--map', map, '--out', again, out])
  assert.equal([back.code, back.stdout], [0, ''], back.stderr)
  assert.is(filesOf(again)['a.txt'], before['a.txt'])
  assert.is(filesOf(again)['sub/deep/c.md'], before['sub/deep/c.md'])
})

test('what is passed over is told with the reason, the others are written, and the exit code is 1', async () => {
  const { from, out, map } = given()
  writeFileSync(join(from, 'scan.pdf'), '%PDF-1.7 Tim Cook')
  writeFileSync(join(from, 'sub/old.txt'), Buffer.from('Jürgen Müller', 'latin1'))
  writeFileSync(join(from, '.hidden'), 'Tim Cook')
  symlinkSync(join(from, 'sub'), join(from, 'link'), 'junction')
  const { code, stdout, stderr } = await iobert(['mask', '--map', map, '--out', out, from])
  assert.equal([code, stdout], [1, ''])
  for (const message of [
    /scan\.pdf: it is a PDF, expected text/u,
    /old\.txt: it is not UTF-8 text: .*--encoding/u,
    /link: it is a link that leads to no file/u,
    /: 3 written to .*masked, 3 passed over; 1 not read, whose names begin with a dot\n/u,
  ]) {
    assert.match(stderr, message)
  }
  assert.equal(Object.keys(filesOf(out)), ['a.txt', 'sub/b.html', 'sub/deep/c.md'])
  const withEncoding = ['mask', '--map', map, '--encoding', 'windows-1252', '--out', `${out}2`]
  assert.is((await iobert([...withEncoding, join(from, 'sub/old.txt')])).code, 0)
  assert.not.match(filesOf(`${out}2`)['old.txt']!, /Müller/u)
})

test('no file that is read is ever replaced, nor the map, nor one that is there without --force', async () => {
  const { from, out, map } = given()
  const before = filesOf(from)
  mkdirSync(join(out, 'sub'), { recursive: true })
  const refused = async (message: RegExp, ...args: string[]): Promise<void> => {
    const { code, stdout, stderr } = await iobert(['mask', '--map', map, ...args])
    assert.equal([code, stdout], [2, ''], args.join(' '))
    assert.match(stderr, message)
    assert.equal(filesOf(from), before)
  }
  await refused(/--out .*mails is within .*mails, which is read/u, '--force', '--out', from, from)
  await refused(/is within .*mails, which is read/u, '--out', join(from, 'new/masked'), from)
  await refused(/a\.txt is a file that is read/u, '--force', '--out', from, join(from, 'a.txt'))
  await refused(/--out takes files and folders, found a text/u, '--out', out, 'Tim Cook left.')
  await refused(/--out takes files and folders, found stdin/u, '--out', out, '-')
  await refused(/leave --json out/u, '--json', '--out', out, from)
  await refused(/--force goes with --out/u, '--force', from)
  const sub = join(from, 'sub/b.html')
  mkdirSync(join(from, 'other'))
  writeFileSync(join(from, 'other/B.html'), 'Tim')
  before['other/B.html'] = 'Tim'
  await refused(/would both be .*B\.html/u, '--out', out, sub, join(from, 'other/B.html'))
  linkSync(join(from, 'a.txt'), join(out, 'a.txt'))
  await refused(/a\.txt is a file that is read/u, '--force', '--out', out, from)
  assert.not.ok(existsSync(join(out, 'sub/b.html')), 'it is known before anything is written')
  const there = `${out}-there`
  mkdirSync(there)
  writeFileSync(join(there, 'a.txt'), 'mine')
  await refused(/a\.txt is there already; .* --force/u, '--out', there, from)
  assert.is(readFileSync(join(there, 'a.txt'), 'utf8'), 'mine')
  assert.is((await iobert(['mask', '--map', map, '--force', '--out', there, from])).code, 0)
  assert.is(readFileSync(join(there, 'a.txt'), 'utf8'), '[PER_1] met [PER_2].')
  const inside = join(from, 'map.json')
  const { code, stderr } = await iobert(['mask', '--map', inside, '--out', `${out}3`, from])
  assert.is(code, 2)
  assert.match(stderr, /map\.json is within what is masked, .*mails: keep it elsewhere/u)
})

test('a text without its map leaves no file, and a file that cannot be written no part of one', async () => {
  const { from, out, map } = given()
  mkdirSync(out)
  // Where a subfolder should be is a file.
  writeFileSync(join(out, 'sub'), '')
  const { code } = await iobert(['mask', '--map', map, '--out', out, from])
  assert.is(code, 1)
  assert.ok(existsSync(map))
  assert.equal(Object.keys(filesOf(out)), ['a.txt', 'sub'])
  const nowhere = join(from, 'a.txt', 'map.json')
  const lost = await iobert(['mask', '--map', nowhere, '--out', `${out}2`, join(from, 'sub')])
  assert.is.not(lost.code, 0)
  assert.not.ok(existsSync(`${out}2`))
})

test.run()
