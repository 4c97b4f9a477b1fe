/** Rules together with the model: offsets into the whole text, whatever the way it is split. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loadRecognizer, type Recognition, type RecognizeOptions, redact } from '#dist/node.js'
import { compileRules, email, presets } from '#dist/rules/presets.js'
import { rootPath } from '../shared.ts'

const ner = await loadRecognizer(rootPath('weights'), { threads: 1 })
const text =
  'Angela Merkel (angela@example.org) met Tim Cook in Berlin.\nCall Project Unicorn: +49 30 1234567.'
const rules = [email, presets.phone, { type: 'PROJECT', phrases: ['project unicorn'], ignoreCase: true }]

function shown({ entities }: Recognition): string[] {
  return entities.map((entity) => {
    if (entity.text.length > 0) assert.is(entity.end - entity.start, entity.text.length)
    return `${entity.type} ${entity.text}`
  })
}

const found = [
  'PER Angela Merkel',
  'EMAIL angela@example.org',
  'PER Tim Cook',
  'LOC Berlin',
  'PROJECT Project Unicorn',
  'PHONE +49 30 1234567',
]

test('what rules find stands among what the model finds, with offsets into the whole text', async () => {
  const ways: RecognizeOptions[] = [
    {},
    { split: 'lines' },
    { split: 'sentences' },
    { strategy: 'simple' },
    { words: true },
  ]
  for (const way of ways) {
    const result = await ner.recognize(text, { ...way, rules })
    assert.equal(shown(result), found)
    for (const { start, end, text: part } of result.entities) assert.is(text.slice(start, end), part)
  }
  const compiled = compileRules(rules)
  for await (const result of ner.stream([text, text], { rules: compiled })) assert.equal(shown(result), found)
})

test('rules are known by name, as on the command line', async () => {
  const named = await ner.recognize(text, { rules: ['email', 'phone', rules[2]!] })
  assert.equal(shown(named), found)
  assert.equal(
    await ner.recognize(text, { rules: 'all' }),
    await ner.recognize(text, { rules: Object.values(presets) }),
  )
  assert.equal(shown(await ner.recognize(text, { rules: ['email'], labels: ['EMAIL'] })), [found[1]])
  for (const [wrong, message] of [
    [['email', 'mail'], /^rules\[1\] is 'mail', expected a rule or one of email, .*; did you mean email\?$/],
    [['toString'], /^rules\[0\] is 'toString'/],
    [['email', 3], /^rules\[1\] is a number, expected \{ type, pattern \}/],
    ['email', /^rules is a string, expected an array of rules and of names of presets \('email'\), 'all'/],
  ] as const) {
    const error = await ner.recognize(text, { rules: wrong as never }).catch((reason: Error) => reason)
    assert.match((error as Error).message, message)
  }
})

test('labels hold for rules too, and redaction takes both out', async () => {
  const result = await ner.recognize(text, { rules, labels: ['EMAIL', 'PER'] })
  assert.equal(shown(result), [found[0], found[1], found[2]])
  assert.is(
    redact(text, result.entities, { placeholder: 'numbered' }).text,
    '[PER_1] ([EMAIL_1]) met [PER_2] in Berlin.\nCall Project Unicorn: +49 30 1234567.',
  )
  assert.equal(
    shown(await ner.recognize(text, { rules, ignoreLabels: ['O', 'PHONE'], labels: ['PHONE'] })),
    [],
  )
})

test('the policy holds against the model', async () => {
  const name = [{ type: 'NAME', phrases: ['Merkel', 'met Tim Cook in Berlin'] }]
  const short = async (rulePolicy?: 'longest' | 'rule' | 'model'): Promise<string[]> =>
    shown(await ner.recognize(text, { rules: name, split: false, ...(rulePolicy ? { rulePolicy } : {}) }))
  assert.equal(await short(), ['PER Angela Merkel', 'NAME met Tim Cook in Berlin'])
  // Of what gives way the rest stays, so that redaction leaves none of it in.
  assert.equal(await short('rule'), ['PER Angela', 'NAME Merkel', 'NAME met Tim Cook in Berlin'])
  const rest = ['PER Angela Merkel', 'NAME met', 'PER Tim Cook', 'NAME in', 'LOC Berlin']
  assert.equal(await short('model'), rest)
})

test('with words given, rules tell theirs', async () => {
  const words = ['Mail', 'angela@example.org', 'about', 'Project', 'Unicorn']
  const { entities } = await ner.recognize(words, { pretokenized: true, rules })
  assert.equal(
    entities.map(({ type, wordStart, wordEnd }) => [type, wordStart, wordEnd]),
    [
      ['EMAIL', 1, 2],
      ['PROJECT', 3, 5],
    ],
  )
})

test('wrong rules are refused before anything is computed', async () => {
  const refused: readonly (readonly [unknown, RegExp])[] = [
    [
      { rules: 'EMAIL' },
      /rules is a string, expected an array of rules and of names of presets \('email'\), 'all', or what compileRules gave/,
    ],
    [{ rules: [{ type: 'X', pattern: /(a)\1/ }] }, /back-reference/],
    [{ rules: [{ type: 'X' }] }, /rules\[0\] has neither/],
    [{ rules, rulePolicy: 'first' }, /rulePolicy is 'first', expected one of 'longest'/],
  ]
  for (const [options, message] of refused) {
    try {
      await ner.recognize(text, options as RecognizeOptions)
      assert.unreachable(String(message))
    } catch (error) {
      assert.match((error as Error).message, message)
    }
  }
})

test.after(() => ner.dispose())
test.run()
