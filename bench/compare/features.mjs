// `node bench/compare/features.mjs [CONLL-FILE]`: the rows of docs/beside-others.md that can be run rather
// than read, on BERT-base in every engine that can load it, as Markdown. With a CoNLL file, also F1 and speed
// of tools that find people, places and organisations without a model. IOBERT_BERT_BASE names the folder of a
// BERT-base for entities; the other inputs are made as for compare.mjs.
import { spawnSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { here, modelPath, root, versionOf } from './places.mjs'
import { prepareModel, prepareRivals } from './prepare.mjs'

prepareRivals()
prepareModel('named', ['onnx'])
const require = createRequire(join(here, 'package.json'))
const { env, pipeline } = await import('@huggingface/transformers')
const iobert = await import('../../dist/node.js')
const { parseConll } = await import('../../dist/evaluate/conll.js')
const compromise = require('compromise')
const wink = require('wink-nlp')(require('wink-eng-lite-web-model'))

const work = mkdtempSync(join(tmpdir(), 'iobert-features-'))
process.once('exit', () => rmSync(work, { recursive: true, force: true }))
env.allowRemoteModels = false
env.localModelPath = work

/** The same weights for both, perhaps with other labels. @returns `{ name, folder }`: for transformers.js, for iobert */
function models(name, relabel = (label) => label) {
  const folders = [join(work, name), join(work, `${name}-float`)]
  for (const [index, kind] of ['onnx', 'float'].entries()) {
    const from = modelPath('named', kind)
    mkdirSync(folders[index])
    for (const file of readdirSync(from)) {
      if (file !== 'config.json') symlinkSync(join(from, file), join(folders[index], file))
    }
    const config = JSON.parse(readFileSync(join(from, 'config.json'), 'utf8'))
    const labels = Object.entries(config.id2label).map(([id, label]) => [id, relabel(label)])
    const { label2id: _, ...rest } = config
    writeFileSync(
      join(folders[index], 'config.json'),
      JSON.stringify({ ...rest, id2label: Object.fromEntries(labels) }),
    )
  }
  return { name, folder: folders[1] }
}

const plain = models('plain')
const withoutBegin = models('without-begin', (label) => label.replace(/^B-/, 'I-'))
const theirs = await pipeline('token-classification', plain.name, { dtype: 'fp32' })
const ours = await iobert.loadRecognizer(plain.folder, { threads: 1 })
const simple = { aggregation_strategy: 'simple' }
const told = (entities) =>
  entities.map((one) => `${one.entity_group ?? one.type} "${one.word ?? one.text}"`).join(', ') || 'nothing'

const SENTENCE = 'Angela Merkel met Tim Cook in Berlin.'
const rows = []
const row = (number, what, mine, other) => rows.push([number, what, mine, other])

{
  const [one] = await theirs(SENTENCE, simple)
  const [own] = (await ours.recognize(SENTENCE)).entities
  row(1, `offsets of "Angela Merkel"`, `${own.start} to ${own.end}`, `${one.start} to ${one.end}`)
}
for (const strategy of ['first', 'average', 'max']) {
  const answer = await theirs(SENTENCE, { aggregation_strategy: strategy }).then(
    told,
    (error) => error.message,
  )
  row(3, `strategy \`${strategy}\``, told((await ours.recognize(SENTENCE, { strategy })).entities), answer)
}
{
  const text = 'My name is Sarah and he is Peter'
  const other = await pipeline('token-classification', withoutBegin.name, { dtype: 'fp32' })
  const own = await iobert.loadRecognizer(withoutBegin.folder, { threads: 1 })
  row(
    4,
    `"${text}" with labels that have no B-`,
    told((await own.recognize(text)).entities),
    told(await other(text, simple)),
  )
  own.dispose()
  await other.dispose()
}
{
  const text = `${'It rained for days. '.repeat(150)}${SENTENCE}`
  const cut = await ours.recognize(text, { windows: false })
  row(
    5,
    'names behind 600 words',
    told((await ours.recognize(text)).entities),
    told(await theirs(text, simple)),
  )
  row(6, 'the same without windows', `truncated: ${cut.truncated}`, 'says nothing')
}
for (const text of ['a𠀀b', 'in 𠀀𠀁']) {
  const { tokens } = ours.tokenizer.encode(text)
  row(8, `pieces of "${text}"`, tokens.slice(1, -1).join(' '), theirs.tokenizer.tokenize(text).join(' '))
}
{
  const { words } = await ours.recognize('Berlin', { words: true })
  const [one] = await theirs('Berlin')
  row(
    9,
    'what is told of a word',
    `${words[0].probabilities.length} probabilities`,
    Object.keys(one).join(', '),
  )
}

/** Bytes of a package and of all that it needs, as npm installed them here. */
function installed(name, seen = new Set()) {
  const folder = join(here, 'node_modules', name)
  if (seen.has(name) || !statSync(folder, { throwIfNoEntry: false })) return 0
  seen.add(name)
  const { dependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const own = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)
  return Object.keys(dependencies).reduce((sum, one) => sum + installed(one, seen), own)
}
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`

const packages = [
  '@huggingface/transformers',
  'onnxruntime-web',
  'onnxruntime-node',
  'compromise',
  'wink-nlp',
]
const sizes = packages.map((name) => {
  const manifest = JSON.parse(readFileSync(join(here, 'node_modules', name, 'package.json'), 'utf8'))
  const more = name === 'wink-nlp' ? installed('wink-eng-lite-web-model') : 0
  return [
    name,
    versionOf(name),
    Object.keys(manifest.dependencies ?? {}).length,
    megabytes(installed(name) + more),
  ]
})
const published = join(work, 'published')
spawnSync(process.execPath, [join(root, 'tools/package/pack.mjs'), published], { stdio: 'ignore' })
const own = readdirSync(published, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
sizes.unshift(['iobert, with its model', version, 0, megabytes(own)])

function table(head, body) {
  const line = (cells) => `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`
  return `${[line(head), line(head.map(() => '---')), ...body.map(line)].join('\n')}\n`
}
console.log(table(['#', 'what', 'iobert', `transformers.js ${versionOf('@huggingface/transformers')}`], rows))
console.log(table(['package', 'version', 'its own dependencies', 'installed, with all of them'], sizes))
ours.dispose()
await theirs.dispose()

/** Gold spans of people, places and organisations in the words joined by spaces. */
function goldOf({ words, gold }) {
  const spans = []
  let at = 0
  let open
  for (const [index, word] of words.entries()) {
    const [, prefix, type] = /^(?:([BI])-)?(.*)$/.exec(gold[index])
    const goes = open !== undefined && prefix === 'I' && type === open.type
    if (goes) open.end = at + word.length
    else {
      const begins = ['PER', 'LOC', 'ORG'].includes(type)
      open = begins ? { type, start: at, end: at + word.length } : undefined
      if (begins) spans.push(open)
    }
    at += word.length + 1
  }
  return spans
}

/** What rules find, without the punctuation that they take along. */
function byRules(text) {
  const doc = compromise(text)
  const found = { PER: doc.people(), LOC: doc.places(), ORG: doc.organizations() }
  return Object.entries(found).flatMap(([type, view]) =>
    view.json({ offset: true }).map(({ offset: { start, length } }) => {
      const span = text.slice(start, start + length)
      const before = /^[^\p{L}\p{N}]*/u.exec(span)[0].length
      const after = /[^\p{L}\p{N}]*$/u.exec(span)[0].length
      return { type, start: start + before, end: start + length - after }
    }),
  )
}

const [file] = process.argv.slice(2)
if (file === undefined) console.log('F1 was not measured: give a CoNLL file')
else {
  const sentences = parseConll(readFileSync(file, 'utf8'))
  const texts = sentences.map(({ words }) => words.join(' '))
  const gold = sentences.map(goldOf)
  const shipped = await iobert.loadRecognizer(undefined, { threads: 1 })
  const finders = {
    'iobert, the shipped model': async () =>
      (await Promise.all(texts.map((text) => shipped.recognize(text)))).map(({ entities }) =>
        entities.filter(({ type }) => type !== 'MISC'),
      ),
    [`compromise ${versionOf('compromise')}`]: async () => texts.map(byRules),
    [`winkNLP ${versionOf('wink-nlp')}`]: async () =>
      texts.map((text) => {
        wink.readDoc(text).entities().out(wink.its.detail)
        return []
      }),
  }
  const body = []
  for (const [name, find] of Object.entries(finders)) {
    const started = performance.now()
    const found = await find()
    const seconds = (performance.now() - started) / 1000
    const key = ({ type, start, end }) => `${type} ${start} ${end}`
    let right = 0
    gold.forEach((spans, index) => {
      const wanted = new Set(spans.map(key))
      right += found[index].filter((span) => wanted.delete(key(span))).length
    })
    const total = (lists) => lists.reduce((sum, list) => sum + list.length, 0)
    const percent = (value) => (Number.isFinite(value) ? (100 * value).toFixed(1) : '–')
    const [precision, recall] = [right / total(found), right / total(gold)]
    const rate = (texts.length / seconds).toFixed(0)
    body.push([
      name,
      percent(precision),
      percent(recall),
      percent((2 * precision * recall) / (precision + recall)),
      rate,
    ])
  }
  shipped.dispose()
  console.log(
    table(['people, places, organisations', 'precision', 'recall', 'F1', 'sentences/s, one thread'], body),
  )
}
