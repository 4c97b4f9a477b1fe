/** Chapter 5: the attention heads in its figure do what the figure says. */
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loadRecognizer, type Recognizer } from '#dist/node.js'
import { rootPath, sharedPath } from '../shared.ts'
import { times } from '../thorough.ts'

interface Head {
  readonly layer: number
  readonly head: number
  readonly habit: string
  readonly share: number
}

interface Tool {
  readSentences(file: string): [word: string, label: string][][]
  measureHeads(
    ner: Recognizer,
    sentences: [word: string, label: string][][],
  ): Promise<{ means: Record<string, number[]> }>
}

/** Of all that the figure was made from, to be done in a second or in some. */
const SENTENCES = times(50, 150)

test('each head gives most of its attention to what names it', async () => {
  const file = sharedPath('data/wikigold.conll')
  if (file === undefined) {
    console.log('skipped: habits of heads: ../shared/data/wikigold.conll is not there')
    return
  }
  const { heads } = JSON.parse(readFileSync(rootPath('docs/figures/heads.json'), 'utf8')) as { heads: Head[] }
  assert.ok(heads.length >= 4)
  const module = new URL('../../../tools/figures/heads.mjs', import.meta.url).href
  const { measureHeads, readSentences } = (await import(module)) as Tool
  const ner = await loadRecognizer(undefined, { inline: true, threads: 1 })
  const { means } = await measureHeads(ner, readSentences(file).slice(0, SENTENCES))
  const { numHeads } = ner.model.config
  ner.dispose()
  for (const { layer, head, habit, share } of heads) {
    const at = layer * numHeads + head
    const shares = Object.entries(means).map(([name, all]) => ({ name, share: all[at]! }))
    shares.sort((one, other) => other.share - one.share)
    assert.is(shares[0]!.name, habit, `layer ${layer + 1}, head ${head + 1}`)
    assert.ok(
      Math.abs(shares[0]!.share - share) < 0.1,
      `${habit}: ${shares[0]!.share}, the figure says ${share}`,
    )
  }
})

test.run()
