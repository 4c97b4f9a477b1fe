// Draws docs/figures/*.svg from the model in weights/, the kernels' functions and the table of folders in
// docs/architecture.md. Two figures show speeds: those come from docs/figures/measured.json.
//   node tools/figures/figures.mjs             draws
//   node tools/figures/figures.mjs --measure   measures on this machine first (half a minute)
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { makeReady } from '../build/ready.mjs'
import { drawFolders } from './folders.mjs'
import { drawReadme } from './readme.mjs'
import { drawResults } from './results.mjs'
import { heat, line, path, rect, scale, svg, text } from './svg.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const figures = `${root}docs/figures/`
/** What is to be known of a measurement. */
const circumstances = ({ machine, runtime, busy }) =>
  `${machine}; ${runtime}${busy ? '; busy machine: read shapes, not heights' : ''}`

const SENTENCE = 'Angela Merkel met Tim Cook in Berlin.'
const SENTENCES = [
  SENTENCE,
  'The European Commission said on Thursday it disagreed with German advice to consumers.',
  'Rain had fallen for three days when the Orient Express reached Budapest at last.',
  'Shares of Microsoft rose 2.5 percent in New York, while those of Siemens fell.',
  'Pakistan won the toss and chose to bat against India at Lord’s.',
  'She studied chemistry in Paris with Marie Curie, then worked for Bayer in Leverkusen.',
]

makeReady()
const { loadRecognizer } = await import('../../dist/node.js')
const math = await import('../../dist/kernels/reference/math.js')

const write = (name, drawing) => writeFileSync(`${figures}${name}.svg`, drawing)

/** The heads of docs/figures/heads.json, which tools/figures/heads.mjs has measured, on one sentence. */
function drawAttention(tokens, attentions) {
  const T = tokens.length
  const { heads } = JSON.parse(readFileSync(`${figures}heads.json`, 'utf8'))
  const size = 16
  const [left, top, width, height] = [64, 84, 64 + T * size + 40, 84 + T * size + 30]
  const panels = heads.slice(0, 4).map(({ habit, layer, head, share }, index) => {
    const x = (index % 2) * width
    const y = Math.floor(index / 2) * height
    const rows = tokens.map((_, i) => attentions[layer].subarray((head * T + i) * T, (head * T + i + 1) * T))
    return [
      text(x, y + 16, `layer ${layer + 1}, head ${head + 1}`, 'strong'),
      text(x + 124, y + 16, `${habit}, ${Math.round(100 * share)} %`, 'small muted'),
      tokens.map((token, t) => text(x + left - 6, y + top + t * size + 12, token, 'small end')),
      tokens.map((token, t) => {
        const at = x + left + t * size + 11
        return `<g transform="translate(${at} ${y + top - 6}) rotate(-60)">${text(0, 0, token, 'small')}</g>`
      }),
      rect(x + left - 0.5, y + top - 0.5, T * size, T * size, 'grid'),
      heat(x + left, y + top, size, rows),
    ]
  })
  return svg(
    2 * width + 4,
    2 * height - 10,
    'Attention probabilities of four heads of the shipped model',
    panels,
  )
}

function drawProbabilities(words, labels) {
  const [width, height] = [36, 30]
  const [left, top] = [70, 60]
  return svg(
    left + labels.length * width + 12,
    top + words.length * height + 10,
    'Probability of each label for each word',
    [
      labels.map((label, c) => {
        const at = left + c * width + 20
        return `<g transform="translate(${at} ${top - 8}) rotate(-50)">${text(0, 0, label)}</g>`
      }),
      words.map(({ text: word, probabilities }, row) => {
        const y = top + row * height
        return [
          text(left - 8, y + 19, word, 'end'),
          Array.from(probabilities, (value, c) => {
            const x = left + c * width
            const shade = Math.round(value * 1000) / 1000
            return [
              rect(x, y, width - 2, height - 2, 'box'),
              rect(x, y, width - 2, height - 2, 'a', `fill-opacity="${shade}"`),
              // Less than that is nothing, at two digits.
              value < 0.005
                ? ''
                : text(x + width / 2 - 1, y + 19, value.toFixed(2), value > 0.5 ? 'middle on' : 'middle'),
            ]
          }),
        ]
      }),
    ],
  )
}

function drawHiddenStates(hiddenStates) {
  const layers = hiddenStates[0].map((_, l) => {
    const sizes = Float32Array.from(
      hiddenStates.flatMap((states) => [...states[l]]),
      Math.abs,
    ).sort()
    const at = (share) => sizes[Math.floor(share * (sizes.length - 1))]
    return { median: at(0.5), high: at(0.999), largest: at(1) }
  })
  const x = scale([0, layers.length - 1], [60, 600])
  const y = scale([0.1, 100], [250, 20], true)
  const point = (key) => layers.map((layer, l) => [x(l), y(layer[key])])
  return svg(660, 300, 'Sizes of the numbers in the hidden states, by layer', [
    [0.1, 1, 10, 100].map((value) => [
      line(60, y(value), 600, y(value)),
      text(52, y(value) + 4, value, 'end muted'),
    ]),
    layers.map((_, l) => text(x(l), 272, l === 0 ? 'embeddings' : l, 'middle muted')),
    text(330, 293, 'output of layer', 'middle muted'),
    `<path class="a" fill-opacity="0.15" d="M${[...point('median'), ...point('high').reverse()].map((p) => p.map((v) => Math.round(v * 10) / 10).join(' ')).join('L')}Z"/>`,
    path(point('median'), 'line a'),
    point('largest').map(
      ([px, py]) => `<circle class="b" cx="${px}" cy="${Math.round(py * 10) / 10}" r="4"/>`,
    ),
    text(606, y(layers.at(-1).median) + 4, 'median', 'small a'),
    text(606, y(layers.at(-1).high) + 4, '99.9 %', 'small muted'),
    text(606, y(layers.at(-1).largest) - 2, 'largest', 'small b'),
  ])
}

