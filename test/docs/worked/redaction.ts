/** The page on redaction. */
import { createRedactor, redact } from '#dist/node.js'
import { presets } from '#dist/rules/presets.js'
import { recognise } from './model.ts'

const MAIL = 'Angela Merkel met Tim Cook in Berlin. Tim Cook flew home.'

export async function redaction(): Promise<string[]> {
  const { entities } = (await recognise(MAIL, {})).result
  const numbered = redact(MAIL, entities, { placeholder: 'numbered' })
  const named = redact(MAIL, entities, {
    labels: ['PER'],
    placeholder: ({ type }, number) => `<${type.toLowerCase()} ${number}>`,
  })
  return beside([
    ['text', MAIL],
    ["placeholder: 'type'", redact(MAIL, entities).text],
    ["placeholder: 'numbered'", numbered.text],
    ["labels: ['PER'], a function", named.text],
    ['restore()', numbered.restore()],
    ["restore('Is [PER_2] in [LOC_1]?')", numbered.restore('Is [PER_2] in [LOC_1]?')],
  ])
}

const NOTE =
  'ana@example.org (10.1.2.3): DE89 3704 0044 0532 0130 00, tell Tim Cook (+1 212 555 0187) of ABC-12.'

export async function redactionRules(): Promise<string[]> {
  const rules = [...Object.values(presets), { type: 'TICKET', pattern: /\b[A-Z]{2,5}-\d+\b/ }]
  const { entities } = (await recognise(NOTE, { rules })).result
  return beside([
    ['text', NOTE],
    ['redacted', redact(NOTE, entities).text],
  ])
}

const FIRST = "Tim Cook wrote to Ana Lopez in Lima. Cook's mail asks for Lopez."
const NEXT = 'Ana Lopez has seen [PER_1]. Cook has not.'

export async function redactionTurns(): Promise<string[]> {
  const redactor = createRedactor({ placeholder: 'numbered', aliases: true })
  const rows: [string, string][] = []
  for (const text of [FIRST, NEXT]) {
    const { entities } = (await recognise(text, {})).result
    rows.push(['text', text], ['redacted', redactor.redact(text, entities).text])
  }
  const answer = 'Dear \\[PER\\_2\\], PER_1 and [Per_7] are in [LOC 1]. Is per_1?'
  const { text, ...report } = redactor.restoreAnswer(answer)
  rows.push(['answer', answer], ['restoreAnswer', text])
  return [
    ...beside(rows),
    ...beside(Object.entries(report).map(([kind, which]) => [`  ${kind}`, which.join(', ')])),
  ]
}

function beside(rows: readonly (readonly [name: string, value: string])[]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length)) + 2
  return rows.map(([name, value]) => name.padEnd(width) + value)
}
