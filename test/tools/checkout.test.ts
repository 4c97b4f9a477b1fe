/** The repository on any machine: line ends, and names that every file system accepts. */
import { spawnSync } from 'node:child_process'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { rootPath } from '../shared.ts'

function git(...args: string[]): string | undefined {
  const done = spawnSync('git', args, { cwd: rootPath(''), encoding: 'utf8', maxBuffer: 1 << 26 })
  return done.status === 0 ? done.stdout : undefined
}

const listed = git('ls-files', '--eol', '-z')
if (listed === undefined)
  console.log('skipped: line ends and names of the checkout: this is no git repository')
else {
  const files = listed
    .split('\0')
    .filter((line) => line !== '')
    .map((line) => {
      const [state, name] = line.split('\t') as [string, string]
      const [index, , attributes] = state.split(/\s+/u)
      return { index: index!, attributes: state.slice(state.indexOf('attr/')), name, words: attributes }
    })

  test('every file has LF, or is none of text, whatever git is told to convert', () => {
    assert.ok(files.length > 500, `${files.length} files`)
    const wrong = files.filter(({ index, attributes }) => {
      const fixed = /attr\/(?:-text|text=auto eol=lf|text eol=lf)/u.test(attributes)
      return !fixed || /crlf|mixed/u.test(index)
    })
    assert.equal(
      wrong.map(({ name, index, attributes }) => `${name}: ${index} ${attributes}`),
      [],
    )
  })

  test('names differ in more than case, and none is reserved or too long on Windows', () => {
    const names = files.map(({ name }) => name)
    const lower = names.map((name) => name.toLowerCase())
    assert.is(new Set(lower).size, names.length)
    const reserved = /(?:^|\/)(?:con|prn|aux|nul|com\d|lpt\d)(?:\.[^/]*)?(?:\/|$)|[<>:"|?*\\]|[. ](?:\/|$)/iu
    assert.equal(
      names.filter((name) => reserved.test(name) || name.length > 150),
      [],
    )
  })
}

test.run()
