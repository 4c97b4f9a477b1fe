/** Computed blocks in the documentation match the source. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { findBlocks, pages, readPage, readRegion, replaceBlocks } from './blocks.ts'
import { compute, computedNames } from './worked.ts'

const refresh = 'run node tools/docs/docs.mjs --update'

let blocks = 0
for (const name of pages()) {
  const sources = findBlocks(readPage(name)).filter(({ kind }) => kind === 'source')
  const computations = findBlocks(readPage(name)).filter(({ kind }) => kind === 'computed')
  blocks += sources.length + computations.length
  if (sources.length > 0) {
    test(`${name} shows the source as it is`, () => {
      for (const block of sources) assert.is(block.text, readRegion(block.name), `${block.name}: ${refresh}`)
    })
  }
  if (computations.length > 0) {
    test(`${name} has the numbers that its computations give`, async () => {
      for (const block of computations) {
        assert.is(block.text, await compute(block.name), `${block.name}: ${refresh}`)
      }
    })
  }
}

test('there are blocks', () => {
  assert.ok(blocks > 40, `${blocks} blocks`)
})

test('pages announce no block that is not found', () => {
  for (const name of pages()) {
    const page = readPage(name)
    const announced = page.match(/^<!-- (source|computed): /gm)?.length ?? 0
    assert.is(findBlocks(page).length, announced, `${name}: a comment without a fenced block behind it`)
  }
})

test('every computation is on a page', () => {
  const shown = new Set(pages().flatMap((name) => findBlocks(readPage(name)).map((block) => block.name)))
  assert.equal(
    computedNames.filter((name) => !shown.has(name)),
    [],
  )
})

test('replaceBlocks puts new text between the fences and leaves the rest', () => {
  const page = 'a\n\n<!-- computed: x -->\n```text\nold\n```\n\nb\n'
  assert.is(
    replaceBlocks(page, (kind, name) => `${kind} ${name}\n`),
    'a\n\n<!-- computed: x -->\n```text\ncomputed x\n```\n\nb\n',
  )
})

test('readRegion refuses a region that is not there', () => {
  assert.throws(
    () => readRegion('src/kernels/reference/math.ts#nothing'),
    /src\/kernels\/reference\/math\.ts has no region nothing/,
  )
})

/** Errors that shipping.md quotes: what stands between the `…` must stand in the file. */
test('quoted errors are those of the source', () => {
  const quoted = [
    ...readPage('docs/shipping.md').matchAll(/^<!-- error: (\S+) -->\n```text\n([\s\S]*?)\n```$/gm),
  ]
  assert.ok(quoted.length >= 8, `${quoted.length} quoted errors`)
  for (const [, file, message] of quoted) {
    const source = readPage(file!)
    for (const part of message!.split('…')) {
      assert.ok(source.includes(part), `${file} does not say "${part}"`)
    }
  }
})

test.run()
