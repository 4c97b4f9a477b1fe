// Against the real huggingface_hub, where a Python that has it is found: IOBERT_PYTHON, then python3.
import { execFile, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { folderFiles } from '#dist/format/folder-files.node.js'
import { hubFolder } from '#dist/hub/folder.node.js'
import { findInt8Copy, writeInt8Copy } from '#dist/hub/int8-copy.node.js'
import { type HubServer, startHub } from './hub-server.ts'
import { goldenRepository } from './models.ts'
import { COMMIT, ID, sampleRepository, temporaryFolder } from './sample.ts'

const run = promisify(execFile)
let hub: HubServer

function findPython(): string | undefined {
  const names = [process.env['IOBERT_PYTHON'], 'python3'].filter((name) => name !== undefined)
  return names.find((name) => spawnSync(name, ['-c', 'import huggingface_hub']).status === 0)
}

const python = findPython()
if (python === undefined) {
  console.log(
    'skipped: the cache against huggingface_hub: no python3 has it (pip install huggingface_hub in a venv, and set IOBERT_PYTHON to its python)',
  )
} else {
  test.before(async () => {
    hub = await startHub()
    hub.repositories.set(ID, sampleRepository(300_000))
  })
  test.before.each(() => {
    hub.requests.length = 0
  })
  test.after(() => hub.close())

  const download = (cacheDir: string, environment: Record<string, string>): Promise<string> =>
    call(
      `from huggingface_hub import hf_hub_download
names = ${JSON.stringify([...hub.repositories.get(ID)!.files.keys()])}
import os
paths = [hf_hub_download(${JSON.stringify(ID)}, name) for name in names]
print(os.path.dirname(paths[0]))`,
      cacheDir,
      environment,
    )

  const call = async (
    code: string,
    cacheDir: string,
    environment: Record<string, string>,
  ): Promise<string> => {
    const { stdout } = await run(python, ['-c', code], {
      env: {
        PATH: process.env['PATH'],
        HF_HOME: cacheDir,
        HF_HUB_CACHE: cacheDir,
        HF_ENDPOINT: hub.endpoint,
        HF_HUB_DISABLE_XET: '1',
        HF_HUB_DISABLE_TELEMETRY: '1',
        HF_HUB_DISABLE_PROGRESS_BARS: '1',
        ...environment,
      },
    })
    return stdout.trim()
  }

  test('huggingface_hub finds what hubFolder downloaded, offline and without downloading again', async () => {
    const cacheDir = temporaryFolder()
    const { folder } = await hubFolder(ID, { endpoint: hub.endpoint, cacheDir })
    hub.requests.length = 0
    assert.is(await download(cacheDir, { HF_HUB_OFFLINE: '1' }), folder)
    assert.is(hub.requests.length, 0)
    assert.is(await download(cacheDir, {}), folder)
    assert.ok(hub.requests.length > 0 && hub.requests.every(({ method }) => method === 'HEAD'))
  })

  test('huggingface_hub sees a cache in order, and that a file is known not to exist', async () => {
    const cacheDir = temporaryFolder()
    await hubFolder(ID, { endpoint: hub.endpoint, cacheDir })
    const code = `from huggingface_hub import scan_cache_dir, try_to_load_from_cache, _CACHED_NO_EXIST
info = scan_cache_dir()
repo, = info.repos
revision, = repo.revisions
missing = try_to_load_from_cache(${JSON.stringify(ID)}, 'tokenizer.json') is _CACHED_NO_EXIST
print(len(info.warnings), repo.repo_id, revision.commit_hash, sorted(revision.refs), len(revision.files), missing)`
    assert.is(await call(code, cacheDir, {}), `0 ${ID} ${COMMIT} ['main'] 6 True`)
  })

  test('huggingface_hub sees no harm in the int8 weights that loadRecognizer keeps', async () => {
    const cacheDir = temporaryFolder()
    const id = 'owner/golden'
    hub.repositories.set(id, goldenRepository('plain'))
    const { folder } = await hubFolder(id, { endpoint: hub.endpoint, cacheDir })
    const { path } = (await findInt8Copy(folder))!
    await writeInt8Copy(folderFiles(folder), path)
    const code = `from huggingface_hub import scan_cache_dir
info = scan_cache_dir()
repo, = info.repos
strategy = info.delete_revisions(${JSON.stringify(COMMIT)})
strategy.execute()
import os
print(len(info.warnings), repo.repo_id, os.path.exists(${JSON.stringify(path)}))`
    assert.is(await call(code, cacheDir, {}), `0 ${id} False`)
  })

  test('hubFolder loads what huggingface_hub downloaded without a byte of network', async () => {
    const cacheDir = temporaryFolder()
    const folder = await download(cacheDir, {})
    hub.requests.length = 0
    assert.is((await hubFolder(ID, { endpoint: hub.endpoint, cacheDir, offline: true })).folder, folder)
    assert.is((await hubFolder(ID, { endpoint: hub.endpoint, cacheDir, revision: COMMIT })).folder, folder)
    assert.is(hub.requests.length, 0)
    for (const [name, bytes] of hub.repositories.get(ID)!.files) {
      assert.equal(Uint8Array.from(readFileSync(join(folder, name))), bytes)
    }
  })

  test('hubFolder and huggingface_hub write the same names and links', async () => {
    const [ours, theirs] = [temporaryFolder(), temporaryFolder()]
    const { folder } = await hubFolder(ID, { endpoint: hub.endpoint, cacheDir: ours })
    const other = await download(theirs, {})
    const links = (path: string): string[][] =>
      readdirSync(path)
        .sort()
        .map((name) => [name, readlinkSync(join(path, name))])
    assert.equal(links(folder), links(other))
    assert.equal(
      readdirSync(join(folder, '../../blobs')).sort(),
      readdirSync(join(other, '../../blobs')).sort(),
    )
    assert.is(
      readFileSync(join(folder, '../../refs/main'), 'utf8'),
      readFileSync(join(other, '../../refs/main'), 'utf8'),
    )
  })
}

test.run()
