/** `iobert quantize IN OUT` and `iobert convert IN OUT` with output folders that are not empty. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { rootPath } from '../shared.ts'
import { iobertProcess as iobert, model, type Run, start, temporaryFolder } from './run.ts'

const commands = ['quantize', 'convert'] as const

/** A copy of the model in a folder of its own. */
function copyOfModel(name = 'in'): string {
  const folder = join(temporaryFolder(), name)
  cpSync(model, folder, { recursive: true })
  return folder
}

/** All files by their digests, links as their targets, and folders. */
function contents(folder: string): Record<string, string> {
  const found: Record<string, string> = {}
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    const name = path.slice(folder.length).replaceAll('\\', '/')
    if (entry.isSymbolicLink()) found[name] = `-> ${readlinkSync(path)}`
    else if (entry.isDirectory()) found[name] = 'a folder'
    else found[name] = createHash('sha256').update(readFileSync(path)).digest('hex')
  }
  return found
}

test('iobert quantize and convert refuse to write into the folder that they read, under any name', async () => {
  for (const command of commands) {
    const folder = copyOfModel('Model')
    const link = join(temporaryFolder(), 'link')
    symlinkSync(folder, link)
    const files = join(temporaryFolder(), 'files')
    mkdirSync(files)
    for (const name of readdirSync(folder)) symlinkSync(join(folder, name), join(files, name))
    const before = contents(folder)
    const pairs = [
      [folder, folder],
      [folder, `${folder}/`],
      [folder, join(folder, '..', 'Model')],
      [folder, link],
      [link, folder],
      [files, folder],
    ]
    const otherCase = join(folder, '..', 'mODEL')
    if (existsSync(otherCase)) pairs.push([folder, otherCase])
    for (const [from, to] of pairs) {
      for (const force of [[], ['--force']]) {
        const { code, stdout, stderr } = await iobert([command, ...force, from!, to!])
        assert.is(code, 2, `${command} ${from} ${to}`)
        assert.match(stderr, 'OUT is IN')
        assert.is(stdout, '')
      }
    }
    assert.equal(contents(folder), before)
    assert.ok(statSync(link).isDirectory())
  }
})

test('iobert quantize and convert ask for --force where the folder holds files, and take an empty one', async () => {
  for (const command of commands) {
    const around = temporaryFolder()
    const out = join(around, 'out')
    mkdirSync(out)
    assert.is((await iobert([command, model, out])).code, 0, 'an empty folder')
    const first = contents(out)
    writeFileSync(join(out, 'vocab.txt'), 'of another model')
    writeFileSync(join(out, 'tokenizer.json'), '{}')
    writeFileSync(join(out, 'README.md'), 'a note')
    mkdirSync(join(out, '.git/deep'), { recursive: true })
    writeFileSync(join(out, '.git/deep/object'), 'an object')
    symlinkSync('README.md', join(out, 'link'))
    const before = contents(out)
    const refused = await iobert([command, model, out])
    assert.is(refused.code, 2)
    assert.match(refused.stderr, 'holds files: choose another folder, or give --force')
    assert.equal(contents(out), before)
    const link = join(around, 'link')
    symlinkSync(out, link)
    assert.is((await iobert([command, '--force', model, link])).code, 0)
    const { '/tokenizer.json': _gone, '/vocab.txt': _old, ...others } = before
    assert.equal(contents(out), { ...others, ...first }, 'other files stay, another tokenizer does not')
    assert.equal(readdirSync(around).sort(), ['link', 'out'])
    assert.is(readlinkSync(link), out)
    const file = join(around, 'file')
    writeFileSync(file, 'a file')
    assert.match((await iobert([command, '--force', model, file])).stderr, 'is a file, expected a folder')
    assert.is(readFileSync(file, 'utf8'), 'a file')
  }
})

