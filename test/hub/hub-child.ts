// Loads a model in a process of its own, to be killed or to run beside another: hub-child.js ENDPOINT CACHE ID
import { hubFolder } from '#dist/hub/folder.node.js'

const [endpoint = '', cacheDir = '', id = ''] = process.argv.slice(2)
const { folder } = await hubFolder(id, { endpoint, cacheDir, retryDelay: 10 })
process.stdout.write(folder)
