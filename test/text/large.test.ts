/** A vocabulary of XLM-R's size: what reading it takes. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { rootPath } from '../shared.ts'
import { largeTokenizerJson } from './large-tokenizer.ts'

test('250,002 pieces are read within 60 MB, the file included', () => {
  const folder = mkdtempSync(join(tmpdir(), 'iobert-large-'))
  try {
    writeFileSync(join(folder, 'tokenizer.json'), largeTokenizerJson())
    const child = rootPath('build/test/text/tokenizer-child.js')
    const done = spawnSync(process.execPath, [child, folder], { encoding: 'utf8' })
    assert.is(done.status, 0, done.stderr)
    const { cpu, grown, pieces, known } = JSON.parse(done.stdout)
    assert.is(pieces, 250_002)
    assert.is(known, 250_001)
    assert.ok(grown < 60e6, `${grown} bytes`)
    // 300 ms on a machine that has nothing else to do.
    assert.ok(cpu < 2_000, `${cpu} ms`)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test.run()
