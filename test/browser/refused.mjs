// After the first answer a page no longer needs the network: every option and every error of the recognizer
// works as before. A capability that is loaded separately (docs/architecture.md lists them) reports that it
// cannot be fetched, if it was not used before.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ISOLATION, serveFolder } from '../../examples/browser/serve.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The package as it is published, with a page that has nothing on it. */
export function assemble(folder) {
  const done = spawnSync(process.execPath, [join(root, 'tools/package/pack.mjs'), folder], {
    encoding: 'utf8',
  })
  assert.equal(done.status, 0, done.stderr)
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>iobert</title>')
}

/** Runs on the page: loads, and gives a first answer. */
async function firstAnswer() {
  const iobert = await import('/dist/index.js')
  const ner = await iobert.loadRecognizer()
  await ner.recognize('Angela Merkel met Tim Cook in Berlin.')
  Object.assign(globalThis, { iobert, ner })
}

/** Runs on the page: every option and every error, by name, with what comes of each as JSON. */
async function callAll() {
  const { iobert, ner } = globalThis
  const text = 'Angela Merkel met Tim Cook in Berlin.\nSiemens is in Munich.\n\nAnna lives in Oslo.'
  const long = `${text} `.repeat(60)
  const ids = ner.tokenizer.encode(text).ids
  const stopped = AbortSignal.abort()
  const told = []
  const collect = async (stream) => {
    const all = []
    for await (const one of stream) all.push(one)
    return all
  }
  const recognize =
    (options, input = text) =>
    () =>
      ner.recognize(input, options)
  const calls = {
    plain: recognize(),
    several: () => ner.recognizeAll([text, 'Anna lives in Oslo.']),
    stream: () => collect(ner.stream([text, 'Anna lives in Oslo.'], { batchTokens: 16 })),
    words: recognize({ words: true }),
    threshold: recognize({ threshold: 0.9 }),
    labels: recognize({ labels: ['PER'] }),
    ignoreLabels: recognize({ ignoreLabels: ['O', 'LOC'] }),
    viterbi: recognize({ decode: 'viterbi' }),
    argmax: recognize({ decode: 'argmax' }),
    scheme: recognize({ scheme: 'IOB2' }),
    progress: recognize({ onProgress: (progress) => told.push(progress) }, long),
    pretokenized: recognize({ pretokenized: true }, ['Angela', 'Merkel', 'met', 'Tim', 'Cook']),
    windows: recognize({ split: false, stride: 32 }, long),
    'windows: false': recognize({ split: false, windows: false }, long),
    merge: recognize({ split: false, merge: 'huggingface' }, long),
    "style: 'transformers'": recognize({ style: 'transformers', stride: 16 }),
    'split by a function': recognize({
      split: (whole) => [
        [0, 21],
        [21, whole.length],
      ],
    }),
    'hidden states': async () =>
      Object.keys(await ner.model.forward([ids], { hiddenStates: true, attentions: true, trace: true })),
    'a layer': async () => (await ner.model.forward([ids], { layer: 1 })).hiddenStates[0].length,
    'token types': async () =>
      (await ner.model.forward([ids], { tokenTypeIds: [ids.map(() => 0)] })).logits[0].length,
    'given files': () => iobert.loadRecognizer(new Map()),
    'wrong model': () => iobert.loadRecognizer(5),
    'wrong load option': () => iobert.loadRecognizer({ threads: 0 }),
    'unknown load option': () => iobert.loadRecognizer({ thread: 1 }),
    'wrong kind': recognize({ threshold: 'high' }),
    'wrong value': recognize({ threshold: 2 }),
    'unknown option': recognize({ treshold: 0.5 }),
    'unknown label': recognize({ labels: ['PRODUCT'] }),
    'wrong strategy': recognize({ strategy: 'best' }),
    'wrong stride': recognize({ stride: 600, split: false }, long),
    'wrong split': recognize({ split: () => [[5, 2]] }),
    'no text': recognize(undefined, 5),
    'no words': recognize({ pretokenized: true }, text),
    stopped: recognize({ signal: stopped }),
    'wrong id': () => ner.model.forward([[-1]]),
    'no ids': () => ner.model.forward('Berlin'),
    'too many ids': () => ner.model.forward([new Array(10_000).fill(1)]),
    'wrong layer': () => ner.model.forward([ids], { layer: 99 }),
    'wrong token types': () => ner.model.forward([ids], { tokenTypeIds: [[1]] }),
    'no mask': () => ner.model.fillMask('Berlin'),
    redact: async () => iobert.redact(text, (await ner.recognize(text)).entities).text,
    safetensors: () => iobert.parseSafetensors(new Uint8Array(4)),
  }
  for (const strategy of ['first', 'simple', 'average', 'max', 'none', 'word'])
    calls[`strategy: ${strategy}`] = recognize({ strategy })
  for (const split of ['passages', 'paragraphs', 'lines', 'sentences', false])
    calls[`split: ${split}`] = recognize({ split })
  const answers = {}
  for (const [name, call] of Object.entries(calls)) {
    try {
      answers[name] = (await call()) ?? null
    } catch (error) {
      answers[name] = { error: error.name, code: error.code ?? null, message: error.message }
    }
  }
  answers.told = told
  return JSON.stringify(answers)
}

