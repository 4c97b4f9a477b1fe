/** PyTorch's weights loaded directly: their view, folders, the Hub, and invalid files. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { viewedFiles } from '#dist/convert/pytorch/checkpoint.js'
import { openCheckpoint } from '#dist/format/checkpoint.js'
import { parseSafetensors } from '#dist/format/parse-safetensors.js'
import { loadModel, loadRecognizer, ModelFormatError } from '#dist/node.js'
import { iobert } from '../../cli/run.ts'
import { type HubServer, startHub } from '../../hub/hub-server.ts'
import { COMMIT, ID, temporaryFolder } from '../../hub/sample.ts'
import { compare, Expected } from '../../model/golden.ts'
import { rootPath } from '../../shared.ts'
import { fixture, fixtureFiles, seeded } from '../fixtures.ts'

const FOLDER = rootPath('test/goldens/checkpoints/roberta-bin')
const TEXT = 'Angela Merkel met Tim Cook in Berlin.'
const files = new Map(
  readdirSync(FOLDER)
    .filter((name) => name !== 'expected.safetensors')
    .map((name): [string, Uint8Array] => [name, new Uint8Array(readFileSync(join(FOLDER, name)))]),
)
const weights = files.get('pytorch_model.bin')!
let hub: HubServer

test.before(async () => {
  hub = await startHub()
})
test.after(() => hub.close())
test.before.each(() => {
  hub.requests.length = 0
  hub.repositories.set(ID, { commit: COMMIT, files: new Map(files), large: new Set(['pytorch_model.bin']) })
})

/** A folder with other files than the golden's. */
function folderWith(changes: Readonly<Record<string, Uint8Array | undefined>>): string {
  const folder = temporaryFolder()
  for (const [name, bytes] of [...files, ...Object.entries(changes)]) {
    if (bytes !== undefined && (changes[name] ?? bytes) === bytes) writeFileSync(join(folder, name), bytes)
  }
  return folder
}

async function failure(folder: string): Promise<ModelFormatError> {
  const found: unknown = await loadRecognizer(folder, { threads: 1 }).then(
    (ner) => ner.dispose(),
    (error: unknown) => error,
  )
  assert.instance(found, ModelFormatError, String(found))
  return found as ModelFormatError
}

/** Numbers of float64 as a checkpoint gives them: rounded to float32. */
function narrowed(data: Uint8Array): { dtype: string; data: Uint8Array } {
  const doubles = new Float64Array(data.slice().buffer)
  return { dtype: 'F32', data: new Uint8Array(Float32Array.from(doubles).buffer) }
}

for (const name of ['zip', 'legacy', 'odd', 'odd-legacy', 'protocol-4', 'shards']) {
  test(`the view of ${name} has every tensor bit for bit, whole and in pieces`, async () => {
    const viewed = await viewedFiles(fixtureFiles(`pytorch-${name}`), true)
    const checkpoint = await openCheckpoint(viewed!)
    // The shards are the file of zip, cut in two.
    const whole = name === 'shards' ? 'zip' : name
    const expected = parseSafetensors(fixture(`pytorch-${whole}/expected.safetensors`)).tensors
    assert.equal([...checkpoint.tensors.keys()].sort(), [...expected.keys()].sort())
    const random = seeded(7)
    for (const [key, { shape, ...stored }] of expected) {
      const tensor = checkpoint.tensors.get(key)!
      const { dtype, data } = stored.dtype === 'F64' ? narrowed(stored.data) : stored
      assert.equal(
        [tensor.dtype, [...tensor.shape], tensor.byteLength],
        [dtype, [...shape], data.length],
        key,
      )
      assert.match(tensor.fileName, /^pytorch_model\.bin/)
      const elements = shape.reduce((product, size) => product * size, 1)
      const size = data.length / (elements || 1)
      for (let trial = 0; trial < 4; trial++) {
        const first = trial === 0 ? 0 : Math.floor(random() * elements)
        const count = trial === 0 ? elements : Math.floor(random() * (elements - first))
        const bytes = new Uint8Array(count * size)
        await tensor.source.read(tensor.offset + first * size, bytes)
        const wanted = data.subarray(first * size, (first + count) * size)
        assert.ok(Buffer.from(bytes).equals(Buffer.from(wanted)), `${key} from ${first}, ${count} elements`)
      }
    }
    await checkpoint.close()
  })
}

