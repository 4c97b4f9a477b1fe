/**
 * Recognizes a text in a process in which an old polyfill has given all objects enumerable properties, one of
 * them named as an option, and in which Error.prototype is frozen; prints the entities.
 */
Object.assign(Object.prototype, { nothing: undefined, doNothing(): void {} })
for (let index = 0; index < 100; index++) Object.assign(Object.prototype, { [`number${index}`]: index })
Object.assign(Object.prototype, { kernels: 'y' })
const { loadRecognizer } = await import('#dist/node.js')
const { rootPath } = await import('../shared.ts')

Object.freeze(Error.prototype)
const answers: unknown[] = []
for (const precision of ['int8', 'float32'] as const) {
  for (const inline of [true, false]) {
    const ner = await loadRecognizer(rootPath('weights'), { inline, precision, threads: 1 })
    const { entities } = await ner.recognize('Angela Merkel met Tim Cook in Berlin.', { words: true })
    answers.push(entities.map(({ type, text, start, end }) => [type, text, start, end]))
    ner.dispose()
  }
}
console.log(JSON.stringify(answers))
