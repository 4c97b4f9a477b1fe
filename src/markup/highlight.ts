/** Shows a text with its entities marked, for a terminal or as HTML. */
import type { Rows } from '../check/option-rows.ts'
import { checkOptions } from '../check/options.ts'
import { highlightHtml } from './html.ts'
import type { MarkedEntity } from './marked-text.ts'
import { highlightTerminal } from './terminal.ts'

/** How entities are shown. */
export interface HighlightOptions {
  /** Default 'terminal'. */
  format?: 'terminal' | 'html'
  /** For the terminal: colours (default), or brackets as in `[Berlin LOC]`. */
  color?: boolean
  /** For the terminal: columns to wrap at; by default, lines stay as they are. */
  columns?: number
}

const rows: Rows<HighlightOptions> = {
  format: { type: 'word', words: { terminal: 'default', html: '' } },
  color: { type: 'boolean' },
  columns: { type: 'number', integer: true, from: 1 },
}

/**
 * A text with its entities marked, for a terminal or as HTML. For a terminal, control characters (also those
 * of direction) are replaced by pictures; in HTML everything is escaped. So a text cannot control where it is
 * shown.
 *
 * In HTML each entity is `<mark dir="auto" data-type="PER" style="--hue:195;..." title="PER 0.998">Ana<small dir="auto"> PER</small></mark>`,
 * with a colour by type that needs no style sheet. A page has its own by `mark { --entity-background: hsl(var(--hue) 40% 30%);
 * --entity-color: #fff }`, or by `data-type`. Labels are not selected: who copies the text copies no labels. Give what it stands
 * in `dir="auto"` too.
 *
 * @throws {RangeError} for an entity that does not lie in the text, or an unknown format
 *
 * @example
 * highlight('Ana left.', [{ type: 'PER', start: 0, end: 3 }], { color: false }) // '[Ana PER] left.'
 */
export function highlight(
  text: string,
  entities: readonly MarkedEntity[],
  options: HighlightOptions = {},
): string {
  const { format = 'terminal', color = true, columns } = checkOptions<HighlightOptions>(options, rows)
  if (format === 'html') return highlightHtml(text, entities)
  return highlightTerminal(text, entities, {
    ...{ color, terminal: true },
    ...(columns === undefined ? {} : { columns }),
  })
}
