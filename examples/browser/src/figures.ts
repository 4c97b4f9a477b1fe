import type { ModelInfo } from 'iobert'
import { find } from './elements.ts'
import type { Pace } from './reader.ts'

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`
}

export function showPace({ pieces, milliseconds }: Pace): void {
  put('figure-tokens', pieces.toLocaleString('en'))
  put(
    'figure-time',
    milliseconds < 10_000 ? `${milliseconds.toFixed(0)} ms` : `${(milliseconds / 1000).toFixed(1)} s`,
  )
  put('figure-speed', `${Math.round((pieces / milliseconds) * 1000).toLocaleString('en')} / s`)
}

export function showMemory({ memoryBytes }: ModelInfo): void {
  put('figure-memory', megabytes(memoryBytes))
}

function put(id: string, text: string): void {
  find(id, HTMLElement).textContent = text
}
