/** `iobert convert`: writes a model of another format as a safetensors folder. */
import { convertModel } from '../convert/convert.ts'
import { folderFiles } from '../format/folder-files.node.ts'
import { type Command, defineCommand } from './command.ts'
import { complain, write } from './output.ts'
import { createOutputFolder } from './output-folder.ts'
import { createBar, progressRow } from './progress.ts'

export const command: Command = defineCommand({
  usage: 'convert [OPTIONS] IN OUT',
  about: [
    `Writes a model as a safetensors folder that iobert and Python's transformers load: config.json,
      model.safetensors, the tokenizer's files and those of sentence-transformers. The same model gives the same
      bytes. Nothing in IN is ever executed. What had to be guessed is told on stderr.`,
    `  IN    a folder with one of these
          model.safetensors, or shards; int8 too, which becomes float32
          pytorch_model.bin, or shards
          a TensorFlow SavedModel of TFBertForTokenClassification, with assets/vocab.txt and assets/labels.txt
          a saved Spark NLP BertForTokenClassification
          a TensorFlow checkpoint of BERT
  OUT   another folder; made where there is none. Its files take their places when all are complete, so that a run that
        is stopped leaves what was there`,
  ],
  options: {
    Options: {
      dtype: {
        type: 'word',
        words: { float32: '', float16: '' },
        value: 'D',
        help: 'what floats are written as',
        default: 'as they are',
      },
      force: { type: 'boolean', help: 'replace the model that is in OUT; other files in it stay' },
      ...progressRow,
    },
  },
  takes: ['IN', 'OUT'],
  after: `Example
  iobert convert ./spark-nlp-model ./my-model && iobert -m ./my-model "Angela Merkel"
`,
  async run({ options: { dtype, force = false }, positionals }) {
    const [from, to] = positionals as [string, string]
    const folder = await createOutputFolder(to, { from, force })
    const bar = createBar()
    const { kind, files, notes } = await convertModel(
      folderFiles(from),
      {
        ...(dtype === undefined ? {} : { dtype }),
        onProgress: (done, total) => bar.update('Converting', { done, total, unit: 'bytes' }),
      },
      folder,
    )
    folder.commit()
    bar.end()
    for (const note of notes) complain(note)
    await write(`${to}: ${files.join(', ')}, from ${kind}\n`)
    return 0
  },
})
