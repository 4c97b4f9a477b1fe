/** examples/lambda: the zip, unpacked as Lambda unpacks it, run on Lambda's versions of Node. */
import { existsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { binaries, checkEntities, checkSays, elsewhere, layProject, npmRun, run, TEXT } from './workbench.mjs'

/** What Lambda takes: 50 MB zipped by an upload, 250 MB unzipped. */
const MOST_ZIPPED = 50 * 2 ** 20

/** As the runtime does: one import, then one event after another. */
const INVOKE = `
const started = performance.now()
const { handler } = await import(process.argv[2])
const loaded = performance.now() - started
const events = JSON.parse(process.argv[3])
const answers = []
for (const event of events) answers.push(await handler(event, {}))
process.stdout.write(JSON.stringify({ loaded, answers }))
process.exit(0)
`

const megabytes = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MiB`

function zipped() {
  const project = layProject('lambda')
  npmRun(project, 'zip')
  return join(project, 'function.zip')
}

function invoke(node, at, events) {
  writeFileSync(join(at, 'invoke.mjs'), INVOKE)
  const args = [join(at, 'invoke.mjs'), join(at, 'handler.mjs'), JSON.stringify(events)]
  // Lambda sets little, and no HOME.
  return run(node, args, { cwd: at, env: { PATH: '/usr/bin:/bin', LAMBDA_TASK_ROOT: at, TZ: ':UTC' } })
}

export const runs = [
  [
    'Lambda zip',
    () =>
      elsewhere((at) => {
        if (!existsSync('/usr/bin/zip')) return { skipped: 'zip is not there: apt-get install zip' }
        const zip = zipped()
        const { size } = statSync(zip)
        if (size > MOST_ZIPPED) throw new Error(`${size} bytes are more than Lambda takes`)
        run('unzip', ['-q', zip, '-d', at])
        const events = [
          { body: TEXT, isBase64Encoded: false },
          { body: Buffer.from(TEXT).toString('base64'), isBase64Encoded: true },
          {},
        ]
        const times = []
        for (const major of [22, 24]) {
          const { loaded, answers } = JSON.parse(invoke(binaries.node(major), at, events))
          times.push(`${loaded.toFixed(0)} ms on Node ${major}`)
          const statuses = answers.map(({ statusCode }) => statusCode)
          if (statuses.join() !== '200,200,400') throw new Error(`${statuses}`)
          for (const { body } of answers.slice(0, 2)) checkEntities(body)
        }
        return `${megabytes(size)} zipped, ready after ${times.join(' and ')}`
      }),
  ],
  [
    'Lambda, bundled without the weights',
    () =>
      elsewhere(async (at) => {
        const entryPoints = [join(layProject('lambda'), 'handler.mjs')]
        const options = { bundle: true, platform: 'node', format: 'esm', logLevel: 'silent' }
        await build({ entryPoints, outfile: join(at, 'handler.mjs'), ...options })
        let said = 'it ran'
        try {
          invoke(binaries.node(22), at, [{ body: TEXT }])
        } catch (error) {
          said = error.message
        }
        checkSays(said, 'The shipped model is not at', 'keep iobert out of the bundle', '--external:iobert')
        return 'says what to do'
      }),
  ],
]
