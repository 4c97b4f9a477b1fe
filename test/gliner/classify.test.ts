/**
 * Labels of whole texts with GLiNER2: the package's logits and choices for small random models, what a caller sees, refusals, and
 * the command line.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { hasRelaxedSimd } from '#dist/kernels/features.js'
import { type Gliner, loadGliner, type NamedClassification, type TextLabel } from '#dist/node.js'
import { iobert } from '../cli/run.ts'
import { failure } from '../failure.ts'
import { temporaryFolder } from '../hub/sample.ts'
import { rootPath } from '../shared.ts'
import { isThorough } from '../thorough.ts'

/** A line of classified.jsonl: tools/goldens/make-gliner2-goldens.py. */
interface Line {
  readonly text: string
  readonly labels: readonly (string | TextLabel)[]
  readonly task: string
  readonly multiLabel: boolean
  readonly threshold: number
  readonly logits: readonly number[]
  readonly chosen: readonly (readonly [label: string, score: number])[]
}

/** Of scores and logits, as in golden.test.ts. */
const TOLERANCE = 1e-5

const folderOf = (name: string): string => rootPath(`test/goldens/gliner/${name}`)
const names = readdirSync(rootPath('test/goldens/gliner')).filter((name) => name.startsWith('gliner2-'))
const options = { inline: true, precision: 'float32', kernels: 'simd' } as const
const gliner = await loadGliner(folderOf('gliner2-bert'), options)
const sentiments = ['positive', 'negative', 'neutral']
const sentence = 'Angela Merkel met Tim Cook in Berlin'
test.after(() => gliner.dispose())

function linesOf(name: string): Line[] {
  const lines = readFileSync(`${folderOf(name)}/classified.jsonl`, 'utf8')
    .trim()
    .split('\n')
  return lines.map((line) => JSON.parse(line))
}

function classify(
  model: Gliner,
  { text, labels, task, multiLabel, threshold }: Line,
): Promise<NamedClassification> {
  return model.classify(text, labels, { task, multiLabel, ...(multiLabel && { threshold }) })
}

const byLabel = (a: readonly [string, number], b: readonly [string, number]): number => (a[0] < b[0] ? -1 : 1)

function compare({ logits, chosen, labels, label, score }: NamedClassification, line: Line): void {
  assert.is(logits.length, line.logits.length)
  for (const [index, logit] of line.logits.entries())
    assert.ok(Math.abs(logits[index]! - logit) < TOLERANCE, `${line.text}: ${logits[index]} and ${logit}`)
  assert.equal(labels[0], { label, score })
  // The package gives the best label where none reaches the threshold.
  const mine = (chosen.length > 0 ? chosen : labels.slice(0, 1)).map(
    ({ label, score }) => [label, score] as const,
  )
  const [ours, theirs] = [[...mine].sort(byLabel), [...line.chosen].sort(byLabel)]
  assert.equal(
    ours.map(([label]) => label),
    theirs.map(([label]) => label),
    line.text,
  )
  for (const [index, [, score]] of theirs.entries())
    assert.ok(Math.abs(ours[index]![1] - score) < TOLERANCE, `${line.text}: ${ours[index]} and ${score}`)
}

for (const name of names) {
  for (const kernels of ['reference', 'simd', 'relaxed'] as const) {
    if (kernels === 'relaxed' && !hasRelaxedSimd()) {
      console.log('skipped: labels on relaxed kernels: this engine has no relaxed SIMD')
      continue
    }
    test(`classify() of ${name} equals the package's classify_text, ${kernels}`, async () => {
      const model = await loadGliner(folderOf(name), { inline: true, precision: 'float32', kernels })
      // The reference, which SIMD equals bit for bit, is slow.
      const lines = linesOf(name).filter(
        (_, index) => isThorough || kernels !== 'reference' || index % 6 === 0,
      )
      try {
        for (const line of lines) compare(await classify(model, line), line)
      } finally {
        model.dispose()
      }
      assert.ok(lines.length >= 10)
    })
  }

  test(`classify() of ${name} as int8 is the same whatever computes it, alone or in a batch`, async () => {
    const texts = linesOf(name).map(({ text }) => text)
    const answers: NamedClassification[][] = []
    for (const kernels of ['reference', 'auto'] as const) {
      const model = await loadGliner(folderOf(name), { kernels, inline: true })
      const some = texts.slice(0, 12)
      const alone = await Promise.all(some.map((text) => model.classify(text, sentiments)))
      assert.equal(await model.classify(some, sentiments), alone)
      answers.push(alone)
      model.dispose()
    }
    assert.equal(answers[1], answers[0])
  })
}

