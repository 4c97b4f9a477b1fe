/** The ranks of merges: of each pair, in time that no choice of pairs makes longer. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Bpe } from '#dist/text/families/bpe.js'
import { MergeRanks } from '#dist/text/families/merge-ranks.js'
import { vocabularyFromJson } from '#dist/text/read-vocabulary.js'
import { timesAsLong } from '../growth.ts'
import { seeded } from '../random.ts'

test('each pair has its rank, the last where it is there twice, and others have none', () => {
  const merges = [
    [5, 1, 9],
    [0, 7, 8],
    [5, 0, 6],
    [5, 1, 9],
    [2, 2, 4],
    [0, 0, 3],
  ]
  const ranks = new MergeRanks(Int32Array.from(merges.flat()))
  for (let first = 0; first < 12; first++) {
    for (let second = 0; second < 12; second++) {
      const rank = merges.map(([one, other]) => `${one} ${other}`).lastIndexOf(`${first} ${second}`)
      assert.is(ranks.rankOf(first, second), rank, `${first} ${second}`)
    }
  }
  assert.is(new MergeRanks(new Int32Array(0)).rankOf(0, 0), -1)
})

test('merges whose pairs were chosen to meet in one place of a table are read as others are', async () => {
  const [PIECES, MERGES] = [2 ** 15, 20_000]
  const vocabulary = vocabularyFromJson(
    Object.fromEntries(Array.from({ length: PIECES }, (_, id) => [`p${id}`, id])),
  )
  const random = seeded(1)
  const piece = (): number => Math.floor(random() * PIECES)
  /** By the hash that there was once, with which 262,144 such merges took 77 seconds. */
  const place = (first: number, second: number): number => {
    const hash = Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca6b)
    return (hash ^ (hash >>> 15)) & (2 ** 16 - 1)
  }
  const merges = (most: number): Int32Array => {
    const chosen: number[] = []
    while (chosen.length < 3 * MERGES) {
      const [first, second] = [piece(), piece()]
      if (place(first, second) < most) chosen.push(first, second, 0)
    }
    return Int32Array.from(chosen)
  }
  const settings = {
    ...{ unkId: undefined, fuseUnk: false, ignoreMerges: false },
    ...{ continuingPrefix: '', endSuffix: '', byteIds: undefined },
  }
  const read = (list: Int32Array) => (): Bpe => new Bpe(vocabulary, list, settings)
  const times = await timesAsLong(read(merges(64)), read(merges(2 ** 16)), 3)
  assert.ok(times < 3, `${times} times as long`)
})

test.run()