function drawGelu() {
  const x = scale([-4, 4], [40, 460])
  const y = scale([-0.5, 2.5], [260, 20])
  const xs = Array.from({ length: 161 }, (_, i) => -4 + i / 20)
  const curve = (f, classes) =>
    path(
      xs.map((v) => [x(v), y(f(v))]).filter(([, at]) => at >= 20),
      classes,
    )
  return svg(560, 290, 'relu and gelu', [
    [-4, -2, 0, 2, 4].map((v) => [line(x(v), 20, x(v), 260), text(x(v), 278, v, 'middle muted')]),
    [0, 1, 2].map((v) => [line(40, y(v), 460, y(v)), text(32, y(v) + 4, v, 'end muted')]),
    curve(math.relu, 'line b dashed'),
    curve(math.gelu, 'line a'),
    text(470, 40, 'relu', 'b'),
    text(470, 60, 'gelu', 'a'),
  ])
}

function drawParts(measured) {
  const { parts } = measured
  const entries = Object.entries(parts.milliseconds).sort((a, b) => b[1] - a[1])
  const total = entries.reduce((sum, [, time]) => sum + time, 0)
  const width = scale([0, entries[0][1]], [0, 330])
  const caption = `iobert-small, int8, ${parts.tokens} tokens, ${total.toFixed(1)} ms in all`
  return svg(660, 58 + entries.length * 30, 'Share of time of each part', [
    entries.map(([name, time], row) => [
      text(206, 20 + row * 30 + 14, name, 'end'),
      rect(216, 20 + row * 30, Math.max(1, width(time)), 20, 'a'),
      text(224 + width(time), 20 + row * 30 + 14, `${((100 * time) / total).toFixed(1)} %`, 'muted'),
    ]),
    text(0, 34 + entries.length * 30, caption, 'small muted'),
    text(0, 50 + entries.length * 30, circumstances(measured), 'small muted'),
  ])
}

function drawRoofline(measured) {
  const { bandwidth, roofline } = measured
  const x = scale([1.5, 400], [60, 600], true)
  const y = scale([4, 200], [280, 20], true)
  const peak = Math.max(...roofline.map(({ gops }) => gops))
  const knee = peak / bandwidth
  return svg(680, 368, 'Roofline of the int8 linear layer', [
    [4, 8, 16, 32, 64, 128].map((v) => [line(60, y(v), 600, y(v)), text(52, y(v) + 4, v, 'end muted')]),
    roofline.map(({ intensity, tokens }) => text(x(intensity), 300, tokens, 'middle muted')),
    text(330, 320, 'tokens T; intensity is 2T operations a byte of weights', 'middle muted'),
    text(60, 12, 'GOP/s', 'muted'),
    path(
      [
        [x(1.5), y(Math.max(4, 1.5 * bandwidth))],
        [x(Math.max(1.5, knee)), y(peak)],
      ].map(([a, b]) => [a, Math.max(b, 20)]),
      'line b dashed',
    ),
    path(
      [
        [x(Math.max(1.5, knee)), y(peak)],
        [600, y(peak)],
      ],
      'line c dashed',
    ),
    path(
      roofline.map(({ intensity, gops }) => [x(intensity), y(gops)]),
      'line a',
    ),
    roofline.map(({ intensity, gops }) => `<circle class="a" cx="${x(intensity)}" cy="${y(gops)}" r="4"/>`),
    text(606, y(peak) + 4, `${peak.toFixed(0)} best`, 'small c'),
    text(68, 270, `dashed slope: reading memory at ${bandwidth.toFixed(1)} GB/s`, 'small b'),
    text(
      0,
      345,
      'int8 layers of 1024 × 512, 101 MB of weights in turn, so that they come from memory',
      'small muted',
    ),
    text(0, 361, circumstances(measured), 'small muted'),
  ])
}

if (process.argv.includes('--measure')) {
  const { measure } = await import('./measure.mjs')
  writeFileSync(`${figures}measured.json`, `${JSON.stringify(await measure(), null, 2)}\n`)
}

const ner = await loadRecognizer(undefined, { inline: true, threads: 1 })
const encoding = ner.tokenizer.encode(SENTENCE)
const { attentions } = await ner.model.forward([encoding.ids], { attentions: true })
write('attention', drawAttention(encoding.tokens, attentions[0]))
const { hiddenStates } = await ner.model.forward(
  SENTENCES.map((sentence) => ner.tokenizer.encode(sentence).ids),
  { hiddenStates: true },
)
write('hidden-states', drawHiddenStates(hiddenStates))
const { words } = await ner.recognize(SENTENCE, { words: true })
write('probabilities', drawProbabilities(words, ner.labels))
ner.dispose()
write('gelu', drawGelu())
write('readme', await drawReadme())
write('folders', drawFolders(readFileSync(`${root}docs/architecture.md`, 'utf8')))
write('against-others', drawResults(readFileSync(`${root}bench/RESULTS.md`, 'utf8')))
if (existsSync(`${figures}measured.json`)) {
  const measured = JSON.parse(readFileSync(`${figures}measured.json`, 'utf8'))
  write('time-per-part', drawParts(measured))
  write('roofline', drawRoofline(measured))
}