test('loadModel reads pytorch_model.bin in a folder, in a worker and without, as PyTorch computes it', async () => {
  for (const options of [{ threads: 2 }, { inline: true }] as const) {
    const model = await loadModel(FOLDER, { precision: 'float32', ...options })
    try {
      const worst = await compare(model, new Expected(join(FOLDER, 'expected.safetensors')))
      assert.ok(worst.length > 30)
      for (const { name, error } of worst) assert.ok(error < 2e-4, `${name}: ${error}`)
    } finally {
      model.dispose()
    }
  }
})

test('loadRecognizer takes pytorch_model.bin from the Hub, keeps its int8 weights, and needs no network then', async () => {
  const endpoint = process.env['HF_ENDPOINT']
  process.env['HF_ENDPOINT'] = hub.endpoint
  try {
    const cacheDir = temporaryFolder()
    const recognize = async (model: string, offline: boolean): Promise<unknown> => {
      const ner = await loadRecognizer(model, { cacheDir, offline, threads: 1 })
      try {
        return await ner.recognize(TEXT, { words: true })
      } finally {
        ner.dispose()
      }
    }
    const expected = await recognize(FOLDER, true)
    assert.equal(await recognize(ID, false), expected)
    const kept = join(cacheDir, `models--${ID.replace('/', '--')}`, 'iobert')
    const isKept = (): boolean =>
      existsSync(kept) && readdirSync(kept).some((name) => name.endsWith('.int8.safetensors'))
    for (let tries = 0; tries < 1000 && !isKept(); tries++) await wait(10)
    assert.ok(isKept())
    hub.requests.length = 0
    assert.equal(await recognize(ID, true), expected)
    assert.is(hub.requests.length, 0)
  } finally {
    if (endpoint === undefined) delete process.env['HF_ENDPOINT']
    else process.env['HF_ENDPOINT'] = endpoint
  }
})

test('iobert info says which file it would read and how many bytes, and keeps none of it', async () => {
  const cacheDir = temporaryFolder()
  const environment = { HF_ENDPOINT: hub.endpoint, HF_HUB_CACHE: cacheDir, HF_HUB_OFFLINE: '0' }
  const reads = { files: ['pytorch_model.bin'], bytes: weights.length }
  const far = JSON.parse((await iobert(['info', '--json', ID], '', environment)).stdout)
  assert.equal([far.loads, far.missing, far.reads], ['yes', [], reads])
  const cached = readdirSync(cacheDir, { recursive: true, encoding: 'utf8' })
  assert.not.ok(
    cached.some((name) => name.endsWith('pytorch_model.bin')),
    cached.join(),
  )
  const near = await iobert(['info', FOLDER])
  assert.is(near.code, 0, near.stderr)
  assert.match(
    near.stdout,
    `reads         pytorch_model.bin: ${weights.length} bytes (a pickle: read, never run)`,
  )
})

test('a pytorch_model.bin that is wrong fails as in iobert convert, before any of it is used', async () => {
  const damaged = weights.slice()
  damaged[Math.floor(damaged.length / 2)]! ^= 1
  const evil = new TextEncoder().encode('\x80\x02cposix\nsystem\n(U\x02idtR.')
  for (const [bytes, message] of [
    [damaged, /is damaged: CRC-32/],
    [weights.subarray(0, weights.length - 100), /end record of a zip archive/],
    [new TextEncoder().encode('version https://git-lfs.github.com/spec/v1\n'), /is a Git LFS pointer/],
    [evil, /neither a zip archive nor/],
    [new Uint8Array(0), /neither a zip archive nor/],
  ] as const) {
    const folder = folderWith({ 'pytorch_model.bin': bytes })
    const { message: said } = await failure(folder)
    assert.match(said, message)
    const converted = await iobert(['convert', folder, join(temporaryFolder(), 'out')])
    assert.is(converted.code, 1)
    assert.match(converted.stderr, message)
  }
})

test.run()
