// The example's worker, with the stand-in.
import { fileURLToPath } from 'node:url'
import { connect } from '../../examples/queue/places.mjs'
import { startWorker } from '../../examples/queue/worker.mjs'
import { recognizer } from './queue-stand-in.mjs'

const connection = connect()
const worker = startWorker(
  recognizer,
  connection,
  fileURLToPath(new URL('queue-reader.mjs', import.meta.url)),
)
process.once('SIGTERM', async () => {
  await worker.close()
  recognizer.dispose()
  connection.disconnect()
})
