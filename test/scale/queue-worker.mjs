// The example's worker, with texts that kill it.
import { loadRecognizer } from 'iobert'
import { connect } from '../../examples/queue/places.mjs'
import { startWorker } from '../../examples/queue/worker.mjs'

const connection = connect()
const ner = await loadRecognizer(undefined, { threads: 1 })
const recognizer = {
  recognize(texts, options) {
    if (texts.includes('die')) process.kill(process.pid, 'SIGKILL')
    return ner.recognize(texts, options)
  },
}
const worker = startWorker(recognizer, connection)
process.once('SIGTERM', async () => {
  await worker.close()
  ner.dispose()
  connection.disconnect()
})
