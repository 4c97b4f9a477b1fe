/**
 * Files of a folder are read by ranges; pipes, links out of the folder and short files give our own errors.
 */
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ModelFormatError } from '#dist/format/errors.js'
import { folderFiles } from '#dist/format/folder-files.node.js'
import { readAll } from '#dist/format/source.js'
import { loadModel } from '#dist/node.js'
import { within } from '../within.ts'

const folder = mkdtempSync(join(tmpdir(), 'iobert-folder-'))
const content = Uint8Array.from({ length: 5000 }, (_, at) => (at * 7) & 255)
writeFileSync(join(folder, 'model.safetensors'), content)
writeFileSync(join(folder, 'empty'), '')
mkdirSync(join(folder, '1_Pooling'))
writeFileSync(join(folder, '1_Pooling/config.json'), '{}')

test('folderFiles reads ranges straight into its target', async () => {
  const source = await folderFiles(folder).open('model.safetensors')
  assert.ok(source)
  assert.is(source.byteLength, 5000)
  const target = new Uint8Array(12).fill(1)
  await source.read(4990, target.subarray(1, 11))
  assert.equal([...target], [1, ...content.subarray(4990), 1])
  await source.close()
  await source.close()
})

test('folderFiles reads small ranges in any order, many at a time, across what it reads ahead', async () => {
  const large = Uint8Array.from({ length: 400_000 }, (_, at) => (at * 31 + (at >> 8)) & 255)
  writeFileSync(join(folder, 'large'), large)
  const source = await folderFiles(folder).open('large')
  assert.ok(source)
  const ranges = [0, 8, 131_060, 131_072, 131_080, 5, 262_140, 399_990, 16_384, 0].flatMap((start) =>
    [0, 1, 10, 16_384, 16_385].map((length) => [start, Math.min(length, large.length - start)] as const),
  )
  const read = async ([start, length]: (typeof ranges)[number]): Promise<void> => {
    const target = new Uint8Array(length)
    await source.read(start, target)
    assert.equal(target, large.subarray(start, start + length))
  }
  for (const range of ranges) await read(range)
  await Promise.all(ranges.map(read))
  await source.close()
})

test('folderFiles reads into shared memory and into the memory of a WebAssembly instance', async () => {
  const source = await folderFiles(folder).open('model.safetensors')
  assert.ok(source)
  const memories = [
    new SharedArrayBuffer(65536),
    new WebAssembly.Memory({ initial: 1 }).buffer,
    new WebAssembly.Memory({ initial: 1, maximum: 2, shared: true }).buffer,
  ]
  for (const memory of memories) {
    const target = new Uint8Array(memory, 100, 5000)
    await source.read(0, target)
    assert.equal(Uint8Array.from(target), content)
    assert.is(new Uint8Array(memory)[99], 0)
    assert.is(new Uint8Array(memory)[5100], 0)
  }
  await source.close()
})

test('folderFiles opens files of subfolders and empty files, and gives undefined for what is missing or no file', async () => {
  const files = folderFiles(folder)
  const pooling = await files.open('1_Pooling/config.json')
  assert.is(new TextDecoder().decode(await readAll(pooling!)), '{}')
  await pooling!.close()
  const empty = await files.open('empty')
  assert.is((await readAll(empty!)).length, 0)
  await empty!.close()
  assert.is(await files.open('vocab.txt'), undefined)
  assert.is(await files.open('model.safetensors/inside'), undefined)
  assert.is(await files.open('1_Pooling'), undefined)
})

test('folderFiles refuses names that leave the folder', async () => {
  const names = [
    '../x',
    'a/../../x',
    '/etc/passwd',
    '..',
    '.',
    '',
    'a//b',
    'a\\b',
    '..\\x',
    'C:x',
    'a\0b',
    'a/./b',
  ]
  for (const name of names) {
    const error = await folderFiles(folder)
      .open(name)
      .catch((reason: unknown) => reason)
    assert.instance(error, ModelFormatError, JSON.stringify(name))
    assert.is((error as ModelFormatError).code, 'InvalidConfig')
  }
})

test('folderFiles says which folder is missing, or is a file', async () => {
  const missing = await folderFiles(join(folder, 'nowhere'))
    .open('config.json')
    .catch((reason: unknown) => reason)
  assert.instance(missing, ModelFormatError)
  assert.match((missing as Error).message, /no folder .*nowhere/)
  const file = await folderFiles(join(folder, 'empty'))
    .open('config.json')
    .catch((reason: unknown) => reason)
  assert.match((file as Error).message, /empty is a file/)
})

test('folderFiles refuses pipes, sockets and devices at once, which would be waited for without an end', async () => {
  if (process.platform === 'win32') {
    console.log('skipped: pipes and devices: Windows has none in folders')
    return
  }
  assert.is(spawnSync('mkfifo', [join(folder, 'config.json')]).status, 0)
  symlinkSync('/dev/zero', join(folder, 'vocab.txt'))
  const server = createServer().listen(join(folder, 'tokenizer.json'))
  await once(server, 'listening')
  for (const [name, what] of [
    ['config.json', 'a named pipe'],
    ['vocab.txt', 'a device'],
    ['tokenizer.json', 'a socket'],
  ] as const) {
    const opened = folderFiles(folder).open(name)
    const error = await within(opened.catch((reason: unknown) => reason))
    assert.instance(error, ModelFormatError, String(error))
    assert.match((error as Error).message, `${name} is ${what}, expected a file`)
  }
  const loading = loadModel(folder, { inline: true }).catch((reason: unknown) => reason)
  assert.match(String(await within(loading)), /is a named pipe/)
  server.close()
})

test('folderFiles says in our own error what the system says of a file', async () => {
  if (process.platform === 'win32') {
    console.log('skipped: links in a circle and names too long: Windows tells them otherwise')
    return
  }
  symlinkSync('loop', join(folder, 'loop'))
  const deep = `${Array(40).fill('x'.repeat(200)).join('/')}/config.json`
  for (const [name, message] of [
    ['loop', /Cannot read .*loop: ELOOP/],
    [deep, /Cannot read .*ENAMETOOLONG/],
    ['x'.repeat(300), /not a file name: it is longer than 255 bytes/],
    ['\ud800', /not a file name/],
  ] as const) {
    const error = await folderFiles(folder)
      .open(name)
      .catch((reason: unknown) => reason)
    assert.instance(error, ModelFormatError, String(error))
    assert.match((error as Error).message, message)
  }
})

test('folderFiles read fails past the end, also where the file was cut short after it was opened', async () => {
  const path = join(folder, 'cut')
  writeFileSync(path, content)
  const source = await folderFiles(folder).open('cut')
  assert.instance(await source!.read(4999, new Uint8Array(2)).catch((reason: unknown) => reason), RangeError)
  truncateSync(path, 100)
  const error = await source!.read(0, new Uint8Array(200)).catch((reason: unknown) => reason)
  assert.instance(error, RangeError)
  assert.match((error as Error).message, /has 100 bytes/)
  await source!.close()
})

test.after(() => rmSync(folder, { recursive: true }))
test.run()
