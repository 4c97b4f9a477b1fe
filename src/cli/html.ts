import type { Recognition } from '../entities/types.ts'
import { bareType, segmentsOf, typeNumber } from './highlight.ts'

/** The page up to the first text. Nothing is fetched, no script runs. */
export const htmlHead: string = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Named entities</title>
<style>
:root { color-scheme: light dark; font: 16px/1.7 system-ui, sans-serif }
body { max-width: 48rem; margin: 2rem auto; padding: 0 1rem }
article { white-space: pre-wrap; overflow-wrap: anywhere; margin-bottom: 2rem }
h2 { font-size: 1rem; font-weight: normal; opacity: .7 }
mark { color: #111; background: hsl(var(--hue) 80% 82%); border-radius: .25em; padding: .1em .25em }
mark small { font-weight: bold; padding-left: .35em }
</style>
`

export const htmlTail: string = '</html>\n'

/** One text with its entities marked; their scores show under the pointer. */
export function htmlArticle(text: string, { entities }: Recognition, file: string | undefined): string {
  const title = file === undefined ? '' : `<h2>${escapeHtml(file)}</h2>\n`
  const body = segmentsOf(text, entities).map((segment) => {
    const { entity } = segment
    const shown = escapeHtml(segment.text)
    if (entity === undefined) return shown
    const type = escapeHtml(entity.type)
    const hue = hueOf(entity.type)
    return `<mark style="--hue:${hue}" title="${type} ${entity.score.toFixed(3)}">${shown}<small>${type}</small></mark>`
  })
  return `${title}<article>${body.join('')}</article>\n`
}

const KNOWN: Readonly<Record<string, number>> = {
  __proto__: null as never,
  PER: 195,
  LOC: 120,
  ORG: 45,
  MISC: 300,
}

/** Degrees on the colour wheel. */
export function hueOf(type: string): number {
  return KNOWN[bareType(type)] ?? typeNumber(type) % 360
}

export function escapeHtml(text: string): string {
  return text.replace(/&/gu, '&amp;').replace(/</gu, '&lt;').replace(/>/gu, '&gt;').replace(/"/gu, '&quot;')
}
