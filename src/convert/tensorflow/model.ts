/** Opens a TensorFlow SavedModel or checkpoint of BERT or DistilBERT. */
import { parseJsonObject } from '../../format/json-file.ts'
import { type ModelFiles, within } from '../../format/source.ts'
import { brokenContainer } from '../containers/refuse.ts'
import type { ForeignKind, ForeignModel } from '../foreign-tensor.ts'
import { keptFiles, linesOf, readSmallFile, readSmallText } from '../small-files.ts'
import { deriveConfig } from './derive-config.ts'
import { type GraphFacts, graphFacts } from './graph-facts.ts'
import { bundleTensors } from './model-tensors.ts'
import { openTensorBundle, type TensorBundle } from './tensor-bundle.ts'

const GRAPH = 'saved_model.pb'
/** The names used by Google's releases and TF1's saver, if no `checkpoint` file gives another. */
const USUAL_PREFIXES: readonly string[] = ['bert_model.ckpt', 'model.ckpt']

/**
 * Opens a TensorFlow SavedModel of a BERT or DistilBERT token classifier (`saved_model.pb`, `variables/`, and
 * `assets/vocab.txt` and `assets/labels.txt` as Spark NLP imports them), also as `save_pretrained(saved_model=True)`
 * nests it, in `saved_model/1/`.
 *
 * @returns `undefined` if there is none
 * @throws {ModelFormatError} if it is damaged or another kind of model
 */
export async function openSavedModel(files: ModelFiles): Promise<ForeignModel | undefined> {
  for (const place of [files, within(files, 'saved_model/1')]) {
    const graph = await readSmallFile(place, GRAPH)
    if (graph === undefined) continue
    const bundle = await openTensorBundle((fileName) => place.open(fileName), 'variables/variables')
    if (bundle === undefined)
      throw brokenContainer(place.name, 'a SavedModel without variables/variables.index')
    return await bundleModel('saved-model', bundle, await gather(place, files), graphFacts(GRAPH, graph))
  }
  return undefined
}

/**
 * Opens a checkpoint of Google's BERT code: `PREFIX.index` and its data files, with `vocab.txt` and `bert_config.json`.
 * PREFIX is what the file `checkpoint` says, else `bert_model.ckpt` or `model.ckpt`.
 *
 * @returns `undefined` if there is none
 * @throws {ModelFormatError} if it is damaged or another kind of model
 */
export async function openTensorflowCheckpoint(files: ModelFiles): Promise<ForeignModel | undefined> {
  const state = (await readSmallText(files, 'checkpoint')) ?? ''
  // Paths in it may be absolute and of another machine; the files are next to it.
  const latest = /^model_checkpoint_path: "(?:[^"]*\/)?([\w.-]{1,200})"/m.exec(state)?.[1]
  for (const prefix of latest === undefined ? USUAL_PREFIXES : [latest, ...USUAL_PREFIXES]) {
    const bundle = await openTensorBundle((fileName) => files.open(fileName), prefix)
    if (bundle === undefined) continue
    return await bundleModel('tensorflow-checkpoint', bundle, await gather(files, files), {})
  }
  return undefined
}

/** The files next to the weights. */
export interface Companions {
  readonly config?: string
  readonly facts?: GraphFacts
  readonly labels?: readonly string[]
  readonly vocabulary?: string
  readonly tokenizer: ReadonlyMap<string, Uint8Array>
  /** From a setting of the model; otherwise inferred from the vocabulary. */
  readonly lowercase?: boolean
}

async function gather(place: ModelFiles, outer: ModelFiles): Promise<Companions> {
  const config = (await readSmallText(place, 'config.json')) ?? (await readSmallText(outer, 'config.json'))
  const facts = await readBertConfig(place)
  const labels =
    (await readSmallText(place, 'assets/labels.txt')) ?? (await readSmallText(outer, 'labels.txt'))
  const vocabulary = await readSmallText(place, 'assets/vocab.txt')
  return {
    ...(config === undefined ? {} : { config }),
    ...(facts === undefined ? {} : { facts }),
    ...(labels === undefined ? {} : { labels: linesOf(labels) }),
    ...(vocabulary === undefined ? {} : { vocabulary }),
    tokenizer: await keptFiles(outer),
  }
}

/**
 * Google's own configuration; everything in it except the heads and the activation follows from the shapes.
 */
async function readBertConfig(files: ModelFiles): Promise<GraphFacts | undefined> {
  const text = await readSmallText(files, 'bert_config.json')
  if (text === undefined) return undefined
  const json = parseJsonObject(text, 'bert_config.json')
  const heads = json['num_attention_heads']
  const activation = json['hidden_act']
  return {
    ...(typeof heads === 'number' ? { heads } : {}),
    ...(typeof activation === 'string' ? { activation } : {}),
  }
}

/** Combines a bundle and its companion files. The bundle is closed with the model, or on an error. */
export async function bundleModel(
  kind: ForeignKind,
  bundle: TensorBundle,
  companions: Companions,
  graph: GraphFacts,
): Promise<ForeignModel> {
  try {
    const tensors = await bundleTensors(bundle)
    const tokenizer = new Map(companions.tokenizer)
    const notes: string[] = []
    if (companions.vocabulary !== undefined)
      tokenizer.set('vocab.txt', new TextEncoder().encode(companions.vocabulary))
    addTokenizerConfig(tokenizer, companions.lowercase, notes)
    let config = companions.config
    if (config === undefined) {
      const derived = deriveConfig(bundle.name, tensors, companions.labels, { ...companions.facts, ...graph })
      config = derived.json
      notes.push(...derived.notes)
    }
    return { kind, config, tokenizer, tensors, notes, close: bundle.close }
  } catch (error) {
    await bundle.close()
    throw error
  }
}

/** No TensorFlow file states whether text is lower-cased; a vocabulary with capitals means that it is not. */
function addTokenizerConfig(
  tokenizer: Map<string, Uint8Array>,
  lowercase: boolean | undefined,
  notes: string[],
): void {
  const vocabulary = tokenizer.get('vocab.txt')
  if (vocabulary === undefined) {
    notes.push('The vocabulary is not in the files: put its vocab.txt beside the result')
    return
  }
  if (tokenizer.has('tokenizer_config.json') || tokenizer.has('tokenizer.json')) return
  if (lowercase === undefined) {
    const pieces = linesOf(new TextDecoder().decode(vocabulary))
    lowercase = !pieces.some((piece) => !/^\[.*\]$/.test(piece) && /\p{Lu}/u.test(piece))
    notes.push(
      `Whether text is lower-cased is not in the files: by its vocabulary it is ${lowercase ? '' : 'not '}lower-cased`,
    )
  }
  const json = { do_lower_case: lowercase }
  tokenizer.set('tokenizer_config.json', new TextEncoder().encode(`${JSON.stringify(json, null, 2)}\n`))
}
