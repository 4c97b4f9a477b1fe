/** Writes the report of an evaluation as one HTML page. */
import { formatClassificationReport } from './classification-report.ts'
import { formatConlleval, scorePhrases } from './conlleval.ts'
import { type ConfusionMatrix, type Evaluation, formatWrongSpan } from './evaluation.ts'
import { formatFixed } from './format-number.ts'

const CELL = 36
const BAR = 18
const shownErrors = 500

/**
 * One page that needs nothing else: the two tables as text, F1 by type and the confusion matrix as drawings, and the
 * wrong phrases (the first 500). No script runs and nothing is fetched.
 *
 * @param title of the page, such as the file's name
 */
export function reportHtml(evaluation: Evaluation, title: string): string {
  const { counts, report, confusion, wrongSpans } = evaluation
  const errors = wrongSpans.slice(0, shownErrors).map((span) => formatWrongSpan(span))
  const rest = wrongSpans.length - errors.length
  if (rest > 0) errors.push(`and ${rest} more`)
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<style>
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
pre { overflow-x: auto; font-size: 13px }
svg { max-width: 100%; font: 12px system-ui, sans-serif; fill: currentColor }
</style>
<h1>${escapeHtml(title)}</h1>
<h2>Phrases</h2>
<pre>${escapeHtml(formatConlleval(counts, { nonO: true }))}</pre>
${drawScores(evaluation)}
<h2>Tokens</h2>
<pre>${escapeHtml(formatClassificationReport(report))}</pre>
<h2>Confusion</h2>
<p>Tokens by gold tag (row) and predicted tag (column), shaded by their share of the row.</p>
${drawConfusion(confusion)}
<h2>Wrong phrases: ${wrongSpans.length}</h2>
<p>[gold] and {predicted}</p>
<pre>${errors.map((error) => `<bdi>${escapeHtml(error)}</bdi>`).join('\n')}</pre>
</html>
`
}

function drawScores({ counts }: Evaluation): string {
  const rows = [['all', counts] as const, ...counts.types]
  const bars = rows.map(([name, of], i) => {
    const { f1 } = scorePhrases(of)
    const y = i * (BAR + 6)
    return (
      `<text x="100" y="${y + 14}" text-anchor="end">${escapeHtml(name)}</text>` +
      `<rect x="108" y="${y}" width="${formatFixed(f1 * 4, 1)}" height="${BAR}" fill="#4878a8"/>` +
      `<text x="${formatFixed(114 + f1 * 4, 1)}" y="${y + 14}">${formatFixed(f1, 2)}</text>`
    )
  })
  const height = rows.length * (BAR + 6)
  return `<svg role="img" aria-label="F1 by type" width="570" height="${height}" viewBox="0 0 570 ${height}">${bars.join('')}</svg>`
}

function drawConfusion({ tags, counts }: ConfusionMatrix): string {
  const left = 90
  const cells = counts.flatMap((row, i) => {
    const whole = row.reduce((sum, count) => sum + count, 0)
    const y = left + i * CELL
    const name = `<text x="${left - 6}" y="${y + 22}" text-anchor="end">${escapeHtml(tags[i]!)}</text>`
    return [
      name,
      ...row.map((count, j) => {
        const share = whole > 0 ? count / whole : 0
        const x = left + j * CELL
        return (
          `<rect x="${x}" y="${y}" width="${CELL}" height="${CELL}" fill="${i === j ? '#4878a8' : '#c0504d'}" fill-opacity="${formatFixed(share, 3)}" stroke="#8886"/>` +
          `<text x="${x + CELL / 2}" y="${y + 22}" text-anchor="middle" font-size="10">${count}</text>`
        )
      }),
    ]
  })
  const heads = tags.map((tag, j) => {
    const x = left + j * CELL + CELL / 2
    return `<text transform="translate(${x + 4} ${left - 6}) rotate(-60)">${escapeHtml(tag)}</text>`
  })
  const size = left + tags.length * CELL + 40
  return `<svg role="img" aria-label="Confusion matrix" width="${size}" height="${size}" viewBox="0 0 ${size} ${size}">${heads.join('')}${cells.join('')}</svg>`
}

/** As in `markup/`, which knows why directions are not left to the text. */
function escapeHtml(text: string): string {
  return text
    .replace(/[\u202a-\u202e\u2066-\u2069]/gu, '\ufffd')
    .replace(/&/gu, '&amp;')
    .replace(/</gu, '&lt;')
    .replace(/>/gu, '&gt;')
    .replace(/"/gu, '&quot;')
}
