// A stand-in for the model, with texts that kill the process that reads them, and one that waits while the
// file HOLD exists.
import { existsSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { loadRecognizer } from 'iobert'

const ner = await loadRecognizer(undefined, { threads: 1 })

export const recognizer = {
  async recognizeAll(texts, options) {
    if (texts.includes('die')) process.kill(process.pid, 'SIGKILL')
    while (texts.includes('wait') && existsSync(process.env.HOLD)) await delay(20)
    return ner.recognizeAll(texts, options)
  },
  dispose: () => ner.dispose(),
}
