/**
 * What is learned from by tools/train is not what a model is measured on: files pass through one function that refuses
 * it, and the templates share no phrase with the everyday texts. Needs a python3, and none of its packages.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { PARTS, readEveryday, unmark } from '../../bench/everyday.ts'
import { rootPath, withShared } from '../shared.ts'

const programs = rootPath('tools/train')
const work = mkdtempSync(join(tmpdir(), 'iobert-train-inputs-'))
test.after(() => rmSync(work, { recursive: true, force: true }))

/** The first sentence of WikiGold, by which the file is known under any name. */
const OF_WIKIGOLD = '010 is the tenth album from Japanese Punk Techno band The Mad Capsule Markets .'
/** Words in a row that a template and a text may not share: five is `to whom it may concern`. */
const PHRASE = 6

function write(name: string, text: string): string {
  const path = join(work, name)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, text)
  return path
}

/** A file of columns, every word without a name. */
const columns = (...sentences: string[]): string =>
  sentences.map((sentence) => `${sentence.replaceAll(' ', ' NN B-NP O\n')} NN B-NP O\n`).join('\n')

const hasPython =
  spawnSync('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 10))']).status === 0
if (!hasPython) {
  console.log('skipped: what tools/train refuses to learn from: there is no python3 of version 3.10 or later')
} else {
  const run = (program: string, ...args: string[]): { code: number | null; output: string } => {
    const env = { ...process.env, PYTHONIOENCODING: 'utf8', PYTHONDONTWRITEBYTECODE: '1' }
    const done = spawnSync('python3', [join(programs, program), ...args], { encoding: 'utf8', env })
    return { code: done.status, output: done.stdout + done.stderr }
  }
  /** The refusal of each file, and '' of those that pass. */
  const refusals = (paths: readonly string[]): string[] => {
    const code = [
      'import json, sys',
      `sys.path.insert(0, ${JSON.stringify(programs)})`,
      'from corpora import read_columns',
      'def refusal(path):',
      '    try:',
      '        read_columns(path, "any", labelled=False)',
      '    except SystemExit as refused:',
      '        return str(refused)',
      '    return ""',
      'print(json.dumps([refusal(path) for path in json.load(sys.stdin)]))',
    ]
    const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' }
    const input = JSON.stringify(paths)
    const done = spawnSync('python3', ['-c', code.join('\n')], { encoding: 'utf8', env, input })
    assert.is(done.status, 0, done.stderr)
    return JSON.parse(done.stdout)
  }

  test('tools/train learns from no file below bench/, test/ and examples/', () => {
    const measured = [
      ...PARTS.map((part) => `bench/everyday/${part}.txt`),
      'examples/texts/news.conll',
      'examples/own-model/train.conll',
      'tools/train/../../bench/everyday/kept-apart.txt',
    ].map(rootPath)
    for (const path of measured) assert.ok(existsSync(path), path)
    for (const [index, refusal] of refusals(measured).entries())
      assert.match(refusal, /whose texts only measure. Name a training set/u, measured[index])
  })

  test('tools/train learns from no file that is called like a development or test set', () => {
    const text = columns('Nothing happened today .')
    const refused =
      'valid.txt test.txt dev.txt eng.testa eng.testb testa.txt conll2003-dev.txt conllpp_test.txt gum-test.conll'
    const measured = [...refused.split(' '), 'wikigold.conll.txt', 'TEST.TXT'].map((name) =>
      write(name, text),
    )
    for (const [index, refusal] of refusals(measured).entries())
      assert.match(refusal, /called like a development or test set/u, measured[index])
    const good = ['train.txt', 'eng.train', 'a.conll', 'contests.txt', 'test/train.txt'].map((name) =>
      write(name, text),
    )
    assert.equal(
      refusals(good),
      good.map(() => ''),
    )
  })

  test('tools/train learns from no file that has sentences of a set that measures, whatever it is called', () => {
    const renamed = write('more.txt', columns('Nothing happened today .', OF_WIKIGOLD, 'And that was all .'))
    assert.match(refusals([renamed])[0]!, /more\.txt has sentences of WikiGold\./u)
    const sets = { 'conll2003-dev.txt': "CoNLL-2003's development set", 'wikigold.conll': 'WikiGold' }
    for (const [name, title] of Object.entries(sets)) {
      withShared(`data/${name}`, `${title} under another name`, (path) => {
        const copy = write('train-2.txt', readFileSync(path, 'utf8'))
        assert.match(refusals([copy])[0]!, `has sentences of ${title}.`)
      })
    }
  })

  test('prepare.py refuses a test set and writes nothing, and leaves out what is held out', () => {
    const out = join(work, 'sentences.jsonl')
    const held = 'The held out sentence is in both .'
    const training = write('eng.train', columns('Nothing happened today .', held))
    const refused = run('prepare.py', '--conll', write('eng.testb', columns(held)), '--out', out)
    assert.is(refused.code, 1)
    assert.match(refused.output, /eng\.testb is called like a development or test set/u)
    assert.not(existsSync(out))

    const held_out = write('wikigold.conll', columns(held))
    const done = run('prepare.py', '--conll', training, '--held-out', held_out, '--out', out)
    assert.is(done.code, 0, done.output)
    assert.match(done.output, '1 sentences: 1 conll\n1 left out')
    assert.match(readFileSync(out, 'utf8'), '"words": ["Nothing", "happened", "today", "."]')

    const unlabelled = spawnSync(
      'python3',
      [
        '-c',
        `import sys; sys.path.insert(0, ${JSON.stringify(programs)}); from prepare import UNLABELLED; print(*UNLABELLED)`,
      ],
      { encoding: 'utf8', env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' } },
    )
    assert.is(unlabelled.status, 0, unlabelled.stderr)
    for (const name of unlabelled.stdout.trim().split(' '))
      assert.not.match(name, /test|dev|valid|FIN3/iu, 'no part that its corpus keeps for measuring is read')
  })
}

test('only inputs.py opens what is learned from; every other place that reads a file says which', () => {
  const found = readdirSync(programs)
    .filter((name) => name.endsWith('.py'))
    .sort()
    .flatMap((name) => {
      const lines = readFileSync(join(programs, name), 'utf8').split('\n')
      const reads = lines.filter((line) =>
        /\.read_text\(|(?<![\w.])open\((?!.*"w")|\.read_bytes\(|json\.load\(/u.test(line),
      )
      return reads.map((line) => `${name}: ${line.trim()}`)
    })
  assert.equal(found, [
    // The file of columns whose words it changes to measure again.
    'check.py: for line in file.read_text(encoding="utf-8").split("\\n"):',
    // The finished weights, for their sha256.
    'check.py: weights = (options.out / "model.safetensors").read_bytes()',
    // names.json and templates.txt.
    'corpora.py: return Path(__file__).with_name(name).read_text(encoding="utf-8")',
    // Configuration and vocabulary of the student.
    'distil.py: config = json.loads(Path(like, "config.json").read_text(encoding="utf-8"))',
    'distil.py: (out / name).write_bytes(Path(like, name).read_bytes())',
    // The door.
    'inputs.py: return path.read_text(encoding="utf-8")',
    // Sentences that are to be left out.
    'prepare.py: texts = [Path(path).read_text(encoding="utf-8") for path in paths]',
    'smoke.py: vocabulary = (ROOT / "weights/vocab.txt").read_text(encoding="utf-8").rstrip("\\n").split("\\n")',
    'teach.py: (out / "vocab.txt").write_bytes(Path(options.base, "vocab.txt").read_bytes())',
    // How many batches are labelled.
    'teach.py: first = int(count.read_text()) if count.exists() else 0',
    // inputs.json and run.json.
    'train.py: given = json.loads(path.read_text(encoding="utf-8"))',
    'train.py: json.loads(path.read_text(encoding="utf-8"))',
  ])
})

test('no template, however its slots are filled, is an everyday text or shares six words in a row with one', () => {
  const words = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
  const wordsAndMarks = (text: string): string[] =>
    text.toLowerCase().match(/[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu) ?? []
  const phrases = (text: string): string[] => {
    const all = words(text)
    return all.slice(PHRASE - 1).map((_, start) => all.slice(start, start + PHRASE).join(' '))
  }
  const slot = /\{[a-z]+[_^]?\}/u
  const templates = readFileSync(join(programs, 'templates.txt'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
  assert.ok(templates.length > 500)
  const texts = PARTS.flatMap((part) => readEveryday(part)).map(({ marked }) => unmark(marked).text)
  const known = new Set(texts.flatMap(phrases))
  assert.ok(known.size > 1000)
  // Lines and sentences of the texts, as words and marks with a space before and after each.
  const sentences = texts
    .flatMap((text) => [text, ...text.split(/\n|(?<=[.!?])\s/u)])
    .map((text) => ` ${wordsAndMarks(text).join(' ')} `)

  for (const template of templates) {
    const parts = template.split(slot)
    for (const part of parts)
      assert.equal(
        phrases(part).filter((phrase) => known.has(phrase)),
        [],
        template,
      )
    // `Dear {person},` and the like are everywhere: five words of its own make a template a sentence.
    if (words(parts.join(' ')).length < 5) continue
    const pattern = new RegExp(
      `^ ${parts
        .map((part) =>
          wordsAndMarks(part)
            .map((word) => `${word.replace(/[$()*+.?[\\\]^{|}]/gu, '\\$&')} `)
            .join(''),
        )
        .join('(?:\\S+ ){1,4}')}$`,
      'u',
    )
    assert.equal(
      sentences.filter((sentence) => pattern.test(sentence)),
      [],
      template,
    )
  }
})

test.run()
