/**
 * Answers of language models: other spellings of placeholders, chunks that end anywhere, and the report about
 * them.
 */
import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createRedactor, type MarkedEntity, type Redactor, type RestoreReport, redact } from '#dist/node.js'
import { assertLinear } from '../growth.ts'
import { times } from '../thorough.ts'

const text = 'Ana and Bo of Acme (Acme: see COL_1). SSN 123.'
const entities: MarkedEntity[] = [
  { type: 'PER', start: 0, end: 3 },
  { type: 'PER', start: 8, end: 10 },
  { type: 'ORG', start: 14, end: 18 },
  { type: 'ORG', start: 20, end: 24 },
  { type: 'US_SSN', start: 42, end: 45 },
]
const redaction = redact(text, entities, { placeholder: 'numbered' })

test('placeholders are restored however a model writes them, where that is safe', () => {
  assert.is(redaction.text, '[PER_1] and [PER_2] of [ORG_1] ([ORG_1]: see COL_1). SSN [US_SSN_1].')
  for (const [written, wanted] of [
    ['[PER_1]', 'Ana'],
    ['PER_1', 'Ana'],
    ['PER\\_1', 'Ana'],
    ['[PER 1]', 'Ana'],
    ['[PER-1]', 'Ana'],
    ['[PER1]', 'Ana'],
    ['[ PER_1 ]', 'Ana'],
    ['[Per_1]', 'Ana'],
    ['[per 1]', 'Ana'],
    ['\\[PER\\_1\\]', 'Ana'],
    ['[PER\\_1]', 'Ana'],
    ['**[PER_1]**', '**Ana**'],
    ['[[PER_1]]', '[Ana]'],
    ['[PER_1, PER_2]', '[Ana, Bo]'],
    ["PER_1's", "Ana's"],
    ["[PER_1]'s [US SSN 1]", "Ana's 123"],
    ['\\[US\\_SSN\\_1\\]', '123'],
    ['[us-ssn-1]', '123'],
    ['[PER_ 2]', 'Bo'],
    ['[PER - 2]', 'Bo'],
    ['\\[ Per\\_ 2 \\]', 'Bo'],
  ]) {
    const { text: restored, unknown, unsure } = redaction.restoreAnswer(`Is ${written}?`)
    assert.is(restored, `Is ${wanted}?`, written)
    assert.equal([unknown, unsure], [[], []], written)
  }
})

test('what could be meant otherwise stays', () => {
  for (const [written, unknown, unsure] of [
    ['per_1', [], ['per_1']],
    ['Per_1', [], ['Per_1']],
    ['PER1', [], ['PER1']],
    ['per2', [], ['per2']],
    ['SSN1 PER7 COL1 x1', [], []],
    ['[PERSON_1]', ['[PERSON_1]'], []],
    ['[PER____1]', ['[PER____1]'], []],
    ['[PER_3]', ['[PER_3]'], []],
    ['[Per 3]', ['[Per 3]'], []],
    ['PER_3', ['[PER_3]'], []],
    ['[PER_01]', ['[PER_01]'], []],
    ['[LOC_1]', ['[LOC_1]'], []],
    ['SUPER_1 PER_1_2 SUPER-1 XPER-1 PER-1a PER-1_2 PER-1.5 PER-1,000', [], []],
    ['LOC_1 [1] [note 1] [12] PER 1 [PER] per-1 PER-3 (PER 3) [PER３] PER-01', [], []],
    ['PER_1s', [], ['PER_1']],
    ['x-PER_1 \\PER_1', [], ['PER_1']],
    ['PER-1', [], ['PER-1']],
    ['PER-1, (PER-2)', [], ['PER-1', '(PER-2)']],
    ['PER‑1-PER\\-2', [], ['PER‑1', 'PER\\-2']],
    ['[PER１] 【per 2】', [], ['[PER１]', '【per 2】']],
    ['［ＰＥＲ＿１］ PER_２', [], ['［ＰＥＲ＿１］', 'PER_２']],
    ['{PER 1} **PER 2** `Per-1` (per_1)', [], ['per_1', '{PER 1}', '*PER 2*', '`Per-1`']],
    ['US-SSN-1 (us ssn 1)', [], ['US-SSN-1', '(us ssn 1)']],
    // The text said it itself, as no placeholder.
    ['COL_1 [COL_1]', [], []],
  ] as const) {
    const answer = `Is ${written}?`
    const restored = redaction.restoreAnswer(answer)
    assert.is(restored.text, answer)
    assert.equal([restored.unknown, restored.unsure, restored.restored], [unknown, unsure, []], written)
    assert.is(redaction.restore(answer), answer)
  }
})

test('the report says what was known, unknown and not seen', () => {
  const { text: restored, ...report } = redaction.restoreAnswer(
    '[PER_2] wrote to [Org 1], [ORG_1] and [PER_9].',
  )
  assert.is(restored, 'Bo wrote to Acme, Acme and [PER_9].')
  assert.equal(report, {
    restored: ['[PER_2]', '[ORG_1]'],
    unknown: ['[PER_9]'],
    unsure: [],
    unseen: ['[PER_1]', '[US_SSN_1]'],
  })
  const redactor = createRedactor({ placeholder: 'numbered' })
  redactor.redact('Ana', [{ type: 'PER', start: 0, end: 3 }])
  redactor.redact('Bo', [{ type: 'PER', start: 0, end: 2 }])
  assert.equal(redactor.restoreAnswer('PER_2'), {
    ...{ text: 'Bo', restored: ['[PER_2]'], unknown: [], unsure: [], unseen: ['[PER_1]'] },
  })
})

