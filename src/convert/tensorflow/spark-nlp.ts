/** Opens a token classifier saved by Spark NLP, which contains a TensorFlow model. */
import { quoted } from '../../format/errors.ts'
import { isObject, parseJsonObject } from '../../format/json-file.ts'
import type { ByteSource, ModelFiles } from '../../format/source.ts'
import { ByteReader, decodeText } from '../containers/byte-reader.ts'
import { checkHadoopChecksums, checksumName } from '../containers/hadoop-checksums.ts'
import { JavaPair, readJavaValue } from '../containers/java-objects.ts'
import { brokenContainer, unsupportedContainer } from '../containers/refuse.ts'
import { sequenceFileValues } from '../containers/sequence-file.ts'
import { openZip, type ZipArchive } from '../containers/zip.ts'
import type { ForeignModel } from '../foreign-tensor.ts'
import { keptFiles, readSmallFile } from '../small-files.ts'
import { graphFacts } from './graph-facts.ts'
import { bundleModel } from './model.ts'
import { openTensorBundle } from './tensor-bundle.ts'

/** The supported annotators, and the archive with the TensorFlow model of each. */
const ARCHIVES: ReadonlyMap<string, string> = /* @__PURE__ */ new Map([
  ['BertForTokenClassification', 'bert_classification_tensorflow'],
  ['DistilBertForTokenClassification', 'distilbert_classification_tensorflow'],
])

const METADATA = 'metadata/part-00000'
const LARGEST_GRAPH = 64 * 1024 * 1024
/** The multilingual BERT has 120,000 pieces. */
const MOST_IDS = 2 ** 19
/** Spark writes one part for each of its partitions. */
const LARGEST_PARTS = 10_000

/**
 * Opens the folder that Spark NLP saves a BertForTokenClassification or DistilBertForTokenClassification to, when it runs
 * on TensorFlow: settings in `metadata/`, vocabulary and labels as serialised Java pairs in `fields/`, and a zip of the
 * bare graph and its tensor bundle. (The layout: its TensorflowWrapper, Feature and ZipArchiveUtil classes.)
 *
 * @returns `undefined` if there is no `metadata/part-00000`
 * @throws {ModelFormatError} for other annotators and engines, saying which, and for damaged files
 */
export async function openSparkNlp(files: ModelFiles): Promise<ForeignModel | undefined> {
  const bytes = await readChecked(files, METADATA)
  if (bytes === undefined) return undefined
  const metadata = parseJsonObject(decodeText(METADATA, bytes), METADATA)
  const archiveName = archiveOf(files.name, metadata['class'])
  const settings = { ...objectOf(metadata['defaultParamMap']), ...objectOf(metadata['paramMap']) }
  const engine = settings['engine'] ?? 'tensorflow'
  if (engine !== 'tensorflow') {
    throw unsupportedContainer(
      files.name,
      `this annotator runs on ${quoted(String(engine))}; only TensorFlow ones are read. Convert the model it was made from`,
    )
  }
  const labels = await readIds(files, 'labels')
  const vocabulary = await readIds(files, 'vocabulary')
  const source = await files.open(archiveName)
  if (source === undefined)
    throw brokenContainer(files.name, `it has no ${archiveName}, the annotator's model`)
  try {
    const archive = await openZip(source)
    const model = await openArchive(archive, source, {
      labels,
      vocabulary: `${vocabulary.join('\n')}\n`,
      lowercase: settings['caseSensitive'] === false,
      tokenizer: await keptFiles(files),
    })
    return model
  } catch (error) {
    await source.close()
    throw error
  }
}