test('a text has one label; with multiLabel those that reach their threshold, or none', async () => {
  const { label, score, labels, chosen, logits, truncated } = await gliner.classify(sentence, sentiments)
  assert.equal(
    [...labels].sort((a, b) => b.score - a.score),
    labels,
  )
  assert.equal([labels[0], chosen], [{ label, score }, [{ label, score }]])
  assert.is(logits.length, 3)
  assert.is(truncated, false)
  const sum = labels.reduce((all, one) => all + one.score, 0)
  assert.ok(Math.abs(sum - 1) < 1e-6)
  const multi = await gliner.classify(sentence, sentiments, { multiLabel: true })
  assert.equal(multi.logits, logits)
  const least = multi.labels.at(-1)!
  const all = await gliner.classify(sentence, sentiments, { multiLabel: true, threshold: least.score })
  assert.equal(all.chosen, all.labels)
  const none = await gliner.classify(sentence, sentiments, { multiLabel: true, threshold: 1 })
  assert.equal([none.chosen, none.label], [[], multi.label])
  const own = sentiments.map((label) => ({ label, threshold: label === least.label ? 0 : 1 }))
  const one = await gliner.classify(sentence, own, { multiLabel: true })
  assert.equal(one.chosen, [least])
})

test('task and descriptions are read; a repeated label counts once', async () => {
  const { logits } = await gliner.classify(sentence, sentiments)
  const other = await gliner.classify(sentence, sentiments, { task: 'sentiment' })
  assert.not.equal(other.logits, logits)
  const category = await gliner.classify(sentence, sentiments, { task: 'category' })
  assert.equal(category.logits, logits)
  const [first, ...rest] = sentiments as [string, ...string[]]
  const described = await gliner.classify(sentence, [{ label: first, description: 'praise' }, ...rest])
  assert.not.equal(described.logits, logits)
  const twice = await gliner.classify(sentence, [{ label: first }, ...rest, first])
  assert.equal(twice.logits, logits)
})

test('every text has labels, in order; what is longer than the model reads is cut and said to be', async () => {
  assert.equal(await gliner.classify([], sentiments), [])
  const long = 'Angela met Tim. '.repeat(2000)
  const texts = ['', ' ', '.', sentence, long]
  const found = await gliner.classify(texts, sentiments)
  assert.equal(
    found.map(({ truncated }) => truncated),
    [false, false, false, false, true],
  )
  for (const [index, text] of texts.entries())
    assert.equal(await gliner.classify(text, sentiments), found[index])
  // No text, and the period that it is given, are the same words.
  assert.equal(found[0], found[2])
})

test('labels and options of the wrong kind are refused by name', async () => {
  const classify = gliner.classify.bind(gliner) as (...given: unknown[]) => Promise<unknown>
  for (const [given, name, message] of [
    [[7, sentiments], 'TypeError', /^texts is a number, expected a text, or an array of texts/],
    [[['a', 7], sentiments], 'TypeError', /^texts\[1\] is a number/],
    [['a', 'positive'], 'TypeError', /^labels is a string, expected an array of strings, or of objects/],
    [['a', []], 'RangeError', /^labels has no label, expected one or more, such as \['positive'\]/],
    [['a', ['b', ' ']], 'RangeError', /^labels\[1\] is empty/],
    [
      ['a', [{ type: 'b' }]],
      'TypeError',
      /^labels\[0\] has "type": only label, description, threshold are read/,
    ],
    [['a', [{ label: 'b', description: 7 }]], 'TypeError', /^labels\[0\]\.description is a number/],
    [['a', ['b'], { threshold: 0.3 }], 'RangeError', /^threshold is for multiLabel.*give multiLabel: true/],
    [['a', ['b', { label: 'c', threshold: 0.3 }]], 'RangeError', /^labels\[1\]\.threshold is for multiLabel/],
    [
      ['a', ['b'], { multiLabel: true, threshold: 2 }],
      'RangeError',
      /^threshold is 2, expected a number from 0 to 1/,
    ],
    [['a', ['b'], { task: ' ' }], 'RangeError', /^task is empty/],
    [['a', ['b'], { tasks: 'c' }], 'RangeError', /^options\.tasks is not known.*did you mean/],
    [
      ['a', Array.from({ length: 400 }, (_, index) => `label ${index}`)],
      'RangeError',
      /^The labels take \d+ pieces, and the model reads 512 at once with the text; ask for fewer labels at once/,
    ],
  ] as const) {
    const error = await failure(() => classify(...given))
    assert.is(error.name, name, error.message)
    assert.match(error.message, message)
  }
  const signal = AbortSignal.abort(new Error('enough'))
  assert.match((await failure(() => classify('a', sentiments, { signal }))).message, /^enough$/)
})

