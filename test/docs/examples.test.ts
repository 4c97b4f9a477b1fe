/**
 * The examples of docstrings, run as they stand. One that needs a file, a network or a reader's own value is not
 * self-contained: it is listed with what it lacks, so that none is left out unseen.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Checkpoint } from '#dist/format/checkpoint.js'
import type { ModelFiles } from '#dist/format/source.js'
import { fillModel, readFillGolden } from '../fill/models.ts'
import { rootPath } from '../shared.ts'

interface Example {
  readonly file: string
  readonly code: string
}

function readExamples(): Example[] {
  const files = readdirSync(rootPath('src'), { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.ts') && !name.startsWith('generated/'))
    .sort()
  return files.flatMap((file) => {
    const source = readFileSync(rootPath(`src/${file}`), 'utf8')
    return Array.from(source.matchAll(/\/\*\*[\s\S]*?\*\//g), ([comment]) => comment)
      .filter((comment) => comment.includes('@example'))
      .flatMap((comment) => {
        const text = comment.replace(/\*\/$/, '').replace(/^\s*\* ?/gm, '')
        return text
          .split('@example')
          .slice(1)
          .map((part) => ({
            file,
            code: part
              .split(/^@/m)[0]!
              .replace(/^```\w*$/gm, '')
              .trim(),
          }))
      })
  })
}

const opened: Checkpoint[] = []

/** What an example uses without making it, by the name it uses. */
async function givenNames(): Promise<Record<string, unknown>> {
  const { loadClassifier, loadGliner, loadModel, loadRecognizer } = await import('#dist/node.js')
  const ner = await loadRecognizer(undefined, { inline: true, threads: 1 })
  const { readFile } = await import('node:fs/promises')
  const { posix } = await import('node:path')
  const text = 'Angela Merkel met Tim Cook in Berlin.'
  const { folderFiles } = await import('#dist/format/folder-files.node.js')
  const { openCheckpoint } = await import('#dist/format/checkpoint.js')
  const { loadSpec } = await import('#dist/model/read-spec.js')
  const { mapFiles } = await import('#dist/format/source.js')
  const { readTokenizer } = await import('#dist/text/read-tokenizer.js')
  const { parseConll } = await import('#dist/evaluate/conll.js')
  const { evaluate } = await import('#dist/evaluate/evaluation.js')
  const files = folderFiles(rootPath('weights'))
  const openAndKeep = async (from: ModelFiles): Promise<Checkpoint> => {
    const checkpoint = await openCheckpoint(from)
    opened.push(checkpoint)
    return checkpoint
  }
  const bytes = await readFile(rootPath('weights/vocab.txt'))
  return {
    ...{ ner, model: ner.model, text, files, bytes, vocab: bytes, mapFiles, evaluate, readTokenizer },
    openCheckpoint: openAndKeep,
    classifier: await loadClassifier(rootPath('test/goldens/families/bert-rerank'), { inline: true }),
    gliner: await loadGliner(rootPath('test/goldens/gliner/gliner2-bert'), { inline: true }),
    guesser: await loadModel(fillModel(readFillGolden('bert')), { inline: true }),
    entities: (await ner.recognize(text)).entities,
    texts: [text, 'Ada Lovelace lived in London.'],
    encoding: ner.tokenizer.encode(text),
    hiddenStates: new Float32Array(2 * ner.model.config.hiddenSize),
    loadSpec,
    sentences: parseConll('Ada B-PER B-PER\nspoke O O\n', { predicted: true }),
    sink: { write: async (): Promise<void> => {} },
    readFile: (name: string) => readFile(posix.join(rootPath('weights'), name)),
    console: { log: (): void => {} },
  }
}

