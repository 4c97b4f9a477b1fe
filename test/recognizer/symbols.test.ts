/** Emoji and signs beside names, with the shipped model: they hide no name, and are no part of one. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loadRecognizer } from '#dist/node.js'

const NAMES = [
  'Ana',
  'Tom',
  'Maria',
  'Ben',
  'Sophie',
  'Liam',
  'Chiara',
  'Ahmed',
  'Priya',
  'Jonas',
  'Nelisa',
  'Gert',
  'Owen',
]
const SIGNS = ['😂', '😘', '🎉', '❤️', '👍🏽', '🙏', '🔥', '✨', '…', '™', '®', '👩‍💻', '🇩🇪', '⭐', '➡️']
const SENTENCES: readonly ((name: string, sign: string) => string)[] = [
  (name, sign) => `I saw ${name} ${sign} yesterday`,
  (name, sign) => `I saw ${name}${sign} yesterday`,
  (name, sign) => `Thanks ${name} ${sign}`,
  (name, sign) => `Thanks ${name}${sign}`,
  (name, sign) => `${sign} ${name} is in Porto`,
  (name, sign) => `${sign}${name} is in Porto`,
]

const ner = await loadRecognizer({ inline: true })

test.after(() => ner.dispose())

test('no name of a chat is hidden by an emoji, and none has one in it', async () => {
  for (const sentence of SENTENCES) {
    const cases = NAMES.flatMap((name) => SIGNS.map((sign) => ({ name, text: sentence(name, sign) })))
    const answers = await ner.recognizeAll(cases.map(({ text }) => text))
    for (const [index, { name, text }] of cases.entries()) {
      const found = answers[index]!.entities
      for (const { text: written, start, end } of found) assert.is(text.slice(start, end), written)
      const people = found.filter(({ type }) => type === 'PER').map((entity) => entity.text)
      assert.equal(people, [name], `${text}: ${JSON.stringify(found)}`)
    }
  }
})

test('emoji part names, and the style of another system sees them', async () => {
  const text = 'Ana Lopez 😂 Tom Cook❤Ben Smith'
  const { entities } = await ner.recognize(text)
  assert.equal(
    entities.map((entity) => entity.text),
    ['Ana Lopez', 'Tom Cook', 'Ben Smith'],
  )
  const joined = await ner.recognize('I saw Tom😂 yesterday', { style: 'transformers' })
  assert.equal(joined.entities, [])
})

test.run()
