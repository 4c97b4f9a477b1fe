/** The page of `iobert trace --html`. It fetches nothing; one small script draws the attention maps. */
import { escapeHtml, hueOf } from '../markup/html.ts'
import { type LensLayer, MOST_REPLACED, type Share, type TraceReport } from './trace-report.ts'

const style = `:root { color-scheme: light dark; font: 15px/1.6 system-ui, sans-serif; --ink: #1d4fd7; --blue: 37 99 235; --muted: #59636e; --label: 80% 70% }
@media (prefers-color-scheme: dark) { :root { --ink: #8ab4ff; --blue: 96 150 255; --muted: #9aa4af; --label: 60% 26% } }
body { max-width: 72rem; margin: 1.5rem auto; padding: 0 1rem; overflow-wrap: anywhere }
h1 { font-size: 1.4rem } h2 { font-size: 1.1rem; margin-top: 2.5rem }
blockquote { margin: 0; padding: .5rem 1rem; border-left: 3px solid var(--ink); white-space: pre-wrap }
p { max-width: 46rem }
.scroll { overflow: auto; max-height: 80vh }
table { border-collapse: collapse; font-size: .85rem }
th, td { padding: .15rem .5rem; text-align: left; white-space: nowrap }
thead th { position: sticky; top: 0; background: Canvas }
tbody th { position: sticky; left: 0; background: Canvas; font-family: ui-monospace, monospace; font-weight: normal }
td.label { background: hsl(var(--hue) var(--label) / var(--strength)) }
td.none { color: var(--muted) }
meter { width: 6rem; vertical-align: middle }
.two { display: flex; flex-wrap: wrap; gap: 1rem 4rem; margin-bottom: 1.5rem }
.two h3 { font-size: .95rem; flex-basis: 100%; margin: .5rem 0 0 }
.two ul { list-style: none; padding: 0; margin: .2rem 0 }
.maps { display: grid; grid-template-columns: repeat(auto-fill, minmax(5.5rem, 1fr)); gap: .5rem; margin: .3rem 0 1rem }
button { border: 1px solid #8886; border-radius: .3rem; background: none; color: inherit; font: inherit; cursor: pointer }
.maps button { padding: .2rem; font-size: .75rem }
button[aria-pressed=true] { border-color: var(--ink); outline: 2px solid var(--ink) }
canvas { width: 100%; aspect-ratio: 1; image-rendering: pixelated; display: block }
#told { position: sticky; top: 0; margin: 0; padding: .3rem 0; background: Canvas }
#pieces { display: flex; flex-wrap: wrap; gap: .2rem }
#pieces button { padding: .1rem .3rem; font-family: ui-monospace, monospace; background: rgb(var(--blue) / calc(.5 * var(--share, 0))) }`

/**
 * Draws the map of each head, and lets the reader choose a head and a piece. Bytes are probabilities times
 * 255.
 */
const script = `const { tokens, heads } = JSON.parse(document.getElementById('trace').textContent)
const count = tokens.length
const maps = [...document.querySelectorAll('.maps')].map((box) =>
  Uint8Array.from(atob(box.dataset.bytes), (letter) => letter.charCodeAt(0)))
const pieces = document.getElementById('pieces'), told = document.getElementById('told')
let layer = maps.length - 1, head = 0, from = Math.min(1, count - 1)
const at = (t, u) => maps[layer][(head * count + t) * count + u] / 255
function add(parent, set) {
  return parent.appendChild(Object.assign(document.createElement('button'), { type: 'button', ...set }))
}
function draw(canvas, bytes) {
  const blue = getComputedStyle(canvas).getPropertyValue('--blue').trim().split(' ').map(Number)
  canvas.width = canvas.height = count
  const context = canvas.getContext('2d'), image = context.createImageData(count, count)
  for (let i = 0; i < bytes.length; i++) image.data.set([...blue, Math.sqrt(255 * bytes[i])], 4 * i)
  context.putImageData(image, 0, 0)
}
function drawAll() {
  for (const button of document.querySelectorAll('.maps button')) {
    const { layer, head } = button.dataset, size = count * count
    draw(button.firstChild, maps[layer].subarray(head * size, (+head + 1) * size))
  }
}
function show() {
  told.textContent = 'Layer ' + (layer + 1) + ', head ' + (head + 1) + ': where \u2068' + tokens[from] + '\u2069 looks'
  ;[...pieces.children].forEach((piece, u) => {
    piece.style.setProperty('--share', at(from, u))
    piece.title = at(from, u).toFixed(2)
    piece.setAttribute('aria-pressed', u === from)
  })
  for (const button of document.querySelectorAll('.maps button'))
    button.setAttribute('aria-pressed', +button.dataset.layer === layer && +button.dataset.head === head)
}
tokens.forEach((token, t) => {
  const piece = add(pieces, { textContent: token, dir: 'auto' })
  piece.onclick = piece.onmouseenter = piece.onfocus = () => { from = t; show() }
})
document.querySelectorAll('.maps').forEach((box, l) => {
  for (let a = 0; a < heads; a++) {
    const button = add(box, { ariaLabel: 'Layer ' + (l + 1) + ', head ' + (a + 1) })
    Object.assign(button.dataset, { layer: l, head: a })
    button.append(document.createElement('canvas'), a + 1)
    button.onclick = () => { layer = l; head = a; show() }
  }
})
drawAll()
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll)
if (maps.length > 0) show()`

