/**
 * Compares sentences computed one at a time with the same sentences streamed and packed end to end, on 1
 * thread and 2.
 */
import { loadRecognizer, type Recognizer } from '#dist/node.js'
import { check, digits, measure, report } from './measure.ts'
import { models, SENTENCES, sentences } from './models.ts'

const { source, texts } = sentences(SENTENCES)
const rows: string[][] = []

async function oneByOne(recognizer: Recognizer): Promise<string> {
  const found: unknown[] = []
  for (const text of texts) found.push((await recognizer.recognize(text, { split: false })).entities)
  return JSON.stringify(found)
}

async function streamed(recognizer: Recognizer): Promise<string> {
  const found: unknown[] = []
  for await (const { entities } of recognizer.stream(texts, { split: false })) found.push(entities)
  return JSON.stringify(found)
}

for (const { name, folder } of models()) {
  for (const threads of [1, 2]) {
    const recognizer = await loadRecognizer(folder, { threads })
    check((await oneByOne(recognizer)) === (await streamed(recognizer)), 'entities differ between the two')
    const [single, batched] = await measure(
      [
        { name: 'one at a time', promised: true, run: () => oneByOne(recognizer) },
        { name: 'streamed', promised: true, run: () => streamed(recognizer) },
      ],
      { seconds: 0.1, rounds: 5, samples: 1 },
    )
    recognizer.dispose()
    rows.push([
      ...[name, String(recognizer.model.info.threads)],
      ...[digits(texts.length / single!.median), digits(texts.length / single!.min)],
      ...[digits(texts.length / batched!.median), digits(texts.length / batched!.min)],
      `${(single!.median / batched!.median).toFixed(2)}x`,
    ])
  }
}
report(
  `${texts.length} ${source}, int8, texts/s`,
  ['model', 'threads', 'one at a time', 'at best', 'streamed', 'at best', 'streamed to one'],
  rows,
)
