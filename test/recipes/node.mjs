/** CommonJS, and a Node that is too old: the errors must say what to do. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { binaries, checkEntities, checkSays, elsewhere, layPackage, run, TEXT } from './workbench.mjs'

const CALL = `loadRecognizer()
  .then((ner) => ner.recognize(process.argv[2]))
  .then(({ entities }) => console.log(entities.map(({ text }) => text).join()))`
const REQUIRE = `const { loadRecognizer } = require('iobert')\n${CALL}\n`
const IMPORT = `import('iobert').then(({ loadRecognizer }) => ${CALL})\n`

function execute(node, code) {
  return elsewhere((at) => {
    layPackage(at)
    writeFileSync(join(at, 'program.cjs'), code)
    return run(node, [join(at, 'program.cjs'), TEXT], { cwd: at })
  })
}

/** @returns what it says when it fails */
const failure = (node, code) =>
  execute(node, code).then(
    (output) => `it ran: ${output}`,
    (error) => error.message,
  )

const onOldNode = (test) => async () =>
  binaries.oldNode ? test() : { skipped: 'the registry has no Node 20.0 for this machine' }

export const runs = [
  [
    'require() in CommonJS',
    async () => {
      for (const major of [20, 22, 24]) checkEntities(await execute(binaries.node(major), REQUIRE))
      return 'works on Node 20.20, 22 and 24'
    },
  ],
  [
    'require() on Node 20.0',
    onOldNode(async () => {
      checkSays(await failure(binaries.oldNode, REQUIRE), 'it is too old: use Node 20.19')
      return 'says what to do'
    }),
  ],
  [
    'import() on Node 20.0',
    onOldNode(async () => {
      checkSays(await failure(binaries.oldNode, IMPORT), 'it is too old: use Node 20.19')
      return 'says what to do'
    }),
  ],
]