test('placeholders of a function are restored as they are written, and told', () => {
  const named = redact(text, entities, {
    placeholder: ({ type }, number) => `<${type.toLowerCase()} ${number}>`,
  })
  assert.equal(named.restoreAnswer('<per 1> of <org 1>, PER_1, <per 7>'), {
    ...{ text: 'Ana of Acme, PER_1, <per 7>', restored: ['<per 1>', '<org 1>'], unknown: [], unsure: [] },
    unseen: ['<per 2>', '<us_ssn 1>'],
  })
  assert.throws(() => redact(text, entities).restoreAnswer(''), /does not stand for one name alone/)
  assert.throws(
    () => redaction.restoreAnswer(null as never),
    /the text to restore is null, expected a string/,
  )
})

/** What a stream makes of an answer, chunk by chunk, and its report. */
async function streamed(
  of: Pick<Redactor, 'restoreStream'>,
  chunks: readonly string[],
): Promise<[string[], RestoreReport]> {
  let report: RestoreReport | undefined
  const stream = of.restoreStream({
    onReport: (told) => {
      report = told
    },
  })
  const writer = stream.writable.getWriter()
  const written = (async () => {
    for (const chunk of chunks) await writer.write(chunk)
    await writer.close()
  })()
  const passed: string[] = []
  for await (const chunk of stream.readable as AsyncIterable<string>) passed.push(chunk)
  await written
  return [passed, report!]
}

const pieces = fc.array(
  fc.constantFrom(
    ...['[', ']', '\\', '_', ' ', '-', '1', '2', '10', 'P', 'PER', 'er', 'ORG', 'US', 'SSN', 'LOC', 'COL'],
    ...['[PER_1]', 'PER_1', '\\[PER\\_2\\]', '[US SSN 1]', 'x', '\ud835', '\udc00', '\n', '<per', ' 1>', '<'],
    ...[
      '(',
      ')',
      '１',
      'PER-1',
      '(PER',
      '[FOO_1 ',
      '[ PER_1 ',
      '\\[PER_1',
      '\\_1\\]',
      'PER1',
      '[PER_ 2]',
      'a_',
      '__',
    ],
  ),
  { maxLength: 24 },
)

const literal = redact(text, entities, {
  placeholder: ({ type }, number) => `<${type.toLowerCase()} ${number}>`.replace('<org 1>', '<per 1>>'),
})

/** A type that ends as a placeholder does. */
const nested = redact(
  text,
  entities.map((one) => (one.type === 'ORG' ? { ...one, type: 'PER_1' } : one)),
  { placeholder: 'numbered' },
)

test('a stream gives what the whole gives, wherever its chunks end', async () => {
  await fc.assert(
    fc.asyncProperty(pieces, fc.array(fc.nat(12), { maxLength: 12 }), async (parts, cuts) => {
      const answer = parts.join('')
      const chunks: string[] = []
      let at = 0
      for (const cut of cuts) {
        chunks.push(answer.slice(at, at + cut))
        at += cut
      }
      chunks.push(answer.slice(at))
      for (const of of [redaction, literal, nested]) {
        const [passed, report] = await streamed(of, chunks)
        assert.equal({ text: passed.join(''), ...report }, of.restoreAnswer(answer), JSON.stringify(chunks))
      }
    }),
    {
      numRuns: times(200, 5000),
      examples: [
        [['[ PER_1 ', '] ran'], [8]],
        [['[FOO_1 ', ']'], [7]],
        [['\\[PER_1', '\\_1\\]'], [9]],
      ],
    },
  )
})

test('a stream passes what cannot be a placeholder at once, and keeps little back', async () => {
  const [each] = await streamed(redaction, [
    'Hello ',
    'wor',
    'ld [li',
    'nk] [PE',
    'R_',
    '1',
    '] and PER',
    '_1',
    '. [PER_1',
  ])
  assert.equal(each, ['Hello ', 'wor', 'ld [li', 'nk] ', 'Ana and ', 'Ana. ', '[Ana'])
  // Never closed: what is held is bounded, and each chunk takes the same time.
  const open = redaction.restoreStream()
  const writer = open.writable.getWriter()
  const reader = open.readable.getReader()
  void writer.write(`[PER_${'1'.repeat(80)}`)
  assert.match((await reader.read()).value!, /^\[PER_1{80}$/)
  void writer.write(`[${'A'.repeat(100)}`)
  assert.is((await reader.read()).value?.length, 101)
  // A word without an end is passed on, and what follows takes no longer for it.
  void writer.write(`${'a'.repeat(100)}_1`)
  assert.is((await reader.read()).value?.length, 102)
  reader.read().catch(() => {})
  await writer.write(3 as never).then(
    () => assert.unreachable(),
    (error: unknown) =>
      assert.match(String(error), /a chunk of restoreStream\(\) is a number, expected a string/),
  )
})

test('the time is linear in the answer', async () => {
  for (const part of [
    '[',
    '[PER_',
    'PER_',
    '_1',
    '11',
    'a1',
    '__',
    '\\_',
    '\\[PER_1',
    '1',
    'a_1',
    '[PER_1 ',
  ]) {
    await assertLinear(part, times(40_000, 200_000), (parts) => {
      const answer = part.repeat(parts)
      return () => redaction.restoreAnswer(answer)
    })
  }
})

test.run()
