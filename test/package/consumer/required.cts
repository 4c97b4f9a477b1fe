/** A strict program of CommonJS that requires the package; compiled only, by every TypeScript that is supported. */
import { type Entity, highlight, loadRecognizer, ModelFormatError, type Recognizer, Redactor } from 'iobert'

import rules = require('iobert/rules')

import { pipeline } from 'iobert/transformers'

class Own extends ModelFormatError {
  own = true
}

async function run(): Promise<void> {
  let ner: Recognizer = await loadRecognizer(undefined, { threads: 1 })
  // The types are those of the ES module.
  ner = await (await import('iobert')).loadRecognizer()
  const { entities }: { entities: Entity[] } = await ner.recognize('Berlin', { rules: [rules.email] })
  const marked: string = highlight('Berlin', entities, { format: 'html' })
  const redactor: Redactor = Redactor.from(new Redactor().toJSON())
  // @ts-expect-error a strategy that is not there
  await ner.recognize('Berlin', { strategy: 'best' })
  try {
    await pipeline('ner')
  } catch (error) {
    if (error instanceof ModelFormatError) error.code.slice()
    if (error instanceof Own) error.own.valueOf()
  }
  void [marked, redactor]
}

export = { run }