/** Runs on the page: what is not loaded with the recognizer. */
async function callCapabilities() {
  const { iobert, ner } = globalThis
  const text = 'Mail anna@example.org in Oslo.'
  const rules = [{ type: 'MAIL', pattern: /[a-z]+@[a-z.]+/ }]
  const calls = {
    'the rules beside the model': () => ner.recognize(text, { rules }),
    "the style 'spark-nlp'": () => ner.recognize(text, { style: 'spark-nlp' }),
    'embeddings of texts': () => ner.model.embed([text]),
    'models of the Hugging Face Hub': () => iobert.loadRecognizer('owner/name'),
    'models of GLiNER': () => iobert.loadGliner('https://example.org/gliner/'),
    'classifiers of texts': () => iobert.loadClassifier('https://example.org/classifier/'),
    // On this thread a URL is read by another file than the worker's.
    'files at a URL': () => iobert.loadRecognizer({ inline: true }),
  }
  const answers = {}
  for (const [name, call] of Object.entries(calls)) {
    try {
      await call()
      answers[name] = 'an answer'
    } catch (error) {
      answers[name] = `${error.name} ${error.code}: ${error.message}`
    }
  }
  return answers
}

/** Runs on the page: a model that is gone. */
async function callDisposed() {
  globalThis.ner.dispose()
  return globalThis.ner.recognize('Berlin').catch(({ name, code }) => `${name} ${code}`)
}

export const tests = [
  [
    'refused: with every request refused, each option and each error of the recognizer is as before',
    async (bench) => {
      const folder = join(bench.folder, 'package')
      assemble(folder)
      // Without a policy: the worker is a blob.
      const server = await serveFolder(folder, { headers: ISOLATION })
      try {
        const open = async () => {
          const page = await bench.page(await bench.context(), server.origin)
          await page.evaluate(firstAnswer)
          return page
        }
        const page = await open()
        const wanted = JSON.parse(await page.evaluate(callAll))
        assert.equal(wanted['wrong id'].error, 'RangeError')
        assert.equal(wanted['wrong kind'].error, 'TypeError')
        assert.equal(wanted['given files'].code, 'MissingFile')
        assert.ok(wanted.told.length > 0)
        const failed = Object.entries(wanted).filter(
          ([name, { error }]) => error && /^(strategy|split|style)/.test(name),
        )
        assert.deepEqual(failed, [])

        const refused = await open()
        const asked = []
        await refused.route('**/*', (route) => {
          asked.push(new URL(route.request().url()).pathname)
          return route.abort()
        })
        assert.deepEqual(JSON.parse(await refused.evaluate(callAll)), wanted)
        assert.deepEqual(asked, [])
        // A bundler may put a capability together with what is loaded anyway; then it answers.
        let unfetched = 0
        for (const [name, said] of Object.entries(await refused.evaluate(callCapabilities))) {
          if (said === 'an answer') continue
          unfetched++
          assert.ok(
            said.startsWith(`DownloadError NoAnswer: A part of iobert could not be fetched: ${name} (`),
            `${name}: ${said}`,
          )
        }
        assert.ok(unfetched >= 5, `${unfetched} capabilities could not be fetched`)
        assert.equal(await refused.evaluate(callDisposed), 'EngineError Disposed')

        // What was used before is there.
        await page.evaluate(callCapabilities)
        await page.route('**/*', (route) => route.abort())
        const said = await page.evaluate(callCapabilities)
        for (const name of ['the rules beside the model', "the style 'spark-nlp'", 'embeddings of texts'])
          assert.equal(said[name], 'an answer', name)
        bench.forgive(/Failed to load resource|ERR_FAILED|CORS policy|net::/)
        return `${Object.keys(wanted).length} calls`
      } finally {
        server.close()
      }
    },
  ],
]
