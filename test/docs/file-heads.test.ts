/** Every source file states its purpose at its head. */
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { rootPath } from '../shared.ts'

/** A comment at the very beginning, but for `#!`; behind it no declaration, for that would be what it tells of. */
const HEAD = /^(?:#!.*\n)?(?:\/\*\*([\s\S]*?)\*\/\n|((?:\/\/.*\n)+))(?=\n|import |\/\*\*|export [{*])/

test('every file of src/ and assembly/ has a head comment', () => {
  const files = ['src', 'assembly'].flatMap((folder) =>
    readdirSync(rootPath(folder), { recursive: true, encoding: 'utf8' })
      .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
      .filter((name) => name.endsWith('.ts') && !name.startsWith('src/generated/')),
  )
  assert.ok(files.length > 250, `${files.length} files`)
  const without = files.filter((file) => {
    const [, block = '', lines = ''] = HEAD.exec(readFileSync(rootPath(file), 'utf8')) ?? []
    return (block + lines).match(/[A-Za-z]{2,}/g) === null
  })
  assert.equal(without, [])
})

test.run()
