// Changing a config.json: every member that is not changed stays as it is spelled.
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { withMembers } from '#dist/convert/config-text.js'
import { quantizedConfig } from '#dist/convert/quantize-model.js'
import { rootPath } from '../shared.ts'

test('numbers, escapes and what is inside of a member stay as they are spelled; the others are changed in place', () => {
  const text =
    '{"a":2.0, "b" : [1e3, {"c": 160000.0}],\n"\\u00fc": "\\u00fc",\r\n\t"dtype":"bfloat16", "gone": {"x": [1]}, "z": -0.0}'
  assert.is(
    withMembers(text, { dtype: 'float32', gone: undefined, missing: undefined, added: { labels: ['O'] } }),
    `{
  "a": 2.0,
  "b": [1e3, {"c": 160000.0}],
  "ü": "\\u00fc",
  "dtype": "float32",
  "z": -0.0,
  "added": {
    "labels": [
      "O"
    ]
  }
}
`,
  )
})

test('an empty object, and one of which everything goes', () => {
  assert.is(withMembers('{}', {}), '{}\n')
  assert.is(withMembers(' { "a": 1 } ', { a: undefined }), '{}\n')
  assert.is(withMembers('{}', { a: 1 }), '{\n  "a": 1\n}\n')
})

test('of two members of one name the last counts, as for JSON.parse', () => {
  assert.is(withMembers('{"a": 1.0, "b": 2, "a": 3.0}', {}), '{\n  "a": 3.0,\n  "b": 2\n}\n')
})

test('what is no JSON object is refused', () => {
  for (const [text, message] of [
    ['[1]', /config\.json must hold a JSON object, not an array/u],
    ['{"a": 1,}', /config\.json is not JSON/u],
    ['{"a": "\\ud800"}', /config\.json: .*surrogate.*, at byte \d+/u],
  ] as const)
    assert.throws(() => withMembers(text, {}), message)
})

test('the config.json of a quantised ModernBERT has its floats as transformers wants them', async () => {
  const text = readFileSync(rootPath('test/goldens/families/modernbert/config.json'), 'utf8')
  const floats = (json: string): string[] => json.match(/"[a-z_]+": -?\d+\.\d+/gu) ?? []
  const quantized = await quantizedConfig(text)
  assert.ok(floats(text).includes('"initializer_cutoff_factor": 2.0'))
  assert.equal(floats(quantized), floats(text))
  assert.ok('quantization_config' in JSON.parse(quantized))
})

test.run()
