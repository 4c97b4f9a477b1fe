import { readSmallText, tokenizerFiles } from '../convert/small-files.ts'
import { ModelFormatError } from '../format/errors.ts'
import { quantizedConfig, quantizeModel } from '../format/quantize-model.ts'
import { nodePlatform } from '../runtime/platform.node.ts'
import type { ParsedArguments } from './arguments.ts'
import type { Command } from './command.ts'
import { twoModels } from './model-options.ts'
import { createOutputFolder } from './output-folder.ts'
import { createBar } from './progress.ts'

const help = `Usage: iobert quantize IN OUT

Writes a float model as int8: the encoder's linear layers and the word embeddings, one scale an output channel, the rest
as it is. The folder OUT gets config.json (with quantization_config), model.safetensors, and the tokenizer's files.
The same model gives the same bytes. Files are written beside those of OUT and take their place when all are complete.

  IN         a folder with config.json, vocab.txt and model.safetensors, or a Hub id
  OUT        a folder; it is made where there is none

Options
      --offline   no network: only what is in the Hub's cache
  -h, --help      this page

Example
  iobert quantize ./my-model ./my-model-int8
`

async function run(args: ParsedArguments): Promise<number> {
  const [from, to] = twoModels(args, 'quantize')
  const bar = createBar(`Quantising ${from}`)
  const locator = await nodePlatform.locate(from, { offline: args.has('offline') }, async () => {})
  const files = nodePlatform.openFiles(locator)
  const config = await readSmallText(files, 'config.json')
  if (config === undefined) throw new ModelFormatError('MissingFile', `${files.name} has no config.json`)
  const texts = new Map(await tokenizerFiles(files))
  texts.set('config.json', new TextEncoder().encode(quantizedConfig(config)))
  const folder = await createOutputFolder(to)
  const weights = await folder.create('model.safetensors')
  const bytes = await quantizeModel(files, weights, { onProgress: (done, total) => bar.update(done, total) })
  await weights.close()
  for (const [name, content] of texts) {
    const file = await folder.create(name)
    await file.write(content)
    await file.close()
  }
  await folder.commit()
  bar.end()
  process.stdout.write(`${to}: model.safetensors ${bytes} bytes, ${[...texts.keys()].sort().join(', ')}\n`)
  return 0
}

export const command: Command = {
  help,
  options: { offline: { type: 'boolean' } },
  run,
}
