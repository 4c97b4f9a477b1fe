import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rootPath } from '../shared.ts'

/** A small model whose weights are random: it finds something in most texts. */
export const model: string = rootPath('test/goldens/models/plain')

export interface Run {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Starts `iobert` in the repository's root, without the caller's wishes for colour. */
export function start(
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): ChildProcessWithoutNullStreams {
  const { FORCE_COLOR: _force, NO_COLOR: _no, ...rest } = process.env
  return spawn(process.execPath, [rootPath('dist/cli/main.js'), ...args], {
    cwd: rootPath(''),
    env: { ...rest, HF_HUB_OFFLINE: '1', ...environment },
  })
}

/** Runs `iobert` to its end. */
export function iobert(
  args: readonly string[],
  input: string | Uint8Array = '',
  environment?: NodeJS.ProcessEnv,
): Promise<Run> {
  const child = start(args, environment)
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      resolve({ code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() })
    })
  })
}

/** A folder that is removed when the tests end. */
export function temporaryFolder(): string {
  if (temporary.length === 0) process.once('exit', removeTemporary)
  const folder = mkdtempSync(join(tmpdir(), 'iobert-cli-'))
  temporary.push(folder)
  return folder
}

const temporary: string[] = []

function removeTemporary(): void {
  for (const folder of temporary) rmSync(folder, { recursive: true, force: true })
}