test('iobert convert writes into the working folder', async () => {
  const out = temporaryFolder()
  const inside = (...args: string[]): string =>
    execFileSync(process.execPath, [rootPath('dist/cli/main.js'), ...args], {
      cwd: out,
      encoding: 'utf8',
      stdio: 'pipe',
    })
  inside('convert', model, '.')
  assert.equal(readdirSync(out).sort(), ['config.json', 'model.safetensors', 'vocab.txt'])
  writeFileSync(join(out, 'config.json'), '{}')
  inside('convert', '--force', model, '.')
  assert.equal(readFileSync(join(out, 'config.json')), readFileSync(join(model, 'config.json')))
})

/** Code to preload that does something at the change of the disk whose number `STOP_AT` is. */
function preloadAt(stop: string): string {
  const file = join(temporaryFolder(), 'stop.cjs')
  writeFileSync(
    file,
    `const fs = require('node:fs')
let left = Number(process.env.STOP_AT)
for (const [object, names] of [
  [fs, ['mkdirSync', 'writeFileSync', 'chmodSync', 'linkSync', 'symlinkSync', 'renameSync', 'rmSync', 'rmdirSync']],
  [fs.promises, ['mkdir', 'open', 'chmod', 'link', 'symlink', 'rename', 'rm']],
]) {
  for (const name of names) {
    const original = object[name]
    object[name] = (...args) => {
      const change = () => original.apply(object, args)
      return left-- === 0 ? (${stop})(change) : change()
    }
  }
}
require('node:module').syncBuiltinESMExports()
`,
  )
  return file
}

test('iobert quantize that is killed anywhere leaves the old model, the new one, or a folder that is no model', async () => {
  const out = join(temporaryFolder(), 'out')
  const preload = preloadAt("() => process.kill(process.pid, 'SIGKILL')")
  const wanted = join(temporaryFolder(), 'wanted')
  await iobert(['quantize', model, wanted])
  const prepare = (): void => {
    rmSync(out, { recursive: true, force: true, maxRetries: 5 })
    cpSync(model, out, { recursive: true })
    writeFileSync(join(out, 'README.md'), 'a note')
  }
  /** Without what a killed run could not remove. */
  const now = (): Record<string, string> =>
    Object.fromEntries(Object.entries(contents(out)).filter(([name]) => !name.startsWith('/.iobert-new-')))
  prepare()
  const older = now()
  const newer: Record<string, string> = { ...older, ...contents(wanted) }
  const seen = { old: 0, none: 0, new: 0 }
  const args = ['quantize', '--force', model, out]
  for (let at = 0; ; at++) {
    assert.ok(at < 100, 'it comes to its end')
    prepare()
    const { code } = await iobert(args, '', { STOP_AT: String(at), NODE_OPTIONS: `--require ${preload}` })
    if (code === 0) break
    const found = now()
    if (!('/config.json' in found)) seen.none++
    else {
      const isNew = found['/config.json'] === newer['/config.json']
      seen[isNew ? 'new' : 'old']++
      assert.equal(found, isNew ? newer : older, `killed before change ${at}`)
    }
    assert.is((await iobert(args)).code, 0, 'the next run replaces it')
    assert.equal(now(), newer)
  }
  assert.ok(seen.old > 3 && seen.none > 0 && seen.new > 0, JSON.stringify(seen))
  assert.equal(contents(out), newer)
})

