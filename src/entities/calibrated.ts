/** Viterbi with biases on the kinds of transitions, for models in BIOES or BILOU that state some. */
import type { TransitionBiases } from '../format/calibration.ts'
import { ModelFormatError } from '../format/errors.ts'
import type { Unit } from './aggregate.ts'
import { crfPath } from './crf.ts'
import { emissionsOf } from './decode.ts'
import type { Crf, LabelSet, ParsedLabel } from './labels.ts'

const FORBIDDEN = Number.NEGATIVE_INFINITY

/**
 * The likeliest sequence of labels that the scheme allows, as by `decodeViterbi`, where each step adds the bias of its
 * kind to the logits. The first label and the last have none.
 *
 * @param logits [T, C]
 * @returns one label id for each unit
 */
export function decodeCalibrated(
  units: readonly Unit[],
  logits: Float32Array,
  labels: LabelSet,
  biases: TransitionBiases,
): Int32Array {
  if (units.length === 0) return new Int32Array(0)
  const classes = labels.labels.length
  const emissions = new Float64Array(units.length * classes)
  for (const [i, unit] of units.entries()) emissions.set(emissionsOf(unit, logits, labels), i * classes)
  return crfPath(emissions, transitionScores(labels, biases))
}

/** The scores of all transitions, which have the form of a conditional random field's. */
function transitionScores(labelSet: LabelSet, biases: TransitionBiases): Crf {
  const scores = made.get(labelSet) ?? makeScores(labelSet.parsed, biases)
  made.set(labelSet, scores)
  return scores
}

const made = new WeakMap<LabelSet, Crf>()

function makeScores(parsed: readonly ParsedLabel[], biases: TransitionBiases): Crf {
  const opens = ({ position }: ParsedLabel): boolean => position === 'B' || position === 'S'
  const isOpen = ({ position }: ParsedLabel): boolean => position === 'B' || position === 'I'
  const goesOn = ({ position }: ParsedLabel): boolean => position === 'I' || position === 'E'
  const isEnd = ({ position }: ParsedLabel): boolean => position === 'E' || position === 'S'
  const bias = (from: ParsedLabel, to: ParsedLabel): number => {
    if (isOpen(from)) {
      if (!goesOn(to) || to.type !== from.type) return FORBIDDEN
      return to.position === 'I' ? biases.insideToContinue : biases.insideToEnd
    }
    if (goesOn(to)) return FORBIDDEN
    if (isEnd(from)) return opens(to) ? biases.endToStart : biases.endToBackground
    return opens(to) ? biases.backgroundToStart : biases.backgroundStay
  }
  return {
    start: parsed.map((label) => (goesOn(label) ? FORBIDDEN : 0)),
    end: parsed.map((label) => (isOpen(label) ? FORBIDDEN : 0)),
    transitions: parsed.flatMap((from) => parsed.map((to) => bias(from, to))),
  }
}

/**
 * The labels with a model's biases.
 *
 * @throws {ModelFormatError} InvalidConfig for labels without ends or without `O`, which biases cannot be for
 */
export function calibrated(labels: LabelSet, biases: TransitionBiases): LabelSet {
  const { scheme, outside } = labels
  if ((scheme === 'BIOES' || scheme === 'BILOU') && outside >= 0) return { ...labels, biases }
  throw new ModelFormatError(
    'InvalidConfig',
    `viterbi_calibration.json is for labels in BIOES or BILOU with an O, and the model's are in ${scheme}${outside < 0 ? ' without an O' : ''}: remove the file, or state the label_scheme in config.json`,
  )
}
