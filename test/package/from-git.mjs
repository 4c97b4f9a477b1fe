/** The commit that is checked out, installed from Git as a user does before the package is published: npm builds it by `prepare`. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root, run } from '../runtimes/install.mjs'

const PROGRAM = `
import { createRequire } from 'node:module'
import { loadRecognizer } from 'iobert'
const required = createRequire(import.meta.url)('iobert')
for (const load of [loadRecognizer, required.loadRecognizer]) {
  const ner = await load()
  console.log((await ner.recognize('Tim Cook works in Cupertino.')).entities.map(({ text }) => text).join())
  ner.dispose()
}`

function installed() {
  const at = mkdtempSync(join(tmpdir(), 'iobert-from-git-'))
  try {
    writeFileSync(join(at, 'package.json'), '{ "private": true }')
    const source = `git+file://${root.replace(/\/$/, '')}`
    run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', source], { cwd: at })
    writeFileSync(join(at, 'program.mjs'), PROGRAM)
    const names = run(process.execPath, ['program.mjs'], { cwd: at })
    if (names !== 'Tim Cook,Cupertino\nTim Cook,Cupertino\n') throw new Error(names)
    // HTML and Markdown are read by packages that the user does not have.
    for (const [name, text, wanted] of [
      ['a.md', 'Tim Cook left `Rome` alone.\n', '[PER] left `Rome` alone.\n'],
      [
        'a.html',
        '<p>Tim Cook left <code>Rome</code> alone.</p>\n',
        '<p>[PER] left <code>Rome</code> alone.</p>\n',
      ],
    ]) {
      writeFileSync(join(at, name), text)
      const redacted = run(join(at, 'node_modules/.bin/iobert'), ['--redact', name], { cwd: at })
      if (redacted !== wanted) throw new Error(redacted)
    }
    return 'program, require and command line'
  } finally {
    rmSync(at, { recursive: true, force: true })
  }
}

export const fromGitRun = ['installed from Git', installed]
