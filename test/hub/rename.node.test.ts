/** Renaming a file that may briefly be in use, as on Windows, with a stand-in for the system call. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { removeFile, renameOver, renameOverSync, WAITS } from '#dist/hub/rename.node.js'
import { temporaryFolder } from './sample.ts'

const failure = (code: string): Error => Object.assign(new Error(`${code}: not now`), { code })

/** A rename that fails so often, and how often it was tried. */
function system(
  times: number,
  code: string,
): { move: () => Promise<void>; moveSync: () => void; tries: () => number } {
  let tries = 0
  const moveSync = (): void => {
    if (tries++ < times) throw failure(code)
  }
  return { move: async () => moveSync(), moveSync, tries: () => tries }
}

for (const code of ['EPERM', 'EACCES', 'EBUSY']) {
  test(`renameOver tries again on Windows after ${code}`, async () => {
    const some = system(3, code)
    await renameOver('a', 'b', { move: some.move, platform: 'win32' })
    assert.is(some.tries(), 4)
    const again = system(3, code)
    renameOverSync('a', 'b', { move: again.moveSync, platform: 'win32' })
    assert.is(again.tries(), 4)
  })
}

test('renameOver gives up after two seconds, and says what to do', async () => {
  assert.is(
    WAITS.reduce((sum, wait) => sum + wait, 0),
    2000,
  )
  const waits = WAITS.map((wait) => wait / 50)
  const { move, moveSync, tries } = system(Number.POSITIVE_INFINITY, 'EBUSY')
  const attempts = [
    () => renameOver('a', 'b', { move, waits, platform: 'win32' }),
    async () => renameOverSync('a', 'b', { move: moveSync, waits, platform: 'win32' }),
  ]
  for (const attempt of attempts) {
    const error = await attempt().then(
      () => undefined,
      (reason: Error & { code?: string }) => reason,
    )
    assert.match(error!.message, /^a cannot become b: another program has .*try again$/u)
    assert.is(error!.code, 'EBUSY')
    assert.is((error!.cause as Error).message, 'EBUSY: not now')
  }
  assert.is(tries(), 2 * (WAITS.length + 1))
})

test('renameOver passes on at once what no waiting mends, and elsewhere than on Windows everything', async () => {
  for (const [code, platform] of [
    ['ENOENT', 'win32'],
    ['EXDEV', 'win32'],
    ['EPERM', 'linux'],
    ['EBUSY', 'darwin'],
  ] as const) {
    const some = system(1, code)
    let message = ''
    await renameOver('a', 'b', { move: some.move, platform }).catch((error: Error) => {
      message = error.message
    })
    assert.is(message, `${code}: not now`)
    assert.is(some.tries(), 1)
    assert.throws(() => renameOverSync('a', 'b', { move: system(1, code).moveSync, platform }), code)
  }
})

test('renameOver replaces a file and moves a folder; removeFile is content where nothing is', async () => {
  const folder = temporaryFolder()
  const at = (name: string): string => join(folder, name)
  writeFileSync(at('new'), 'new')
  writeFileSync(at('old'), 'old')
  await renameOver(at('new'), at('old'))
  assert.is(readFileSync(at('old'), 'utf8'), 'new')
  mkdirSync(at('one'))
  renameOverSync(at('one'), at('two'))
  assert.ok(existsSync(at('two')) && !existsSync(at('one')))
  await removeFile(at('old'))
  await removeFile(at('old'))
  assert.not.ok(existsSync(at('old')))
})

test.run()
