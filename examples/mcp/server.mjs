/**
 * A server of the Model Context Protocol: an assistant reads the files of one folder without their names, and what
 * it writes there has them again. The names stay on this machine; the assistant sees placeholders alone.
 *
 *     node server.mjs FOLDER
 */
import { readFile, realpath, writeFile } from 'node:fs/promises'
import { dirname, relative, resolve, sep } from 'node:path'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { createRedactor, loadRecognizer } from 'iobert'
import { z } from 'zod'

const [folder] = process.argv.slice(2)
if (folder === undefined) throw new Error('no folder is given: node server.mjs FOLDER')
const root = await realpath(folder)
const ner = await loadRecognizer()
// One numbering for all files: who is [PER_1] in one is [PER_1] in the others.
const redactor = createRedactor({ placeholder: 'numbered' })

/** The path of a file in the folder. What leads out of it, also by a link, is refused. */
async function pathOf(file, exists) {
  const path = resolve(root, file)
  const place = exists ? path : dirname(path)
  const real = relative(root, await realpath(place))
  if (real === '..' || real.startsWith(`..${sep}`) || resolve(root, real) !== place)
    throw new Error('the file is not in the folder of this server')
  return path
}

const server = new McpServer({ name: 'iobert', version: '0.1.0' })

server.registerTool(
  'mask',
  {
    description:
      'Reads a text file. Names, addresses and numbers are replaced by placeholders such as [PER_1]; keep them as they are.',
    inputSchema: { file: z.string().describe('path of the file, from the folder of this server') },
  },
  async ({ file }) => {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(await pathOf(file, true)))
    const { entities } = await ner.recognize(text, { rules: 'all' })
    return { content: [{ type: 'text', text: redactor.redact(text, entities).text }] }
  },
)

server.registerTool(
  'unmask',
  {
    description: 'Writes a new text file, with what each placeholder stands for in its place.',
    inputSchema: {
      file: z.string().describe('path of a file that is not there yet, from the folder of this server'),
      text: z.string().describe('the text, with placeholders'),
    },
  },
  async ({ file, text }) => {
    const restored = redactor.restoreAnswer(text)
    await writeFile(await pathOf(file, false), restored.text, { flag: 'wx' })
    const odd = [...restored.unknown, ...restored.unsure]
    const said = odd.length > 0 ? `Written. Left as they are: ${odd.join(', ')}` : 'Written.'
    return { content: [{ type: 'text', text: said }] }
  },
)

await server.connect(new StdioServerTransport())
