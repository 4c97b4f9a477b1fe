/**
 * Jest and Vitest, whose tests run in a realm of their own (Jest's): by `require`, which there knows no ES modules, and by `import`;
 * with each kind of model, option and answer whose class could be the other realm's.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { binaries, checkSays, folder, layPackage, run } from './workbench.mjs'

/** How each way of loading begins a file. */
const REQUIRE = `
const { loadRecognizer, ModelFormatError, parseSafetensors, redact } = require('iobert')
const { email } = require('iobert/rules')
const { pipeline } = require('iobert/transformers')
const { existsSync, readdirSync, readFileSync } = require('node:fs')
const { createServer } = require('node:http')
const { join } = require('node:path')
const { pathToFileURL } = require('node:url')
`
const IMPORT = REQUIRE.replace(/const (\{.*\}) = require\((.*)\)/g, 'import $1 from $2')

const SUITE = `
const TEXT = 'Angela Merkel met Tim Cook in Berlin.'
const NAMES = ['Angela Merkel', 'Tim Cook', 'Berlin']
const weights = join(process.cwd(), 'node_modules/iobert/weights')
const namesOf = async (ner) => (await ner.recognize(TEXT)).entities.map(({ text }) => text)

for (const options of [{}, { threads: 2 }, { inline: true }]) {
  describe(JSON.stringify(options), () => {
    let ner
    beforeAll(async () => {
      ner = await loadRecognizer(options)
    })
    afterAll(() => ner.dispose())

    test('names, taken out', async () => {
      expect(await namesOf(ner)).toEqual(NAMES)
      const { entities } = await ner.recognize(TEXT)
      expect(redact(TEXT, entities).text).toBe('[PER] met [PER] in [LOC].')
    })
    test('rules of both kinds, and words', async () => {
      const rules = [email, { type: 'ID', pattern: /#\\d+/ }]
      const { entities, words } = await ner.recognize('Mail ana@example.org, #12', { rules, words: true })
      expect(entities.map(({ type }) => type)).toEqual(['EMAIL', 'ID'])
      expect(words[0].probabilities.length).toBe(ner.model.config.labels.length)
    })
    test('a signal', async () => {
      await expect(ner.recognize(TEXT, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i)
      const controller = new AbortController()
      const reading = ner.recognize(TEXT.repeat(50), { signal: controller.signal })
      controller.abort()
      await expect(reading).rejects.toThrow(/abort/i)
    })
    test('numbers', async () => {
      const { ids } = ner.tokenizer.encode(TEXT)
      const { logits, hiddenStates } = await ner.model.forward([ids], { hiddenStates: true })
      expect(logits[0].length).toBe(ids.length * ner.model.config.labels.length)
      expect(hiddenStates[0].at(-1).length).toBe(ids.length * 384)
      const [vector] = await ner.model.embed([TEXT], { pooling: 'mean', normalize: true })
      expect(vector.length).toBe(384)
    })
  })
}

test('models: files as bytes and as blobs, a folder, a URL', async () => {
  const files = readdirSync(weights).map((name) => [name, readFileSync(join(weights, name))])
  const server = createServer(({ url }, response) => {
    const file = join(weights, url)
    if (existsSync(file)) response.end(readFileSync(file))
    else response.writeHead(404).end()
  })
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
  const base = 'http://127.0.0.1:' + server.address().port + '/'
  const blobs = files.map(([name, bytes]) => [name, new Blob([bytes])])
  try {
    for (const model of [new Map(files), new Map(blobs), weights, pathToFileURL(weights + '/'), base, new URL(base)]) {
      for (const inline of [false, true]) {
        const ner = await loadRecognizer(model, { inline })
        expect(await namesOf(ner)).toEqual(NAMES)
        ner.dispose()
      }
    }
  } finally {
    server.closeAllConnections()
    server.close()
  }
})

test('iobert/transformers', async () => {
  const ask = await pipeline('token-classification', weights)
  expect((await ask('Berlin')).length).toBeGreaterThan(0)
  await ask.dispose()
})

test('errors', async () => {
  await expect(loadRecognizer('./nosuch')).rejects.toThrow(ModelFormatError)
  await expect(loadRecognizer({ threads: 'two' })).rejects.toThrow(TypeError)
  expect(() => parseSafetensors(new Uint8Array(4))).toThrow(ModelFormatError)
  expect(() => parseSafetensors(Buffer.alloc(4))).toThrow(ModelFormatError)
  expect(() => redact(TEXT, { entities: [] })).toThrow(TypeError)
})
`
const JEST_SUITE = `jest.setTimeout(120_000)\n${SUITE}`

/** Runs a runner over one file. @returns what it says */
function runIn(name, major, file, text, args, flags = []) {
  const project = join(folder, 'projects', name)
  mkdirSync(project, { recursive: true })
  writeFileSync(join(project, 'package.json'), '{ "private": true }')
  layPackage(project)
  writeFileSync(join(project, file), text)
  const [program, ...more] = args
  const script = join(folder, 'node_modules', program)
  return run(binaries.node(major), [...flags, script, ...more, '--silent=false'], {
    cwd: project,
    env: { ...process.env, CI: 'true', NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

const JEST = ['jest/bin/jest.js', '--rootDir=.', '--ci', '--json']

/** @throws where not every test passed */
function jest(major, file, text, { args = [], flags = [] } = {}) {
  const output = runIn(`jest-${file}`, major, file, text, [...JEST, ...args], flags)
  const { numPassedTests, numTotalTests } = JSON.parse(output)
  if (numPassedTests < 15 || numPassedTests !== numTotalTests) throw new Error(output)
  return numPassedTests
}

const MODULES = '--experimental-vm-modules'
const both = (test) => [20, 24].map((major) => `${test(major)} tests on Node ${major}`).join(', ')

export const runs = [
  ['Jest, require', () => both((major) => jest(major, 'names.test.js', REQUIRE + JEST_SUITE))],
  [
    'Jest, import',
    () =>
      both((major) => {
        const text = `import { jest } from '@jest/globals'\n${IMPORT}${JEST_SUITE}`
        const args = ['--testMatch=**/*.test.mjs']
        return jest(major, 'names.test.mjs', text, { args, flags: [MODULES] })
      }),
  ],
  [
    'Jest, require in a file of its own environment among tests of pages',
    () => {
      const text = `/** @jest-environment node */\n${REQUIRE}${JEST_SUITE}`
      return `${jest(24, 'beside-pages.test.js', text, { args: ['--env=jsdom'] })} tests on Node 24`
    },
  ],
  [
    'Vitest',
    () =>
      both((major) => {
        const globals = "import { afterAll, beforeAll, describe, expect, test } from 'vitest'\n"
        const args = [
          'vitest/vitest.mjs',
          'run',
          '--testTimeout=120000',
          '--hookTimeout=120000',
          '--reporter=verbose',
        ]
        const output = runIn('vitest', major, 'names.test.mjs', globals + IMPORT + SUITE, args)
        checkSays(output, 'names, taken out')
        return /Tests +(\d+) passed \(\1\)/.exec(output)[1]
      }),
  ],
]
