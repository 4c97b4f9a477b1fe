/** `iobert quantize`: writes a float model as int8. */
import { isGliner } from '../convert/gliner.ts'
import { quantizedConfig, quantizeModel } from '../convert/quantize-model.ts'
import { keptFiles, readSmallText } from '../convert/small-files.ts'
import { ModelFormatError } from '../format/errors.ts'
import { entryPlatform } from '../platform.node.ts'
import { take, valuesFor } from './arguments.ts'
import { type Command, defineCommand } from './command.ts'
import { withLoadingBar } from './loading.ts'
import { loadingRows } from './options.ts'
import { write } from './output.ts'
import { checkOutputFolder, createOutputFolder } from './output-folder.ts'
import { createBar, progressRow } from './progress.ts'

export const command: Command = defineCommand({
  usage: 'quantize [OPTIONS] IN OUT',
  about: [
    `Writes a float model as int8: the encoder's linear layers and the word embeddings, with one scale an output
      channel (its largest absolute value / 127); the rest stays as it is. OUT gets config.json (with
      quantization_config), model.safetensors, the tokenizer's files and those of sentence-transformers. The same
      model gives the same bytes.`,
    `  IN    a folder with config.json and model.safetensors (or shards), or a Hub id
  OUT   another folder; made where there is none. Its files take their places when all are complete, so that a run that
        is stopped leaves what was there`,
  ],
  options: {
    Options: {
      force: {
        type: 'boolean',
        help: 'replace the model that is in OUT; other files in it stay',
      },
      ...take(loadingRows, 'offline'),
      ...progressRow,
    },
  },
  takes: ['IN', 'OUT'],
  after: `Example
  iobert quantize ./my-model ./my-model-int8
`,
  async run({ options, positionals }) {
    const [from, to] = positionals as [string, string]
    const { force = false } = options
    await checkOutputFolder(to, { from, force })
    const platform = entryPlatform()
    const locator = await withLoadingBar((onProgress) =>
      platform.locate(from, valuesFor(options, loadingRows), { onProgress }, async () => {}),
    )
    const files = await platform.openFiles(locator, {})
    if (await isGliner(files)) {
      throw new ModelFormatError(
        'UnsupportedConfig',
        `${files.name} is a GLiNER model, which quantize does not write: Python's package would read int8 weights as other numbers, without an error. loadGliner and iobert find make it int8 when they load it; iobert convert writes it as safetensors, with --dtype float16 in half the bytes`,
      )
    }
    const config = await readSmallText(files, 'config.json')
    if (config === undefined) throw new ModelFormatError('MissingFile', `${files.name} has no config.json`)
    const texts = await keptFiles(files)
    texts.set('config.json', new TextEncoder().encode(await quantizedConfig(config)))
    const folder = await createOutputFolder(to, {
      from: locator.kind === 'folder' ? locator.path : from,
      force,
    })
    const bar = createBar()
    const weights = await folder.create('model.safetensors')
    const bytes = await quantizeModel(files, weights, {
      onProgress: (done, total) => bar.update('Quantising', { done, total, unit: 'bytes' }),
    }).finally(() => weights.close())
    bar.end()
    for (const [name, content] of texts) {
      const file = await folder.create(name)
      await file.write(content)
      await file.close()
    }
    folder.commit()
    await write(`${to}: model.safetensors (${bytes} bytes), ${[...texts.keys()].sort().join(', ')}\n`)
    return 0
  },
})
