/**
 * tools/train in the smoke size, where IOBERT_PYTHON names a Python with its packages: all steps with one thread, once
 * without a stop and once stopped in every long step; both end with the same weights, which iobert evaluates.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loadRecognizer } from '#dist/node.js'
import { iobert } from '../cli/run.ts'
import { rootPath } from '../shared.ts'

const python = process.env['IOBERT_PYTHON']
const packages = 'import faker, numpy, safetensors, tokenizers, torch, transformers'
const has = python !== undefined && spawnSync(python, ['-c', packages]).status === 0
if (!has) {
  console.log(
    'skipped: tools/train in the smoke size: IOBERT_PYTHON does not name a Python with the packages of tools/train/requirements.txt',
  )
} else {
  const work = mkdtempSync(join(tmpdir(), 'iobert-train-'))
  test.after(() => rmSync(work, { recursive: true, force: true }))

  const train = (...args: string[]): { code: number | null; stdout: string; stderr: string } => {
    const env = {
      ...process.env,
      PATH: `${dirname(process.execPath)}:${process.env['PATH']}`,
      HF_HUB_OFFLINE: '1',
      OMP_NUM_THREADS: '1',
      PYTHONDONTWRITEBYTECODE: '1',
      PYTHONIOENCODING: 'utf8',
    }
    const program = rootPath('tools/train/train.py')
    const done = spawnSync(python, [program, ...args], { encoding: 'utf8', env })
    return { code: done.status, stdout: done.stdout, stderr: done.stderr }
  }
  const read = (...path: string[]): Buffer => readFileSync(join(work, ...path))

  test('train.py --smoke goes through all steps; what it writes is int8, has learned, and iobert evaluates it', async () => {
    const done = train('--smoke', '--out', join(work, 'whole'))
    assert.is(done.code, 0, done.stdout + done.stderr)
    for (const name of [
      'prepare',
      'teacher-1',
      'teacher-2',
      'label',
      'student-1',
      'student-2',
      'student-mean',
      'weights',
    ])
      assert.match(done.stdout, new RegExp(`^step \\d of 8, ${name}$`, 'mu'))
    assert.match(done.stdout, /^1 left out \(held out/mu)
    assert.match(done.stdout, /^distil: 120 of 120, 0\.0 minutes left, teacher \d+\.\d+, gold \d+\.\d+$/mu)

    const weights = join(work, 'whole/weights')
    const facts = JSON.parse(readFileSync(join(weights, 'figures.json'), 'utf8'))
    assert.is(
      facts.sha256,
      createHash('sha256').update(read('whole/weights/model.safetensors')).digest('hex'),
    )
    const best = Math.max(...Object.values<number>(facts.candidates))
    assert.is(facts.candidates[facts.chosen], best, 'the best on the development set is chosen')
    assert.ok(best > 20, `the students learned: F1 ${best}`)
    const card = readFileSync(join(weights, 'card.md'), 'utf8')
    assert.match(card, `| development set | ${facts.figures['development set'].default.toFixed(2)} |`)

    const evaluated = await iobert([
      'evaluate',
      '-m',
      weights,
      join(work, 'whole/inputs/valid.txt'),
      '--json',
    ])
    assert.is(evaluated.code, 0, evaluated.stderr)
    assert.is(Math.round(JSON.parse(evaluated.stdout).f1 * 100) / 100, best)
    const ner = await loadRecognizer(weights, { threads: 1, inline: true })
    ner.dispose()
  })

  test('a run that is stopped in each long step goes on and ends with the same bytes', () => {
    const out = join(work, 'stopped')
    let from = ''
    // States are saved after every fourth step, and a pass of a student has fewer than 30.
    for (const [step, stop, saved] of [
      ['teacher-1', 6, 4],
      ['label', 2, 0],
      ['student-2', 55, 52],
    ] as const) {
      const stopped = train('--smoke', '--out', out, '--stop', `${step}=${stop}`)
      assert.is(stopped.code, 1, stopped.stdout + stopped.stderr)
      assert.match(stopped.stderr, `stopped after step ${stop}, as --stop says`)
      if (from !== '') assert.match(stopped.stdout, from)
      from = saved > 0 ? `goes on after step ${saved}\n` : ''
    }
    const done = train('--smoke', '--out', out)
    assert.is(done.code, 0, done.stdout + done.stderr)
    assert.match(done.stdout, from)
    assert.match(done.stdout, 'student-1: done before')
    for (const name of [
      'sentences.jsonl',
      'targets.npy',
      'student-mean/model.safetensors',
      'weights/model.safetensors',
    ])
      assert.ok(read('whole', name).equals(read('stopped', name)), `${name} differs`)
  })

  test('a plan with an unknown name, without a file, or of another run is refused', () => {
    const plan = JSON.parse(readFileSync(join(work, 'whole/inputs/inputs.json'), 'utf8'))
    const inputs = join(work, 'whole/inputs/other.json')
    const refused: [Record<string, unknown>, RegExp][] = [
      [{ ...plan, pases: 3 }, /pases is not known\. Known are conll, bert,/u],
      [{ ...plan, development: undefined }, /development is missing/u],
      [{ ...plan, held_out: ['no.conll'] }, /no\.conll is not there/u],
      [{ ...plan, steps: 7 }, /was begun with another plan/u],
    ]
    for (const [wrong, message] of refused) {
      writeFileSync(inputs, JSON.stringify(wrong))
      const { code, stderr } = train(inputs, '--out', join(work, 'whole'))
      assert.is(code, 1)
      assert.match(stderr, message)
    }
  })
}

test.run()