test('a model of GLiNER is said to have no labels of texts', async () => {
  const first = await loadGliner(folderOf('bert'), options)
  const error = await failure(() => first.classify(sentence, sentiments))
  assert.is(error.code, 'UnsupportedConfig')
  assert.match(
    error.message,
    /^The model is one of GLiNER, which finds entities.*GLiNER2 has.*loadClassifier/,
  )
  first.dispose()
})

test('iobert classify takes labels, from the command line and from a file', async () => {
  const model = ['-m', folderOf('gliner2-bert'), '--precision', 'float32', '--kernels', 'simd', '--inline']
  const run = (...more: string[]): ReturnType<typeof iobert> =>
    iobert(['classify', ...model, ...more, sentence])
  const { label, score } = await gliner.classify(sentence, sentiments, { task: 'sentiment' })
  const plain = await run('--labels', sentiments.join(','), '--task', 'sentiment')
  assert.equal([plain.code, plain.stdout], [0, `${label}\t${Number(score.toPrecision(6))}\n`], plain.stderr)
  const folder = temporaryFolder()
  const file = join(folder, 'labels.json')
  const described = ['neutral', { label: 'positive', description: 'praise', threshold: 0 }]
  writeFileSync(file, JSON.stringify(described))
  const multi = await run('--labels', `negative,${file}`, '--multi-label', '--threshold', '1', '--json')
  const [found] = JSON.parse(multi.stdout)
  const expected = await gliner.classify(sentence, ['negative', ...described], {
    multiLabel: true,
    threshold: 1,
  })
  assert.equal(
    found.labels.map(({ label }: { label: string }) => label),
    expected.labels.map(({ label }) => label),
  )
  assert.equal(found.chosen, [{ label: 'positive', score: found.labels.find(isPositive).score }])
  assert.equal(Object.keys(found), ['label', 'score', 'labels', 'chosen', 'truncated'])
  const none = await run('--labels', 'a,b', '--multi-label', '--threshold', '1')
  assert.equal([none.code, none.stdout], [0, '\n'])
  for (const [more, message] of [
    [['--labels', 'a,b', '--threshold', '0.5'], /--threshold goes with --multi-label/],
    [['--task', 'a'], /--task goes with --labels/],
    [['--labels', 'a,b', '--pair', 'c'], /Give one of --labels and --pair/],
    [['--labels', join(folder, 'label.json')], /--labels .*label\.json: .*did you mean .*labels\.json\?/],
    [['--labels', 'a,b', '--multi-label', '--threshold', '2'], /--threshold is 2/],
  ] as const) {
    const { code, stderr } = await run(...more)
    assert.is(code, 2, stderr)
    assert.match(stderr, message)
  }
  for (const [content, message] of [
    ['[', /--labels .*it is not JSON/],
    ['{"label": "a"}', /--labels .*labels is an object, expected an array/],
    ['[{"label": "a", "descripton": "b"}]', /--labels .*labels\[0\] has "descripton"/],
  ] as const) {
    writeFileSync(file, content)
    const { code, stderr } = await run('--labels', file)
    assert.is(code, 2, stderr)
    assert.match(stderr, message)
  }
})

function isPositive({ label }: { readonly label: string }): boolean {
  return label === 'positive'
}

test('iobert find takes types with descriptions from a file', async () => {
  const file = join(temporaryFolder(), 'types.json')
  const types = [
    { type: 'person', description: 'names of people' },
    { type: 'drug', threshold: 0.01 },
  ]
  writeFileSync(file, JSON.stringify(types))
  const model = ['-m', folderOf('gliner2-bert'), '--precision', 'float32', '--kernels', 'simd', '--inline']
  const run = (asked: string): ReturnType<typeof iobert> =>
    iobert(['find', ...model, '--types', asked, '--threshold', '0.1', '--json', sentence])
  const { code, stdout, stderr } = await run(`${file},Ort`)
  assert.is(code, 0, stderr)
  const { entities } = await gliner.find(sentence, [...types, 'Ort'], { threshold: 0.1 })
  const place = ({ type, start, end }: { type: string; start: number; end: number }): string =>
    `${type} ${start} ${end}`
  assert.equal(JSON.parse(stdout)[0].entities.map(place), entities.map(place))
  assert.ok(entities.length > 0)
  writeFileSync(file, '[{"label": "person"}]')
  const wrong = await run(file)
  assert.is(wrong.code, 2)
  assert.match(
    wrong.stderr,
    /--types .*types\.json: types\[0\] has "label": only type, description, threshold/,
  )
})

test.run()