/** One page about one text. */
export function traceHtml(report: TraceReport): string {
  const { text, tokens, heads } = report
  // A closing tag inside the data would end the element.
  const data = JSON.stringify({ tokens, heads }).replace(/</gu, '\\u003c')
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Trace</title>
<style>
${style}
</style>
<main>
<h1>From pieces to labels</h1>
<blockquote dir="auto">${escapeHtml(text)}</blockquote>
${lensSection(report)}${decidedSection(report)}${attentionSection(report)}
</main>
<script type="application/json" id="trace">${data}</script>
<script>
${script}
</script>
</html>
`
}

function lensSection({ tokens, lens, labels }: TraceReport): string {
  if (lens.length === 0) return '<p>The model has no head, so there are no labels.</p>\n'
  const heads = lens.map((_, l) => `<th scope="col">${l === 0 ? 'embeddings' : `layer ${l}`}</th>`)
  const rows = tokens.map((token, t) => {
    const cells = lens.map((layer) => lensCell(layer, t, labels))
    return `<tr><th scope="row" dir="auto">${escapeHtml(token)}</th>${cells.join('')}</tr>\n`
  })
  return `<h2>Labels, layer by layer</h2>
<p>The head reads the last layer. Here it is applied to every layer: the label that the model would give if it ended
there. The stronger the colour, the surer; logits show under the pointer.</p>
<div class="scroll" tabindex="0" role="group" aria-label="Labels of each piece after each layer"><table class="lens"><thead><tr><th>piece</th>${heads.join('')}</tr></thead><tbody>
${rows.join('')}</tbody></table></div>
`
}

function lensCell({ best, probabilities, logits }: LensLayer, t: number, labels: readonly string[]): string {
  const label = best[t]!
  const at = t * labels.length
  const name = labels[label]!
  const probability = probabilities[at + label]!
  const ranked = labels
    .map((one, c) => ({ one, logit: logits[at + c]! }))
    .sort((a, b) => b.logit - a.logit)
    .map(({ one, logit }) => `${one} ${logit.toFixed(2)}`)
  const look =
    name === 'O'
      ? 'class="none"'
      : `class="label" style="--hue:${hueOf(name)};--strength:${probability.toFixed(2)}"`
  return `<td ${look} title="${escapeHtml(ranked.join('\n'))}">${escapeHtml(name)} ${probability.toFixed(2)}</td>`
}

function decidedSection({ decided, lens }: TraceReport): string {
  if (lens.length === 0) return ''
  const list = (shares: readonly Share[]): string =>
    `<ul>${shares.map(({ text, share }) => `<li><meter value="${Math.max(0, share).toFixed(3)}"></meter> ${share.toFixed(3)} <bdi>${escapeHtml(text)}</bdi></li>`).join('')}</ul>`
  const words = decided.map(
    ({ text, label, probability, attends, rests }) => `<section class="two">
<h3><bdi>${escapeHtml(text)}</bdi> — ${escapeHtml(label)} ${probability.toFixed(3)}</h3>
<div>rests on${rests ? list(rests) : `<p>not tried: the text has more than ${MOST_REPLACED} words</p>`}</div>
<div>attends to${list(attends)}</div>
</section>
`,
  )
  return `<h2>Which word decided</h2>
<p>For each labelled word, whose first piece decides: what the label's probability loses where a word is replaced by
[UNK] (what it rests on), and the words that the piece attends to in the last layer, mean of all heads. Attention tells
where a piece looks, not what it makes of it.</p>
${words.join('') || '<p>No word has a label.</p>\n'}`
}

function attentionSection({ attentions }: TraceReport): string {
  const maps = attentions.map((map, l) => {
    const bytes = Buffer.from(Uint8Array.from(map, (share) => Math.round(255 * share)))
    return `<h3>Layer ${l + 1}</h3><div class="maps" data-bytes="${bytes.toString('base64')}"></div>\n`
  })
  return `<h2>Attention</h2>
<p>One square a head; row t, column u is how much piece t takes of piece u (the root of it, as blue). Choose a head, then
point at a piece.</p>
<p id="told" role="status"></p><div id="pieces"></div>
${maps.join('')}`
}
