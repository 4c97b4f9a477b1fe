/** Bounds on the memory that untrusted archives can take, with `iobert convert` in a process of its own. */
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { iobertProcess as iobert, temporaryFolder } from '../cli/run.ts'
import { rootPath } from '../shared.ts'
import { archive, type Entry, entry, header, type Part, table } from './archives.ts'

const sparkModel = rootPath('test/goldens/convert/spark-nlp')
const preload = join(temporaryFolder(), 'peak.cjs')
writeFileSync(
  preload,
  `process.on('exit', () => require('node:fs').writeFileSync(process.env.PEAK, String(process.resourceUsage().maxRSS)))`,
)

/** Converts a Spark NLP model with another archive in it. */
async function convert(zip: Uint8Array): Promise<{ code: number | null; stderr: string; megabytes: number }> {
  const around = temporaryFolder()
  const folder = join(around, 'model')
  cpSync(sparkModel, folder, { recursive: true })
  writeFileSync(join(folder, 'bert_classification_tensorflow'), zip)
  const peak = join(around, 'peak')
  const options = { NODE_OPTIONS: `--require ${preload}`, PEAK: peak }
  const { code, stderr } = await iobert(['convert', folder, join(around, 'out')], '', options)
  assert.not.ok(existsSync(join(around, 'out')))
  const megabytes = Number(readFileSync(peak, 'utf8')) / 1024
  rmSync(around, { recursive: true })
  return { code, stderr, megabytes }
}

const shards = 24
const shardBytes = 64e6

function bundle(entries: Entry[], data: (shard: number) => Partial<Part>): Part[] {
  return [
    { name: 'saved_model.pb', data: new Uint8Array(0) },
    { name: 'variables.index', data: table([header(shards), ...entries]) },
    ...Array.from({ length: shards }, (_, i) => ({
      name: `variables.data-000${String(i).padStart(2, '0')}-of-000${shards}`,
      data: zeros,
      deflate: true,
      ...data(i),
    })),
  ]
}

const zeros = new Uint8Array(shardBytes)

test('iobert convert refuses a small archive of many shards that are huge together, in little memory', async () => {
  const claimed = Array.from({ length: shards }, (_, i) => entry(`x${i}`, shardBytes / 4, { shard: i }))
  const zip = archive(bundle(claimed, () => ({})))
  assert.ok(zip.length < 4e6, `${zip.length} bytes`)
  const { code, stderr, megabytes } = await convert(zip)
  assert.is(code, 1)
  assert.match(stderr, `files claim ${shards * shardBytes} bytes out of`)
  assert.ok(megabytes < 200, `${megabytes} MB`)
})

test('iobert convert inflates no shard before the index is found to fit all of them', async () => {
  // The first is as large as all may be together; what the index says of the last does not fit.
  const claimed = [entry('x', 4, { shard: shards - 1, offset: 0 })]
  const zip = archive(bundle(claimed, (i) => (i < 1 ? {} : { data: new Uint8Array(8) })))
  const { code, stderr, megabytes } = await convert(zip)
  assert.is(code, 1)
  assert.match(stderr, /lies at bytes 0 to 16 of .*variables\.data-00023-of-00024 .*, which has 8/u)
  assert.ok(megabytes < 100, `${megabytes} MB`)
})

test.run()
