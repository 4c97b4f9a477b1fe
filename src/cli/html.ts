import type { Recognition } from '../entities/types.ts'
import { escapeHtml, highlightHtml } from '../markup/html.ts'

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
  return `${title}<article>${highlightHtml(text, entities)}</article>\n`
}
