/** viterbi_calibration.json: read beside labels in BIOES, checked, kept by what rewrites models, and decoded by. */
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { keptFiles } from '#dist/convert/small-files.js'
import { mapFiles } from '#dist/format/source.js'
import { loadRecognizer } from '#dist/node.js'
import { formatError } from '../format/safetensors-file.ts'
import { rootPath } from '../shared.ts'

const folder = rootPath('test/goldens/families/roberta')
const TEXT = 'Angela Merkel met Tim Cook of Apple in New York, and wrote to the United Nations'
const LABELS = ['O', 'B-A', 'I-A', 'E-A', 'S-A', 'B-B', 'I-B', 'E-B', 'S-B']
const ZEROS = {
  transition_bias_background_stay: 0,
  transition_bias_background_to_start: 0,
  transition_bias_inside_to_continue: 0,
  transition_bias_inside_to_end: 0,
  transition_bias_end_to_background: 0,
  transition_bias_end_to_start: 0,
}

/** A model with such a file, and with the labels of BIOES unless others are given. */
function withCalibration(calibration: unknown, labels: readonly string[] = LABELS): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>(
    readdirSync(folder)
      .filter((name) => !name.startsWith('e'))
      .map((name) => [name, new Uint8Array(readFileSync(`${folder}/${name}`))]),
  )
  const encoded = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))
  const config = JSON.parse(new TextDecoder().decode(files.get('config.json')))
  files.set('config.json', encoded({ ...config, id2label: { ...labels }, label2id: undefined }))
  if (calibration !== undefined) files.set('viterbi_calibration.json', encoded(calibration))
  return files
}

const points = (changes: object = {}): object => ({
  operating_points: { default: { biases: { ...ZEROS, ...changes } }, other: { biases: {} } },
})

async function found(files: Map<string, Uint8Array>, options: object = {}): Promise<string[]> {
  const recognizer = await loadRecognizer(files, { inline: true })
  try {
    const { entities } = await recognizer.recognize(TEXT, options)
    return entities.map(({ type, start, end }) => `${type} ${start} ${end}`)
  } finally {
    recognizer.dispose()
  }
}

test('the biases of the point "default" change what is found', async () => {
  const none = await found(withCalibration(undefined), { strategy: 'simple' })
  assert.equal(await found(withCalibration(points())), none, 'zeros are no biases')
  const never = points({ transition_bias_background_to_start: -1000, transition_bias_end_to_start: -1000 })
  const few = await found(withCalibration(never))
  assert.ok(
    none.length > 1 && few.length <= 1,
    `${none.length} and ${few.length}: only the first piece can begin one`,
  )
  const eager = points({ transition_bias_background_stay: -1000, transition_bias_end_to_background: -1000 })
  const many = await found(withCalibration(eager))
  assert.is(Number(many.at(-1)!.split(' ')[2]), TEXT.length, 'names to the end of the text')
  const argmax = { decode: 'argmax', strategy: 'simple' }
  assert.equal(await found(withCalibration(eager), argmax), await found(withCalibration(undefined), argmax))
})

test('what is not understood in it is an error', async () => {
  const { transition_bias_end_to_start: _, ...five } = ZEROS
  for (const [calibration, message] of [
    [{}, /operating_points must be an object/],
    [{ operating_points: { other: {} } }, /operating_points\.default must be an object/],
    [{ operating_points: { default: {} } }, /operating_points\.default\.biases must be an object/],
    [
      { operating_points: { default: { biases: five } } },
      /must have a number as transition_bias_end_to_start/,
    ],
    [
      points({ transition_bias_end_to_start: '1' }),
      /must have a number as transition_bias_end_to_start, within float32, not "1"/,
    ],
    [
      points({ transition_bias_background_stay: 1e308 }),
      /must have a number as transition_bias_background_stay, within float32, not 1e\+308/,
    ],
    [
      points({ transition_bias_other: 1 }),
      /has the bias "transition_bias_other": only transition_bias_background_/,
    ],
    [[], /viterbi_calibration\.json/],
  ] as const) {
    const error = await formatError(() => found(withCalibration(calibration)))
    assert.is(error.code, 'InvalidConfig')
    assert.match(error.message, message)
    assert.match(error.message, /viterbi_calibration\.json/)
  }
})

test('it is read beside labels with ends alone', async () => {
  const labels = [
    'O',
    ...LABELS.slice(1).map((label) => label.replace(/^[ES]/, 'I').replace('-', `-${label[0]}`)),
  ]
  await found(withCalibration('broken', labels))
  const mixed = LABELS.map((label, index) => (index === 1 ? 'S-MAIL' : `X${label.replace('-', '')}`))
  const error = await formatError(() => found(withCalibration(points(), mixed)))
  assert.match(error.message, /for labels in BIOES or BILOU/)
})

test('quantize and convert keep it', async () => {
  const kept = await keptFiles(mapFiles(withCalibration(points())))
  assert.ok(kept.has('viterbi_calibration.json'))
})

test.run()
