// examples/own-model in the smoke size, where IOBERT_PYTHON names a Python with torch and transformers: a model is
// taught other labels, quantised, loaded and evaluated.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { findChunks, parseTags } from '#dist/evaluate/chunks.js'
import { parseConll, type TaggedSentence } from '#dist/evaluate/conll.js'
import { loadRecognizer } from '#dist/node.js'
import { iobert } from '../cli/run.ts'
import { rootPath } from '../shared.ts'

const folder = rootPath('examples/own-model')
const readSentences = (name: string): TaggedSentence[] => parseConll(readFileSync(join(folder, name), 'utf8'))
const textOf = ({ words }: TaggedSentence): string => words.join(' ')

test('the data of examples/own-model are 300 and 300 different sentences of four types', () => {
  const [train, held] = [readSentences('train.conll'), readSentences('test.conll')]
  const known = new Set(train.map(textOf))
  for (const sentences of [train, held]) {
    assert.is(sentences.length, 300)
    const types = sentences.flatMap(({ gold }) => findChunks(gold, parseTags(gold)).map(({ type }) => type))
    assert.equal([...new Set(types)].sort(), ['DATE', 'GROUP', 'PERSON', 'PLACE'])
  }
  assert.equal(
    held.map(textOf).filter((text) => known.has(text)),
    [],
  )
})

const python = process.env['IOBERT_PYTHON']
const has = python !== undefined && spawnSync(python, ['-c', 'import torch, transformers']).status === 0
if (!has) {
  console.log(
    'skipped: training of examples/own-model: IOBERT_PYTHON does not name a Python with torch and transformers',
  )
} else {
  const run = (
    program: string,
    ...args: string[]
  ): { code: number | null; stdout: string; stderr: string } => {
    const env = { ...process.env, HF_HUB_OFFLINE: '1', OMP_NUM_THREADS: '1', PYTHONIOENCODING: 'utf8' }
    const done = spawnSync(python, [join(folder, program), ...args], { encoding: 'utf8', env })
    return { code: done.status, stdout: done.stdout, stderr: done.stderr }
  }
  const work = mkdtempSync(join(tmpdir(), 'iobert-own-model-'))
  const write = (name: string, lines: readonly string[]): string => {
    const path = join(work, name)
    writeFileSync(path, `${lines.join('\n')}\n`)
    return path
  }
  test.after(() => rmSync(work, { recursive: true, force: true }))

  test('train.py learns of CoNLL and of JSON lines alike, and iobert loads, quantises and evaluates what it writes', async () => {
    const start = join(work, 'start')
    assert.is((await iobert(['convert', '--dtype', 'float32', rootPath('weights'), start])).code, 0)
    const conll = write('few.conll', [
      ...['🙂 O', 'Ana B-PERSON', 'Kowalska I-PERSON', 'left O', 'Leeds B-PLACE', '. O', ''],
      ...['In O', '1998 B-DATE', 'Aviva B-GROUP', 'grew O', ''],
    ])
    const jsonl = write('few.jsonl', [
      '{"text": "🙂 Ana Kowalska left Leeds .", "entities": [{"type": "PLACE", "start": 21, "end": 26}, {"type": "PERSON", "start": 3, "end": 15, "text": "Ana Kowalska"}]}',
      '{"text": "In 1998 Aviva grew", "entities": [{"type": "DATE", "start": 3, "end": 7}, {"type": "GROUP", "start": 8, "end": 13}]}',
    ])
    const outs = [conll, jsonl].map((examples) => {
      const out = join(work, `of-${examples.split('.').at(-1)}`)
      const trained = run('train.py', start, examples, out, '--epochs', '2')
      assert.is(trained.code, 0, trained.stderr)
      assert.match(trained.stdout, '2 examples, 2 windows, 4 types: DATE, GROUP, PERSON, PLACE\n')
      assert.match(trained.stdout, /epoch 2\/2, loss \d+\.\d+, 0 s left\n/u)
      return out
    })
    const [ofConll, ofJsonl] = outs.map((out) => readFileSync(join(out, 'model.safetensors')))
    assert.ok(ofConll!.equals(ofJsonl!), 'the same examples and seed give the same weights')

    const types = ['DATE', 'GROUP', 'PERSON', 'PLACE']
    const labels = [...types.flatMap((type) => [`B-${type}`, `I-${type}`]), 'O'].sort()
    const small = join(work, 'int8')
    assert.is((await iobert(['quantize', outs[0]!, small])).code, 0)
    for (const out of [...outs, small]) {
      const ner = await loadRecognizer(out, { threads: 1, inline: true })
      assert.equal([...ner.labels].sort(), labels)
      ner.dispose()
    }
    const evaluated = await iobert(['evaluate', '-m', small, conll, '--json'])
    assert.is(evaluated.code, 0, evaluated.stderr)
    assert.is(JSON.parse(evaluated.stdout).tokens, 10)

    const columns = run('examples.py', jsonl)
    assert.is(columns.stdout.trim(), readFileSync(conll, 'utf8').trim(), columns.stderr)
  })

  test('examples that cannot be meant are refused, by file and line', () => {
    const refused: Record<string, [string, RegExp]> = {
      'tag.conll': ['Paris PLACE', /tag\.conll: line 1 .*a word and a tag are wanted/u],
      'none.conll': ['Paris O', /no example has an entity/u],
      'outside.jsonl': [
        '{"text": "Paris", "entities": [{"type": "PLACE", "start": 0, "end": 9}]}',
        /line 1/u,
      ],
      'other.jsonl': [
        '{"text": "Paris", "entities": [{"type": "PLACE", "start": 0, "end": 3, "text": "Paris"}]}',
        /line 1: .*'Par'/u,
      ],
      'overlap.jsonl': [
        '{"text": "New York", "entities": [{"type": "A", "start": 0, "end": 8}, {"type": "B", "start": 4, "end": 8}]}',
        /line 1: .*overlap/u,
      ],
    }
    for (const [name, [line, message]] of Object.entries(refused)) {
      const { code, stderr } = run('examples.py', write(name, [line]))
      assert.is(code, 1, name)
      assert.match(stderr, message)
    }
  })
}

test.run()
