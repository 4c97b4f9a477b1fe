/** `iobert info`: what a model is, and whether it will load. */
import { HubCache } from '../hub/cache.node.ts'
import { readEnvironment } from '../hub/environment.node.ts'
import { clearInt8Copies } from '../hub/int8-copy.node.ts'
import { parseHubId } from '../hub/urls.ts'
import { visibleName } from '../markup/visible.ts'
import { UsageError, valuesFor } from './arguments.ts'
import { type Command, defineCommand } from './command.ts'
import { inspectModel, type ModelFacts } from './model-facts.ts'
import { loadingRows } from './options.ts'
import { write } from './output.ts'

export const command: Command = defineCommand({
  usage: 'info [OPTIONS] [MODEL]',
  about: [
    `Whether a model can be loaded, and what is missing where it cannot; what it is and what it needs: architecture,
      labels and their scheme, parameters, element types, memory at each precision with one thread, files with sizes
      and SHA-256. No weights are downloaded: of a Hub's model that is not in the cache the small files and the
      headers of the weights are read.`,
    '  MODEL   a folder, a Hub id, or a URL that ends in /; default: the model that ships',
    `A Hub's model with float weights that is used as int8 is quantised once, and the int8 weights are kept beside
      it in the cache; --clear deletes them.`,
  ],
  options: {
    Options: {
      json: { type: 'boolean', help: 'as JSON; sizes in bytes' },
      clear: {
        type: 'boolean',
        help: 'delete the int8 weights that are kept of MODEL, a Hub id, and do nothing else',
      },
      offline: loadingRows.offline,
    },
  },
  takes: ['[MODEL]'],
  after: `Example
  iobert info dslim/bert-base-NER
`,
  async run({ options, positionals: [model] }) {
    if (options.clear) return clear(model)
    const facts = await inspectModel(model, valuesFor(options, loadingRows))
    if (options.json) await write(`${JSON.stringify(facts)}\n`, 'json')
    else await write(describe(facts))
    return facts.loads === 'no' ? 1 : 0
  },
})

async function clear(model: string | undefined): Promise<number> {
  if (model === undefined) throw new UsageError('info --clear takes the Hub id of a model')
  const { repository } = parseHubId(model)
  const bytes = await clearInt8Copies(new HubCache(readEnvironment().cacheDir, repository, true).folder)
  await write(
    bytes === 0
      ? `Nothing is kept of ${repository} as int8\n`
      : `Deleted what was kept of ${repository} as int8: ${(bytes / 1e6).toFixed(1)} MB\n`,
  )
  return 0
}

function describe(facts: ModelFacts): string {
  const { model, loads, missing, files, reads } = facts
  const rows: [string, string][] = [
    ['model', visibleName(model)],
    ['loads', loads === 'unknown' ? 'unknown: the weights are not here' : loads],
    ...missing.map((what): [string, string] => ['missing', what]),
    ...modelRows(facts),
    ...(reads === undefined ? [] : [['reads', readsRow(reads)] as [string, string]]),
    ...files.map(({ name, bytes, sha256 }, i): [string, string] => [
      i === 0 ? 'files' : '',
      `${name}  ${bytes} bytes${sha256 === undefined ? '' : `  ${sha256}`}`,
    ]),
  ]
  return rows.map(([name, value]) => `${name.padEnd(13)} ${value}\n`).join('')
}

/** The files of the weights, and whether they are a pickle. */
function readsRow({ files, bytes }: NonNullable<ModelFacts['reads']>): string {
  const pickle = files[0]!.endsWith('.bin') ? ' (a pickle: read, never run)' : ''
  const names = files.length > 3 ? `${files[0]} and ${files.length - 1} more` : files.join(', ')
  return `${names}: ${bytes} bytes${pickle}`
}

/** The facts in config.json and the weights. */
function modelRows({
  architecture,
  labels,
  scheme,
  memory,
  kernels,
  parameters,
  dtypes,
  crf,
}: ModelFacts): [string, string][] {
  if (architecture === undefined || memory === undefined || kernels === undefined) return []
  const { modelType, numLayers, hiddenSize, numHeads, intermediateSize, hiddenActivation } = architecture
  const megabytes = (bytes: number | undefined): string =>
    bytes === undefined ? 'more than WebAssembly can address' : `${(bytes / 1e6).toFixed(1)} MB`
  const types = Object.entries(dtypes ?? {}).map(([dtype, count]) => `${dtype} ${count}`)
  return [
    [
      'architecture',
      `${modelType}, L=${numLayers} layers, H=${hiddenSize}, A=${numHeads} heads, I=${intermediateSize}, ${hiddenActivation}`,
    ],
    ['head', architecture['head'] as string],
    ['vocabulary', `${architecture['vocabSize']} pieces`],
    ['window', `${architecture['maxPositions']} pieces`],
    ...(labels === undefined || labels.length === 0
      ? []
      : [['labels', labels.map(visibleName).join(' ')] as [string, string]]),
    ...(scheme === undefined
      ? []
      : [
          ['scheme', scheme === 'IOB' ? 'IOB (IOB1 and IOB2 have these labels)' : scheme] as [string, string],
        ]),
    ...(crf ? [['decoding', 'by the conditional random field that it has'] as [string, string]] : []),
    ['parameters', parameters === undefined ? 'unknown: the weights are not here' : String(parameters)],
    ...(types.length === 0 ? [] : [['types', types.join(', ')] as [string, string]]),
    ['memory', `int8 ${megabytes(memory.int8)}, float32 ${megabytes(memory.float32)}`],
    ['kernels', `int8 ${kernels.int8}`],
    ['', `float32 ${kernels.float32}`],
  ]
}
