/** Reports equal those of conlleval and seqeval, character by character. */
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { classificationReport, formatClassificationReport } from '#dist/evaluate/classification-report.js'
import { parseConll } from '#dist/evaluate/conll.js'
import { countPhrases, formatConlleval, percentage, type TagPair } from '#dist/evaluate/conlleval.js'
import { rootPath } from '../shared.ts'

interface Golden {
  'conlleval.pl': string
  classification_report: string
  non_O_accuracy: number
}

const folder = rootPath('test/goldens/evaluate/')
const names = readdirSync(folder).filter((name) => name.endsWith('.conll'))

test('goldens of evaluation are all there', () => {
  assert.is(names.length, 6)
})

for (const name of names) {
  const golden: Golden = JSON.parse(readFileSync(folder + name.replace('.conll', '.json'), 'utf8'))
  const sentences = parseConll(readFileSync(folder + name, 'utf8'), { predicted: true }).map(
    ({ gold, guess }): TagPair => ({ gold, guess: guess! }),
  )

  test(`formatConlleval prints what conlleval.pl prints for ${name}`, () => {
    assert.is(formatConlleval(countPhrases(sentences)), golden['conlleval.pl'])
  })

  test(`formatConlleval adds the non-O line alone for ${name}`, () => {
    const counts = countPhrases(sentences)
    const lines = formatConlleval(counts, { nonO: true }).split('\n')
    const [added] = lines.splice(1, 1)
    assert.is(lines.join('\n'), golden['conlleval.pl'])
    assert.match(added!, /^accuracy: [ \d]{3}\.\d\d%; \(non-O\)$/u)
    assert.is(percentage(counts.correctNonOTokens, counts.nonOTokens), golden.non_O_accuracy)
  })

  test(`formatClassificationReport prints what scikit-learn prints for ${name}`, () => {
    assert.is(formatClassificationReport(classificationReport(sentences)), golden.classification_report)
  })
}

test.run()
