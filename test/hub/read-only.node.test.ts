/** A cache on a disk that cannot be written to: the error says so. Needs Linux, where a process may have mounts of its own. */
import { spawnSync } from 'node:child_process'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { rootPath } from '../shared.ts'
import { temporaryFolder } from './sample.ts'

const CHILD = `
const { HubCache } = await import(process.argv[1])
const cache = new HubCache(process.argv[2] + '/no/such', 'owner/name', true)
await cache.setMissing('0'.repeat(40), 'a.json')
await cache.prepare().catch((error) => console.log(error.message))`

/** Runs a command where a folder is read-only, with the folder as its last argument. */
function readOnly(...command: string[]): { status: number | null; stdout: string; stderr: string } {
  const script = 'mount -t tmpfs -o ro none "$0" && exec "$@" "$0"'
  const args = ['--map-root-user', '--mount', 'sh', '-c', script, temporaryFolder(), ...command]
  return spawnSync('unshare', args, { encoding: 'utf8' })
}

test('a disk that cannot be written to is the reason that is given, and notes are left out', () => {
  if (readOnly('true').status !== 0)
    return console.log('skipped: this machine has no mounts for a process alone')
  const args = ['--input-type=module', '--eval', CHILD, rootPath('dist/hub/cache.node.js')]
  const { status, stdout, stderr } = readOnly(process.execPath, ...args)
  assert.is(status, 0, stderr)
  assert.match(stdout, /^EROFS: read-only file system/)
})

test.run()