/** Examples that cannot run here, by file and first words, and why. */
const NOT_RUN: readonly (readonly [file: string, begin: string, why: string])[] = [
  [
    'entities/entity.ts',
    'decodeEntities({ text, encoding',
    'its three labels are not those of the shipped model',
  ],
  ['format/errors.ts', 'try { parseSafetensors(bytes)', 'a sketch with a body left open'],
  ['convert/foreign.ts', 'const model = await openForeignModel', 'a sketch with a body left open'],
  ['convert/convert.ts', 'const { notes } = await convertModel', 'converts models of other formats'],
  ['hub/folder.node.ts', 'const { folder } = await hubFolder', 'needs the network'],
  ['entry.ts', 'const classifier = await loadClassifier', 'needs the network'],
  ['entry.ts', 'const gliner = await loadGliner', 'needs the network'],
  [
    'format/capability.ts',
    'const { sparkStyle } = await capability',
    'imports a file beside the one that says so',
  ],
  ['format/folder-files.node.ts', "const files = folderFiles('./my-model')", "a folder of the reader's"],
]

/** Examples whose comment tells of other data than the test's, or in other words. */
const NOT_COMPARED: ReadonlySet<string> = new Set([
  'entities/spark/spark-tokenizer.ts',
  'evaluate/evaluation.ts',
])

const examples = readExamples()
const AsyncFunction = (async () => {}).constructor as new (
  ...names: string[]
) => (...values: unknown[]) => Promise<unknown>

/** Public functions and classes of the module that the example stands in, and of the entry. */
async function namesFor(file: string): Promise<Record<string, unknown>> {
  const entry: Record<string, unknown> = await import('#dist/node.js')
  const { pipeline } = await import('#dist/transformers.node.js')
  const own: Record<string, unknown> = await import(`../../../dist/${file.replace(/\.ts$/, '.js')}`)
  return { ...entry, pipeline, ...own }
}

/** `expression // result` on a line of its own. */
const STATED = /^(?!const |let |for |\/\/)(.+?)\s+\/\/ (.+)$/gm

/** A function that gives what an expression is and what the comment behind it says, where that is an expression too. */
function statedPair(
  names: readonly string[],
  expression: string,
  result: string,
): ((...values: unknown[]) => Promise<[unknown, unknown]>) | undefined {
  try {
    const pair = new AsyncFunction(...names, `return [(${expression}), (${result})]`)
    return pair as (...values: unknown[]) => Promise<[unknown, unknown]>
  } catch {
    return undefined
  }
}

test('there are examples', () => {
  assert.ok(examples.length >= 8, `${examples.length} examples`)
})

test('examples run', async () => {
  const given = await givenNames()
  const failed: string[] = []
  let [ran, compared] = [0, 0]
  for (const { file, code } of examples) {
    const name = `${file}: ${code.split('\n')[0]}`
    const skip = NOT_RUN.find(([path, begin]) => path === file && code.startsWith(begin))
    if (skip) {
      console.log(`not run: ${name}: ${skip[2]}`)
      continue
    }
    const scope = { ...given, ...(await namesFor(file)) }
    // Names that the example declares itself may not be parameters too.
    const declared = new Set(
      Array.from(code.matchAll(/(?:const|let)\s+(?:\{([^}]*)\}|(\w+))/g), ([, list, one]) =>
        (list ?? one)!.split(/[,:]/).map((word) => word.trim()),
      ).flat(),
    )
    const names = Object.keys(scope).filter((one) => !declared.has(one))
    try {
      const values = names.map((one) => scope[one])
      await new AsyncFunction(...names, code)(...values)
      for (const [, expression, result] of code.matchAll(STATED)) {
        if (NOT_COMPARED.has(file)) continue
        const pair = await statedPair(names, expression!, result!)?.(...values)
        if (pair === undefined) continue
        assert.equal(pair[0], pair[1], name)
        compared++
      }
      ran++
    } catch (error) {
      failed.push(`${name}: ${error}`)
    }
  }
  for (const checkpoint of opened) await checkpoint.close()
  for (const name of ['ner', 'classifier', 'guesser']) (given[name] as { dispose(): void }).dispose()
  assert.equal(failed, [])
  assert.ok(ran >= 20 && compared >= 8, `${ran} examples ran, ${compared} results were compared`)
  const gone = NOT_RUN.filter(
    ([path, begin]) => !examples.some(({ file, code }) => file === path && code.startsWith(begin)),
  )
  assert.equal(gone, [], 'listed as not run, and not there')
})

test.run()
