/** The values that a program with Node's types or \`lib: dom\` passes in. */
import { loadRecognizer } from 'iobert'

export async function run(url: URL, file: Blob, signal: AbortSignal): Promise<void> {
  const ner = await loadRecognizer(url, { signal })
  await loadRecognizer(new Map([['config.json', file]]), { worker: url })
  await ner.recognize('Berlin', { signal })
  // @ts-expect-error a signal is no number
  await ner.recognize('Berlin', { signal: 5 })
  // @ts-expect-error a Blob is no model
  await loadRecognizer(file)
}
