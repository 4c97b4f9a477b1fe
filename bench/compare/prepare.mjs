// Prepares what the comparison needs: the rivals, a Python environment, the models and their ONNX files.
import { spawnSync } from 'node:child_process'
import { copyFileSync, cpSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { here, modelPath, onnxFile, python, root, torchPython } from './places.mjs'

const cli = join(root, 'dist/cli/main.js')

export function run(command, args, folder = here) {
  console.error(`  ${command.split('/').pop()} ${args.join(' ')}`)
  const done = spawnSync(command, args, { cwd: folder, stdio: ['ignore', 2, 2] })
  if (done.error) throw new Error(`${command} did not start: ${done.error.message}`)
  if (done.status !== 0)
    throw new Error(`${command} ${args.join(' ')} ended with ${done.status ?? done.signal}`)
}

/** @param folder  whose package.json has them */
export function prepareRivals(folder = here) {
  // One of the rivals downloads in its post-install step; what is needed of it is in its package.
  const done = join(folder, 'node_modules/.package-lock.json')
  if (!existsSync(done)) run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], folder)
  run(process.execPath, [join(root, 'tools/build/build.mjs')], root)
}

/** @param list  of packages, a file in this folder: a virtual environment of its own */
export function preparePython(list = 'requirements.txt', executable = python) {
  const path = resolve(here, list)
  const folder = join(executable, '../..')
  const done = join(folder, basename(list))
  const wanted = readFileSync(path, 'utf8')
  if (existsSync(done) && readFileSync(done, 'utf8') === wanted) return
  run('python3', ['-m', 'venv', folder])
  run(executable, ['-m', 'pip', 'install', '--quiet', '--requirement', path])
  writeFileSync(done, wanted)
}

/** DeBERTa of v3-base's shape; its numbers are drawn by a fixed seed. */
export function prepareDeberta() {
  const float = modelPath('deberta', 'float')
  const files = [join(float, 'tokenizer_config.json'), onnxFile('deberta', 'fp32'), onnxFile('deberta', 'q8')]
  if (files.every((file) => existsSync(file))) return
  preparePython('requirements-torch.txt', torchPython)
  const tokenizer = join(root, 'test/goldens/families/deberta-v3')
  const onnx = join(modelPath('deberta', 'onnx'), 'onnx')
  run(torchPython, [join(here, 'make-deberta.py'), tokenizer, float, onnx])
}

/**
 * @param name 'base' or 'large', whose weights are a formula unless IOBERT_BERT_BASE names the folder of a trained BERT-base; or
 *   'named', that one alone, where what is compared must know names; or 'shipped', whose weights are multiplied out for the others
 * @param kinds of ['int8', 'onnx'], beside the float folder
 */
export function prepareModel(name, kinds) {
  const float = modelPath(name, 'float')
  if (name === 'shipped' && !existsSync(float)) {
    cpSync(join(root, 'weights'), modelPath(name, 'int8'), { recursive: true })
    run(process.execPath, [cli, 'convert', modelPath(name, 'int8'), float])
  }
  if (!existsSync(join(float, 'model.safetensors'))) {
    const trained = name === 'large' ? undefined : process.env.IOBERT_BERT_BASE
    if (trained === undefined && name === 'named')
      throw new Error('IOBERT_BERT_BASE must name the folder of a BERT-base for entities')
    if (trained === undefined) run(process.execPath, [join(root, 'bench/make-model.mjs'), name, float])
    else cpSync(trained, float, { recursive: true })
  }
  if (kinds.includes('int8') && !existsSync(join(modelPath(name, 'int8'), 'model.safetensors'))) {
    run(process.execPath, [cli, 'quantize', float, modelPath(name, 'int8')])
  }
  if (kinds.includes('onnx')) prepareOnnx(name, float)
}

/** The folder as transformers.js wants it: config.json, tokenizer.json, tokenizer_config.json, onnx/model*.onnx. */
function prepareOnnx(name, float) {
  const folder = modelPath(name, 'onnx')
  if (!existsSync(onnxFile(name, 'q8')) || !existsSync(onnxFile(name, 'fp32'))) {
    preparePython()
    run(python, [join(here, 'export-onnx.py'), float, join(folder, 'onnx')])
  }
  copyFileSync(join(float, 'config.json'), join(folder, 'config.json'))
  const settings = JSON.parse(readFileSync(join(float, 'tokenizer_config.json'), 'utf8'))
  writeJson(join(folder, 'tokenizer_config.json'), {
    ...settings,
    tokenizer_class: 'BertTokenizer',
    ...SPECIAL,
  })
  writeJson(join(folder, 'tokenizer.json'), fastTokenizer(float, settings.do_lower_case ?? true))
}

const SPECIAL = {
  unk_token: '[UNK]',
  sep_token: '[SEP]',
  pad_token: '[PAD]',
  cls_token: '[CLS]',
  mask_token: '[MASK]',
}

function writeJson(path, value) {
  writeFileSync(`${path}.partial`, JSON.stringify(value))
  renameSync(`${path}.partial`, path)
}

/** The tokenizer.json that the tokenizers library writes for a BERT vocabulary. */
function fastTokenizer(float, lowercase) {
  const pieces = readFileSync(join(float, 'vocab.txt'), 'utf8').split('\n')
  if (pieces.at(-1) === '') pieces.pop()
  const id = (piece) => pieces.indexOf(piece)
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true }
  const special = (piece) => ({ SpecialToken: { id: piece, type_id: 0 } })
  const sequence = { Sequence: { id: 'A', type_id: 0 } }
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: Object.values(SPECIAL).map((content) => ({ id: id(content), content, ...flags })),
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [special('[CLS]'), sequence, special('[SEP]')],
      pair: [
        special('[CLS]'),
        sequence,
        special('[SEP]'),
        { Sequence: { id: 'B', type_id: 1 } },
        special('[SEP]'),
      ],
      special_tokens: Object.fromEntries(
        ['[CLS]', '[SEP]'].map((piece) => [piece, { id: piece, ids: [id(piece)], tokens: [piece] }]),
      ),
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(pieces.map((piece, index) => [piece, index])),
    },
  }
}