test('iobert quantize that gets a SIGTERM anywhere leaves nothing half done', async () => {
  if (process.platform === 'win32')
    return console.log('skipped: SIGTERM: Windows ends a process without a signal')
  // The signal's handler runs before what waits for the change does.
  const preload = preloadAt(`(change) => {
    const result = change()
    fs.writeSync(2, 'SIGTERM')
    process.kill(process.pid, 'SIGTERM')
    return result?.then?.((value) => new Promise((resolve) => setTimeout(resolve, 2000, value))) ?? result
  }`)
  const around = temporaryFolder()
  const out = join(around, 'deep/er/out')
  for (const found of ['nothing', 'a model'] as const) {
    const prepare = (): void => {
      rmSync(join(around, 'deep'), { recursive: true, force: true })
      if (found === 'nothing') return
      cpSync(model, out, { recursive: true })
      mkdirSync(join(out, 'notes'))
      writeFileSync(join(out, 'notes/note'), 'a note')
    }
    const quantize = (environment: NodeJS.ProcessEnv = {}): Promise<Run> =>
      iobert(['quantize', ...(found === 'nothing' ? [] : ['--force']), model, out], '', environment)
    prepare()
    const older = contents(around)
    assert.is((await quantize()).code, 0)
    const newer = contents(around)
    const seen = { old: 0, new: 0 }
    for (let at = 0; ; at++) {
      assert.ok(at < 100, 'it comes to its end')
      prepare()
      const stop = { STOP_AT: String(at), NODE_OPTIONS: `--require ${preload}` }
      const { code, stderr } = await quantize(stop)
      if (!stderr.includes('SIGTERM')) break
      const now = contents(around)
      const state = now['/deep/er/out/config.json'] === newer['/deep/er/out/config.json'] ? 'new' : 'old'
      seen[state]++
      assert.equal(now, state === 'new' ? newer : older, `stopped at change ${at}`)
      // Where its work was done, it may end before the handler runs.
      assert.ok(code === 143 || (code === 0 && state === 'new'), `${code}, stopped at change ${at}`)
    }
    assert.ok(seen.old > 3 && seen.new > 0, JSON.stringify(seen))
    assert.equal(contents(around), newer)
  }
})

test('iobert quantize and convert leave the old folder, and nothing beside it, where the disk is full', async () => {
  if (process.platform === 'win32') return console.log('skipped: a full disk: there is no ulimit')
  for (const command of commands) {
    const around = temporaryFolder()
    const out = join(around, 'out')
    mkdirSync(out)
    writeFileSync(join(out, 'config.json'), '{}')
    const before = contents(out)
    const run = `ulimit -f 64; exec '${process.execPath}' '${rootPath('dist/cli/main.js')}' ${command} --force '${model}' '${out}'`
    try {
      execFileSync('bash', ['-c', run], { encoding: 'utf8', stdio: 'pipe' })
      assert.unreachable('it had room')
    } catch (error) {
      assert.match((error as { stderr: string }).stderr, /^iobert: EFBIG/u)
    }
    assert.equal(contents(out), before)
    assert.equal(readdirSync(around), ['out'])
  }
})

test('iobert leaves no unfinished folder behind on SIGTERM', async () => {
  if (process.platform === 'win32')
    return console.log('skipped: SIGTERM: Windows ends a process without a signal')
  const around = temporaryFolder()
  const child = start(['quantize', model, join(around, 'deep', 'out')])
  const closed = new Promise<number | null>((resolve) => child.on('close', resolve))
  while (readdirSync(around).length === 0 && child.exitCode === null) {
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  child.kill('SIGTERM')
  const code = await closed
  // Where it was faster than the signal the folder is whole.
  if (code === 143) assert.equal(readdirSync(around), [])
  else assert.is(readdirSync(join(around, 'deep/out')).length, 3)
})

test('of several iobert quantize into one folder one is done, and the others say why they are not', async () => {
  const before = ['nothing', 'an empty folder', 'an old model'] as const
  for (const there of before) {
    const from = copyOfModel()
    const out = join(temporaryFolder(), 'out')
    if (there !== 'nothing') mkdirSync(out)
    if (there === 'an old model') cpSync(model, out, { recursive: true })
    const force = there === 'an old model' ? ['--force'] : []
    const runs = await Promise.all([1, 2, 3, 4].map(() => iobert(['quantize', ...force, from, out])))
    const done = runs.filter(({ code }) => code === 0)
    assert.ok(done.length >= 1, `${there}: ${JSON.stringify(runs)}`)
    if (there !== 'an old model') assert.is(done.length, 1, there)
    for (const { code, stderr } of runs) {
      if (code === 0) continue
      assert.match(stderr, /another run has written meanwhile|which holds files/)
    }
    for (const name of ['config.json', 'model.safetensors', 'vocab.txt'])
      assert.ok(existsSync(join(out, name)), name)
    assert.match(readFileSync(join(out, 'config.json'), 'utf8'), 'int-quantized')
    assert.equal(readdirSync(join(out, '..')), ['out'], 'nothing is left beside it')
  }
})

test.run()
