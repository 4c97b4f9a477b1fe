/** `--rules` and `--rule-policy`. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loadRecognizer, type RecognizeOptions } from '#dist/node.js'
import { email, iban, parseRules, presets, type Rule } from '#dist/rules/presets.js'
import { iobert, model, temporaryFolder } from './run.ts'

const folder = temporaryFolder()
const file = join(folder, 'products.json')
const written = [
  { type: 'TICKET', pattern: String.raw`\b[A-Z]+-\d+\b` },
  { type: 'PRODUCT', phrases: ['tok9 one'], ignoreCase: true },
]
writeFileSync(file, `\ufeff${JSON.stringify(written)}`)
const own = parseRules(written)

const text = 'tok1 tok20 wrote to ana@example.org from DE89 3704 0044 0532 0130 00: ABC-12, Tok9 One & tok5.'
const ner = await loadRecognizer(model, { threads: 1 })
test.after(() => ner.dispose())

async function find(rules: readonly Rule[], options: RecognizeOptions = {}) {
  const { entities } = await ner.recognize(text, { ...options, rules })
  return entities
}

test('iobert --rules finds what presets and rules of a file find, beside the model', async () => {
  for (const [value, rules] of [
    ['email', [email]],
    ['iban, email', [iban, email]],
    ['all', Object.values(presets)],
    [file, own],
    [`email,${file}`, [email, ...own]],
  ] as const) {
    const wanted = await find(rules)
    assert.ok(wanted.some(({ score }) => score === 1))
    const { stdout, stderr } = await iobert(['-m', model, '--json', '--rules', value, text])
    assert.is(stderr, '')
    assert.equal(JSON.parse(stdout)[0].entities, wanted, value)
  }
})

test('iobert adds up rules that are given one by one, so that nothing stays in the clear', async () => {
  const args = ['-m', model, '--json', '--rules', 'email', '--rules', file, '--rules', 'iban', text]
  assert.equal(JSON.parse((await iobert(args)).stdout)[0].entities, await find([email, ...own, iban]))
})

test('iobert --rules in all that is printed', async () => {
  const args = ['-m', model, '--rules', `email,iban,${file}`]
  const entities = await find([email, iban, ...own])
  let redacted = text
  let marked = text
  for (const { start, end, type } of [...entities].reverse()) {
    redacted = `${redacted.slice(0, start)}[${type}]${redacted.slice(end)}`
    marked = `${marked.slice(0, start)}[${text.slice(start, end)} ${type}]${marked.slice(end)}`
  }
  assert.is((await iobert([...args, text])).stdout, `${marked}\n`)
  assert.is((await iobert([...args, '--redact', text])).stdout, `${redacted}\n`)
  assert.match(
    (await iobert([...args, '--html', text])).stdout,
    /ana@example\.org<small [^>]*> EMAIL<\/small>/,
  )
  const { stdout } = await iobert([...args, '--jsonl'], `${JSON.stringify({ text })}\n`)
  assert.equal(JSON.parse(stdout).entities, entities)
})

test('iobert --labels and --rule-policy hold for rules', async () => {
  const args = ['-m', model, '--json', '--rules', file]
  const ofType = await iobert([...args, '--labels', 'TICKET', text])
  assert.equal(JSON.parse(ofType.stdout)[0].entities, await find(own, { labels: ['TICKET'] }))
  for (const rulePolicy of ['longest', 'rule', 'model'] as const) {
    const { stdout } = await iobert([...args, '--rule-policy', rulePolicy, text])
    assert.equal(JSON.parse(stdout)[0].entities, await find(own, { rulePolicy }), rulePolicy)
  }
})

test('iobert --rules names what is wrong, before a model is loaded', async () => {
  const bad = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content)
    return join(folder, name)
  }
  for (const [args, message] of [
    [
      ['emial,iban'],
      /--rules holds 'emial', expected some of email, .*, url, .*, all, or a file .*mean email\?/,
    ],
    [['email,'], /--rules is 'email,', expected names with commas between them/],
    [['PHONE'], /--rules holds 'PHONE', expected .*did you mean phone\?/],
    [[join(folder, 'product.json')], /there is no such file; did you mean .*products\.json\?/],
    [[bad('text.json', '[{"type":')], /text\.json: it is not JSON: /],
    [[bad('object.json', '{}')], /object\.json: rules is an object, expected an array/],
    [[bad('around.json', '[{"type":"A","pattern":"(?=a)b"}]')], /around\.json: .*look-around/],
    [[bad('type.json', '[{"type":"A"}]')], /type\.json: rules\[0\] has neither pattern nor phrases/],
    [['email', '--rule-policy', 'first'], /--rule-policy is 'first', expected one of 'longest'/],
    [['email', '--conll'], /--conll prints the model's labels/],
  ] as const) {
    const { code, stdout, stderr } = await iobert(['-m', './no-model', '--rules', ...args, text])
    assert.match(stderr, message)
    assert.is(code, 2)
    assert.is(stdout, '')
  }
  assert.match((await iobert(['--rule-policy', 'rule', text])).stderr, /--rule-policy goes with --rules/)
})

test('iobert --help names every preset', async () => {
  const { stdout } = await iobert(['--help'])
  assert.match(stdout.replace(/\s+/gu, ' '), `${Object.keys(presets).join(', ')}`)
})

test.run()
