/** Folders of TensorFlow and Spark NLP: the configuration is derived from their contents. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { crc32 } from '#dist/convert/containers/crc32.js'
import { openForeignModel } from '#dist/convert/foreign.js'
import { ModelFormatError } from '#dist/format/errors.js'
import { mapFiles } from '#dist/format/source.js'
import { times } from '../thorough.ts'
import { fixtureFiles, fixtureMap, mutated, readTensor, sameTensors, seeded } from './fixtures.ts'

const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes)

for (const [folder, kind, expected] of [
  ['pytorch-zip', 'pytorch', 'pytorch-zip'],
  ['pytorch-legacy', 'pytorch', 'pytorch-legacy'],
  ['pytorch-shards', 'pytorch', 'pytorch-zip'],
  ['tensorflow-checkpoint', 'tensorflow-checkpoint', 'tensorflow-checkpoint'],
  ['saved-model', 'saved-model', 'saved-model'],
  ['saved-model-distilbert', 'saved-model', 'saved-model-distilbert'],
  ['spark-nlp', 'spark-nlp', 'saved-model'],
] as const) {
  test(`openForeignModel reads ${folder} bit for bit as its framework`, async () => {
    const model = await openForeignModel(fixtureFiles(folder))
    assert.is(model.kind, kind)
    await sameTensors(model.tensors, `${expected}/expected.safetensors`)
    await model.close()
  })
}

test('openForeignModel derives the configuration of a SavedModel from shapes, labels and graph', async () => {
  const model = await openForeignModel(fixtureFiles('saved-model'))
  assert.equal(JSON.parse(model.config), {
    architectures: ['BertForTokenClassification'],
    model_type: 'bert',
    vocab_size: 40,
    max_position_embeddings: 24,
    pad_token_id: 0,
    hidden_size: 16,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    intermediate_size: 32,
    hidden_act: 'gelu',
    type_vocab_size: 2,
    layer_norm_eps: 1e-12,
    position_embedding_type: 'absolute',
    id2label: { 0: 'O', 1: 'B-PER', 2: 'I-PER' },
    label2id: { O: 0, 'B-PER': 1, 'I-PER': 2 },
  })
  assert.equal(model.notes, [
    'Whether text is lower-cased is not in the files: by its vocabulary it is not lower-cased',
  ])
  assert.is(text(model.tokenizer.get('tokenizer_config.json')), '{\n  "do_lower_case": false\n}\n')
  assert.is(text(model.tokenizer.get('vocab.txt')).split('\n')[5], 'Word0')
})

test('openForeignModel derives the configuration of a DistilBERT', async () => {
  const model = await openForeignModel(fixtureFiles('saved-model-distilbert'))
  const config = JSON.parse(model.config)
  assert.equal(
    [config.model_type, config.dim, config.n_layers, config.n_heads, config.hidden_dim, config.activation],
    ['distilbert', 16, 1, 4, 32, 'gelu'],
  )
})

test('openForeignModel reads the settings, vocabulary and labels that Spark NLP wrote', async () => {
  const spark = await openForeignModel(fixtureFiles('spark-nlp'))
  const saved = await openForeignModel(fixtureFiles('saved-model'))
  assert.equal(JSON.parse(spark.config), JSON.parse(saved.config))
  assert.is(
    text(spark.tokenizer.get('vocab.txt')).trimEnd(),
    text(saved.tokenizer.get('vocab.txt')).trimEnd(),
  )
  assert.is(text(spark.tokenizer.get('tokenizer_config.json')), '{\n  "do_lower_case": false\n}\n')
  assert.equal(spark.notes, [])
})

test('openForeignModel says which settings a checkpoint did not have', async () => {
  const files = fixtureMap('tensorflow-checkpoint')
  const whole = await openForeignModel(mapFiles(files))
  assert.is(JSON.parse(whole.config).num_attention_heads, 4)
  assert.is(whole.notes.length, 2, 'labels and case')
  files.delete('bert_config.json')
  await refused(files, /number of attention heads is not in the files, and hidden size 16/)
  files.set('labels.txt', new TextEncoder().encode('O\nB-PER\n'))
  files.set('bert_config.json', new TextEncoder().encode('{"num_attention_heads": 4}'))
  await refused(files, /classifier has 3 outputs, but there are 2 labels/)
  files.set('labels.txt', new TextEncoder().encode('O\nB-PER\nI-PER\n'))
  files.delete('checkpoint')
  await refused(files, /no model that can be converted/)
})

test('openForeignModel says what a folder has instead', async () => {
  await refused(new Map(), /no model that can be converted/)
  await refused(new Map([['tf_model.h5', new Uint8Array(8)]]), /only tf_model.h5, weights of Keras/)
  const spark = fixtureMap('spark-nlp')
  const metadata = (className: string, params: object): Uint8Array =>
    new TextEncoder().encode(JSON.stringify({ class: className, paramMap: params }))
  const bert = 'com.johnsnowlabs.nlp.annotators.classifier.dl.BertForTokenClassification'
  spark.set('metadata/part-00000', metadata(bert, { engine: 'onnx' }))
  await refused(spark, /runs on "onnx"; only TensorFlow/)
  spark.set('metadata/part-00000', metadata('com.johnsnowlabs.nlp.annotators.ner.dl.NerDLModel', {}))
  await refused(spark, /a saved "NerDLModel"/)
  spark.set('metadata/part-00000', metadata('org.apache.spark.ml.PipelineModel', {}))
  await refused(spark, /a whole Spark pipeline; give the folder/)
  spark.set('metadata/part-00000', metadata(bert, {}))
  spark.delete('fields/labels/part-00001')
  await refused(spark, /classifier has 3 outputs, but there are 1 labels/)
})

test('openForeignModel fills gaps in the numbers of a Spark NLP map, and refuses numbers that are none', async () => {
  const part = 'fields/labels/part-00001'
  for (const [last, message] of [
    [4, /classifier has 3 outputs, but there are 5 labels/],
    [1, /two entries have the number 1/],
    [9, /its 3 entries are numbered up to 9/],
    [-1, /"I-PER" has the number -1/],
  ] as const) {
    const files = fixtureMap('spark-nlp')
    const bytes = files.get(part)!
    new DataView(bytes.buffer, bytes.byteOffset).setInt32(bytes.length - 4, last)
    await refused(files, message)
  }
})

test('openForeignModel compares what Spark wrote with the checksums that Hadoop put beside it', async () => {
  const original = fixtureMap('spark-nlp')
  const names = [...original.keys()].filter((name) => name.includes('part-'))
  assert.is(names.length, 5)
  for (const name of names) {
    const bytes = original.get(name)!
    const step = 512
    const checksums = Buffer.alloc(8 + 4 * Math.ceil(bytes.length / step))
    checksums.write('crc\0', 'latin1')
    checksums.writeInt32BE(step, 4)
    for (let at = 0; at < bytes.length; at += step) {
      checksums.writeUInt32BE(crc32(bytes.subarray(at, at + step)), 8 + (4 * at) / step)
    }
    const beside = `${name.replace('part-', '.part-')}.crc`
    const files = new Map(original).set(beside, new Uint8Array(checksums))
    const model = await openForeignModel(mapFiles(files))
    await model.close()
    const damaged = bytes.slice()
    damaged[damaged.length - 1]! ^= 1
    await refused(
      new Map(files).set(name, damaged),
      /damaged between bytes \d+ and \d+: .*\.crc has another CRC-32/,
    )
    await refused(new Map(files).set(name, bytes.slice(0, -1)), /another CRC-32/)
    const short = new Uint8Array(checksums.subarray(0, -4))
    await refused(new Map(files).set(beside, short), /has checksums of another file/)
    await refused(new Map(files).set(beside, new Uint8Array(8)), /no checksums of Hadoop/)
  }
})

const DAMAGED = times(100, 500)
for (const folder of ['saved-model', 'tensorflow-checkpoint', 'spark-nlp', 'pytorch-shards']) {
  test(`openForeignModel reads ${DAMAGED} damaged ${folder} folders or refuses them, nothing else`, async () => {
    const random = seeded(5)
    const original = fixtureMap(folder)
    const names = [...original.keys()]
    let refusals = 0
    for (let i = 0; i < DAMAGED; i++) {
      const files = new Map(original)
      const name = names[i % names.length]!
      if (i < names.length) files.delete(name)
      else files.set(name, mutated(original.get(name)!, random))
      try {
        const model = await openForeignModel(mapFiles(files))
        for (const tensor of model.tensors) await readTensor(tensor)
        await model.close()
      } catch (error) {
        if (!(error instanceof ModelFormatError)) throw error
        refusals++
      }
    }
    assert.ok(refusals > DAMAGED / 5, `${refusals} were refused`)
  })
}

async function refused(files: Map<string, Uint8Array>, message: RegExp): Promise<void> {
  try {
    await openForeignModel(mapFiles(files))
  } catch (error) {
    assert.instance(error, ModelFormatError)
    assert.match((error as Error).message, message)
    return
  }
  assert.unreachable('it was opened')
}

test.run()
