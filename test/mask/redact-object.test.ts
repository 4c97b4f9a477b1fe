/** `redactObject`: names in the strings of objects, their copies, and what cannot be copied. */
import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loadRecognizer, type Recognizer, Redactor, redactObject } from '#dist/node.js'
import { times } from '../thorough.ts'

let ner: Recognizer
test.before(async () => {
  ner = await loadRecognizer({ threads: 1 })
})
test.after(() => ner.dispose())

const ticket = { id: 7, user: { name: 'Tim Cook' }, body: 'Tim Cook is in Berlin.' }

test('a name has one number in all strings, and comes back into them', async () => {
  const { value, restore } = await redactObject(ticket, { ner })
  assert.equal(value, { id: 7, user: { name: '[PER_1]' }, body: '[PER_1] is in [LOC_1].' })
  assert.equal(restore({ answer: 'Is [PER_1] there?' }), { answer: 'Is Tim Cook there?' })
  assert.equal(restore(), ticket)
})

test('keys and paths choose what is redacted, arrays included, and the rest stays', async () => {
  const value = {
    user: { name: 'Tim Cook', mail: 'tim@example.org', 'nick.name': 'Tim Cook' },
    messages: [
      { text: 'Ana Lopez lives in Rome.', by: 'Ana Lopez' },
      { text: ['Ana Lopez'], at: new Date(0) },
    ],
    owner: 'Ana Lopez',
  }
  const before = structuredClone(value)
  const redacted = await redactObject(value, { ner, keys: ['user', 'messages.text'] })
  assert.equal(redacted.value, {
    user: { name: '[PER_1]', mail: '[EMAIL_1]', 'nick.name': '[PER_1]' },
    messages: [
      { text: '[PER_2] lives in [LOC_1].', by: 'Ana Lopez' },
      { text: ['[PER_2]'], at: new Date(0) },
    ],
    owner: 'Ana Lopez',
  })
  assert.equal(value, before)
  assert.equal(redacted.restore(), value)
  const nick = await redactObject(value, { ner, keys: ['user.nick.name'] })
  assert.equal(nick.value, { ...value, user: { ...value.user, 'nick.name': '[PER_1]' } })
  const saved = Redactor.from(JSON.stringify(redacted.redactor))
  const later = await redactObject(['Ana Lopez'], { ner, redactor: saved })
  assert.equal(later.value, ['[PER_2]'])
  assert.equal((await redactObject('Tim Cook left.', { ner })).value, '[PER_1] left.')
})

test('keys that lead nowhere, cycles and values whose strings cannot be seen are errors', async () => {
  const rejects = async (value: unknown, keys: string[] | undefined, wanted: RegExp): Promise<void> => {
    const given = keys === undefined ? { ner } : { ner, keys }
    await redactObject(value, given).then(
      () => assert.unreachable(String(wanted)),
      (error: Error) => assert.match(error.message, wanted),
    )
  }
  await rejects(
    ticket,
    ['user.nmae'],
    /keys has 'user\.nmae', which is nowhere in the value; did you mean user\.name\?/,
  )
  await rejects(ticket, ['phone'], /keys has 'phone', which is nowhere in the value$/)
  const cycle: Record<string, unknown> = { a: { b: ['Tim Cook'] } }
  ;(cycle['a'] as Record<string, unknown>)['self'] = cycle
  await rejects(cycle, undefined, /a\.self is an object that holds it: a cycle/)
  await rejects(
    { names: new Map([['a', 'Tim Cook']]) },
    undefined,
    /names is a Map, expected objects and arrays/,
  )
  await rejects({ user: new (class User {})() }, undefined, /user is a User, expected/)
  const bytes = new TextEncoder().encode('Tim Cook')
  for (const view of [bytes, Buffer.from(bytes), new DataView(bytes.buffer)])
    await rejects({ body: view }, undefined, /body is a (Uint8Array|Buffer|DataView), expected objects/)
  const vector = { by: 'Tim Cook', vector: new Float32Array(2), body: bytes }
  const kept = await redactObject(vector, { ner, keys: ['by', 'vector'] })
  assert.equal(kept.value, { ...vector, by: '[PER_1]' })
  let deep: unknown = 'Tim Cook'
  for (let depth = 0; depth < 2000; depth++) deep = [deep]
  await rejects(deep, undefined, /more than 1000 objects deep/)
  // The same object at two places is no cycle.
  const shared = { name: 'Tim Cook' }
  assert.equal((await redactObject([shared, shared], { ner })).value, [
    { name: '[PER_1]' },
    { name: '[PER_1]' },
  ])
  const odd = Object.assign(JSON.parse('{"__proto__": "Tim Cook"}') as object, {
    [Symbol.for('s')]: 1,
    [Symbol.for('by')]: 'Tim Cook',
  })
  const { value } = await redactObject(odd, { ner })
  assert.is(JSON.stringify(value), '{"__proto__":"[PER_1]"}')
  assert.is((value as { [name: symbol]: unknown })[Symbol.for('s')], 1)
  assert.is((value as { [name: symbol]: unknown })[Symbol.for('by')], '[PER_1]')
})

test('any JSON comes back as it was', async () => {
  const words = fc.constantFrom('Tim Cook', '[PER_1]', 'ana@example.org', 'in Berlin', '', '\\', '😂')
  const json = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      words,
      fc.constant(null),
      fc.integer(),
      tie('list'),
      tie('object'),
    ),
    list: fc.array(tie('value'), { maxLength: 3 }),
    object: fc.dictionary(fc.constantFrom('a', 'b', 'a.b', '__proto__'), tie('value'), { maxKeys: 3 }),
  })).value
  await fc.assert(
    fc.asyncProperty(json, async (value) => {
      const redacted = await redactObject(value, { ner })
      assert.is(JSON.stringify(redacted.restore()), JSON.stringify(value))
      assert.not.match(JSON.stringify(redacted.value), 'Tim Cook')
    }),
    { numRuns: times(20, 300) },
  )
})

test.run()
