/** A small repository for tests of the Hub. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { HubFault, HubRepository, HubRequest, HubServer } from './hub-server.ts'

export const COMMIT: string = '0123456789abcdef0123456789abcdef01234567'
export const ID: string = 'owner/model'

/** Bytes that no two offsets share, so a misplaced piece is noticed. */
export function noise(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length)
  let state = seed * 2654435761 + 1
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    bytes[at] = state >>> 24
  }
  return bytes
}

export function text(value: string): Uint8Array {
  return new TextEncoder().encode(value)
}

/** The files of a BERT in the shape of dslim/bert-base-NER; the Hub client does not look into them. */
export function sampleRepository(weightBytes = 300_000, changes: Partial<HubRepository> = {}): HubRepository {
  return {
    commit: COMMIT,
    files: new Map([
      ['config.json', text('{"model_type": "bert"}')],
      ['tokenizer_config.json', text('{"do_lower_case": false}')],
      ['vocab.txt', text(`[PAD]\n[UNK]\n${'##piece\n'.repeat(4000)}`)],
      ['special_tokens_map.json', text('{}')],
      ['added_tokens.json', text('')],
      ['model.safetensors', noise(weightBytes, 1)],
    ]),
    large: new Set(['model.safetensors']),
    ...changes,
  }
}

const folders: string[] = []
process.on('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** A folder that is removed at the end of the process. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'iobert-hub-'))
  folders.push(folder)
  return folder
}

/** The first downloads of `file` go wrong in these ways, one after the other; then no more. */
export function failTimes(hub: HubServer, file: string, ...faults: readonly HubFault[]): void {
  const left = [...faults]
  hub.fault = (request) => (isBody(request, file) ? left.shift() : undefined)
}

/** True for a request that the file's bytes are sent for, wherever they are. */
export function isBody({ method, host, file }: HubRequest, wanted: string): boolean {
  return method === 'GET' && file === wanted && (host === 'files' || !wanted.endsWith('.safetensors'))
}