async function openArchive(
  archive: ZipArchive,
  source: ByteSource,
  companions: Parameters<typeof bundleModel>[2],
): Promise<ForeignModel> {
  const open = async (fileName: string): Promise<ByteSource | undefined> => {
    const entry = archive.entries.get(fileName)
    return entry === undefined ? undefined : await archive.open(entry)
  }
  const bundle =
    (await openTensorBundle(open, 'variables')) ?? (await openTensorBundle(open, 'variables/variables'))
  const graph = archive.entries.get('saved_model.pb')
  if (bundle === undefined || graph === undefined) {
    throw unsupportedContainer(archive.name, 'it holds no saved_model.pb and variables of TensorFlow')
  }
  const facts = graphFacts('saved_model.pb', await archive.readAll(graph, LARGEST_GRAPH))
  const model = await bundleModel('spark-nlp', bundle, companions, facts)
  return {
    ...model,
    async close(): Promise<void> {
      await model.close()
      await source.close()
    },
  }
}

function archiveOf(folder: string, className: unknown): string {
  if (typeof className !== 'string')
    throw brokenContainer(folder, `${METADATA} does not say which class was saved`)
  const name = className.slice(className.lastIndexOf('.') + 1)
  const archive = ARCHIVES.get(name)
  if (archive !== undefined && className.startsWith('com.johnsnowlabs.nlp.')) return archive
  if (name === 'PipelineModel') {
    throw unsupportedContainer(
      folder,
      'it is a whole Spark pipeline; give the folder of its token classifier, under stages/',
    )
  }
  throw unsupportedContainer(
    folder,
    `it is a saved ${quoted(name)}; of Spark NLP, ${[...ARCHIVES.keys()].join(' and ')} are read`,
  )
}

/**
 * A map from text to number, 0 to n - 1, as a list; numbers without a text (from a repeated line in a
 * vocabulary) get a name.
 */
async function readIds(files: ModelFiles, field: string): Promise<string[]> {
  const where = `fields/${field}`
  const ids: string[] = []
  let count = 0
  for await (const [text, id] of readPairs(files, where)) {
    if (!Number.isInteger(id) || id < 0 || id >= MOST_IDS)
      throw brokenContainer(where, `${quoted(text)} has the number ${id}`)
    if (ids[id] !== undefined) throw brokenContainer(where, `two entries have the number ${id}`)
    ids[id] = text
    if (++count > MOST_IDS) throw unsupportedContainer(where, `it has more than ${MOST_IDS} entries`)
  }
  if (count === 0) throw brokenContainer(files.name, `it has no ${where}`)
  if (ids.length > 2 * count)
    throw brokenContainer(where, `its ${count} entries are numbered up to ${ids.length - 1}`)
  return Array.from(ids, (text, id) => text ?? `[missing ${id}]`)
}

async function* readPairs(files: ModelFiles, folder: string): AsyncGenerator<[string, number]> {
  for (let part = 0; part < LARGEST_PARTS; part++) {
    const name = `${folder}/part-${String(part).padStart(5, '0')}`
    const bytes = await readChecked(files, name)
    if (bytes === undefined) return
    for (const record of sequenceFileValues(new ByteReader(name, bytes))) {
      const pairs = readJavaValue(new ByteReader(name, record))
      if (!Array.isArray(pairs)) throw brokenContainer(name, 'a record is no array of pairs')
      for (const pair of pairs) {
        if (
          !(pair instanceof JavaPair) ||
          typeof pair.first !== 'string' ||
          typeof pair.second !== 'number'
        ) {
          throw brokenContainer(name, 'a record is not of pairs of text and number')
        }
        yield [pair.first, pair.second]
      }
    }
  }
}

/**
 * A file written by Spark, checked if its checksums are present: they are lost on the way to the Hub or a zip
 * archive.
 */
async function readChecked(files: ModelFiles, name: string): Promise<Uint8Array | undefined> {
  const bytes = await readSmallFile(files, name)
  if (bytes === undefined) return undefined
  const checksums = await readSmallFile(files, checksumName(name))
  if (checksums !== undefined) checkHadoopChecksums(name, bytes, checksums)
  return bytes
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {}
}
