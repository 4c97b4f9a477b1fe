/** `iobert trace`: what labels depend on, as text, JSON and a page. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loadModel } from '#dist/node.js'
import { iobert, model, temporaryFolder } from './run.ts'

const text = 'a <b> & "c" d'

interface Report {
  text: string
  tokens: string[]
  offsets: [number, number][]
  labels: string[]
  layers: { logits?: number[][]; attention?: number[][][] }[]
  decided: {
    text: string
    label: string
    probability: number
    attends: { text: string; share: number }[]
    rests: { text: string; share: number }[]
  }[]
}

async function report(args: string[]): Promise<Report> {
  const { code, stdout, stderr } = await iobert(['trace', '--json', ...args])
  assert.is(code, 0, stderr)
  return JSON.parse(stdout) as Report
}

test('iobert trace --json has the logits of each layer and every attention', async () => {
  const { tokens, layers, labels, offsets, decided } = await report(['-m', model, text])
  const loaded = await loadModel(model, { threads: 1 })
  try {
    const encoding = loaded.tokenizer.encode(text)
    assert.equal(tokens, encoding.tokens)
    assert.equal(offsets, encoding.offsets)
    assert.equal(labels, loaded.config.labels)
    const { logits, attentions } = await loaded.forward([encoding.ids], { attentions: true })
    assert.is(layers.length, loaded.config.numLayers + 1)
    assert.equal(layers.at(-1)!.logits!.flat(), Array.from(logits[0]!))
    assert.is(layers[0]!.attention, undefined)
    assert.equal(
      layers.slice(1).map(({ attention }) => attention!.flat(2)),
      attentions![0]!.map((map) => Array.from(map)),
    )
    assert.ok(decided.length > 0)
    for (const word of decided) {
      const first = offsets.findIndex(([start, end]) => end > 0 && start === text.indexOf(word.text))
      const row = layers.at(-1)!.logits![first]!
      assert.is(word.label, labels[row.indexOf(Math.max(...row))])
      assert.ok(word.attends.every(({ share }) => share >= 0 && share <= 1))
    }
  } finally {
    loaded.dispose()
  }
})

test('iobert trace tells what labels rest on, with the model that ships', async () => {
  const { decided } = await report(['Angela Merkel met Tim Cook in Berlin.'])
  assert.equal(
    decided.map((word) => word.text),
    ['Angela', 'Merkel', 'Tim', 'Cook', 'Berlin'],
  )
  const berlin = decided.at(-1)!
  assert.is(berlin.label, 'B-LOC')
  // Without "in" it could be a club or a name, and without itself nothing is left to name.
  const [first, second] = berlin.rests
  assert.equal([first!.text, second!.text].sort(), ['Berlin', 'in'])
  assert.ok(second!.share > 0.01)
  for (const { rests, attends } of decided) {
    for (const shares of [rests, attends]) {
      assert.equal(
        shares,
        [...shares].sort((a, b) => b.share - a.share),
      )
    }
  }
})

test('iobert trace --html writes a page that fetches nothing, with every piece, layer and map', async () => {
  const { code, stdout } = await iobert(['trace', '-m', model, '--html', text])
  assert.is(code, 0)
  assert.match(stdout, '<blockquote dir="auto">a &lt;b&gt; &amp; &quot;c&quot; d</blockquote>')
  assert.not.match(stdout, /https?:|src=|href=|url\(/)
  const { tokens, layers } = await report(['-m', model, text])
  const heads = layers[1]!.attention!.length
  assert.is(stdout.match(/<tr><th scope="row" dir="auto">/g)!.length, tokens.length)
  assert.is(stdout.match(/<th scope="col">/g)!.length, layers.length)
  const data = stdout.match(/<script type="application\/json" id="trace">(.*?)<\/script>/)![1]!
  assert.equal(JSON.parse(data), { tokens, heads })
  const maps = [...stdout.matchAll(/data-bytes="([^"]*)"/g)].map(([, bytes]) => Buffer.from(bytes!, 'base64'))
  assert.is(maps.length, layers.length - 1)
  for (const [l, bytes] of maps.entries()) {
    const wanted = layers[l + 1]!.attention!.flat(2).map((share) => Math.round(255 * share))
    assert.equal([...bytes], wanted)
  }
})

test('iobert trace draws the attention of a model without a head', async () => {
  const encoder = temporaryFolder()
  cpSync(model, encoder, { recursive: true })
  const weights = join(encoder, 'model.safetensors')
  // Under another name the head is a tensor that nobody reads.
  writeFileSync(weights, readFileSync(weights, 'latin1').replaceAll('"classifier.', '"klassifier.'), 'latin1')
  const { code, stdout } = await iobert(['trace', '-m', encoder, '--html', 'a b'])
  assert.is(code, 0)
  assert.match(stdout, 'The model has no head')
  assert.match(stdout, 'data-bytes')
})

test('iobert trace prints labels by layer', async () => {
  const { code, stdout } = await iobert(['trace', 'Berlin'])
  assert.is(code, 0)
  assert.match(stdout, /^piece +0 +1 +2 +3 +4 +5 +6 +score\n\[CLS\] /)
  assert.match(stdout, /Berlin B-LOC\n {2}attends to {2}\S+ 0\.\d{3}/)
})

test('iobert trace takes one text of one window', async () => {
  const two = await iobert(['trace', '-m', model, 'a', 'b'])
  assert.is(two.code, 2)
  assert.match(two.stderr, 'A trace is of one text, found 2 arguments')
  const long = await iobert(['trace', '-m', model, 'a '.repeat(2000)])
  assert.is(long.code, 1)
  assert.match(long.stderr, /The text has 2002 pieces and a trace is of one window, at most \d+/)
})

test.run()
