/** Every `computed` block of the pages, by name. The numbers come from the code that the pages explain. */
import * as attention from './worked/attention.ts'
import * as digits from './worked/digits.ts'
import { help } from './worked/help.ts'
import * as house from './worked/house.ts'
import * as labels from './worked/labels.ts'
import * as layers from './worked/layers.ts'
import * as memory from './worked/memory.ts'
import * as model from './worked/model.ts'
import * as redaction from './worked/redaction.ts'
import * as sizes from './worked/sizes.ts'
import * as speeds from './worked/speeds.ts'

type Computation = () => string[] | Promise<string[]>

const COMPUTATIONS: Readonly<Record<string, Computation>> = {
  overview: model.overview,
  core: house.core,
  capabilities: house.capabilities,
  ...help,
  'readme-entities': model.readmeEntities,
  'readme-commands': model.readmeCommands,
  'get-started-command': model.getStartedCommand,
  'get-started-program': model.getStartedProgram,
  'one-page': model.onePage,
  'model-sizes': sizes.modelSizes,
  'word-pieces': model.wordPieces,
  'word-piece-exercise': model.wordPieceExercise,
  offsets: model.offsets,
  embedding: layers.embedding,
  'embedding-sizes': sizes.embeddingSizes,
  'linear-float32': layers.linearFloat32,
  'linear-int8': layers.linearInt8,
  'linear-sizes': sizes.linearSizes,
  'layer-speeds': speeds.layerSpeeds,
  attention: attention.attention,
  'attention-whole': attention.attentionWhole,
  'attention-heads': model.attentionHeads,
  'attention-exercise': attention.attentionExercise,
  'attention-sizes': sizes.attentionSizes,
  'softmax-whole': attention.softmaxWhole,
  'powers-of-two': attention.powersOfTwo,
  softmax: attention.softmaxExample,
  exponential: attention.exponential,
  'softmax-sizes': sizes.softmaxSizes,
  'layer-norm': layers.layerNorm,
  'layer-norm-exercise': layers.layerNormExercise,
  'norm-sizes': sizes.normSizes,
  activations: layers.activations,
  'feed-forward': layers.feedForward,
  'feed-forward-sizes': sizes.feedForwardSizes,
  grouping: labels.grouping,
  'grouping-exercise': labels.groupingExercise,
  viterbi: labels.viterbi,
  strategies: model.strategies,
  'written-words': model.writtenWords,
  redaction: redaction.redaction,
  'redaction-rules': redaction.redactionRules,
  'redaction-turns': redaction.redactionTurns,
  panel: memory.panel,
  limits: memory.limits,
  'limit-exercise': memory.roofExercise,
  quantizing: memory.quantizing,
  'two-digits': digits.twoDigits,
  'short-tile': digits.shortTile,
  'short-sum': digits.shortSum,
  'listed-groups': digits.listedGroups,
  'kernel-speeds': speeds.kernelSpeeds,
  'dot-account': speeds.dotAccount,
  tie: digits.tie,
  'precision-sizes': sizes.precisionSizes,
  file: memory.file,
}

/** @throws {RangeError} for a name that nothing is computed under */
export async function compute(name: string): Promise<string> {
  const computation = COMPUTATIONS[name]
  if (computation === undefined) throw new RangeError(`Nothing is computed under the name '${name}'`)
  return `${(await computation()).join('\n')}\n`
}

export const computedNames: readonly string[] = Object.keys(COMPUTATIONS)
