/** Marks the entities of a text in HTML. */

import { bareType, type MarkedEntity, stretchesOf, typeNumber } from './marked-text.ts'

/**
 * A text as HTML with a `<mark>` round each entity: `data-type`, the score in `title`, and the type in `<small>` after the text.
 * It is readable without a style sheet: each type has a colour (`--hue`, and `--entity-background` and `--entity-color` for
 * pages with colours of their own), a space parts name and label, and labels are not selected, so that a copied text is the text.
 * All that comes from the text or a label is escaped. A mark and its label have directions of their own (`dir="auto"`), so that a
 * right-to-left name stays in one piece with its label after it.
 */
export function highlightHtml(text: string, entities: readonly MarkedEntity[]): string {
  return stretchesOf(text, entities)
    .map((segment) => {
      const shown = escapeHtml(segment.text)
      if (segment.entity === undefined) return shown
      const { score } = segment.entity
      const type = escapeHtml(segment.entity.type)
      const title = score === undefined ? type : `${type} ${score.toFixed(3)}`
      const hue = hueOf(segment.entity.type)
      const colours = `background:var(--entity-background,hsl(${hue} 80% 82%));color:var(--entity-color,#111)`
      const label = `<small dir="auto" style="-webkit-user-select:none;user-select:none"> ${type}</small>`
      return `<mark dir="auto" data-type="${type}" style="--hue:${hue};${colours}" title="${title}">${shown}${label}</mark>`
    })
    .join('')
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

/**
 * Escapes element content, and attributes in double or single quotes. Characters that embed, override or
 * isolate a direction become U+FFFD: they would reach beyond the ends of elements, which a browser isolates
 * by the same means.
 */
export function escapeHtml(text: string): string {
  return text
    .replace(/[\u202a-\u202e\u2066-\u2069]/gu, '\ufffd')
    .replace(/&/gu, '&amp;')
    .replace(/</gu, '&lt;')
    .replace(/>/gu, '&gt;')
    .replace(/"/gu, '&quot;')
    .replace(/'/gu, '&#39;')
}
