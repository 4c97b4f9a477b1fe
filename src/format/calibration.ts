/**
 * Reads viterbi_calibration.json: biases on the transitions of labels in BIOES or BILOU, as openai/privacy-filter's
 * models state them. entities/calibrated.ts decodes by them.
 */
import { ModelFormatError } from './errors.ts'
import { isObject, type JsonRecord, kind, readJsonFile, shown } from './json-file.ts'
import type { ModelFiles } from './source.ts'

export const CALIBRATION = 'viterbi_calibration.json'

/** What is added to a sequence of labels in BIOES or BILOU for each step of a kind: viterbi_calibration.json. */
export interface TransitionBiases {
  /** From `O` to `O`. */
  readonly backgroundStay: number
  /** From `O` to the first label of an entity, B or S. */
  readonly backgroundToStart: number
  /** From B or I to I. */
  readonly insideToContinue: number
  /** From B or I to E, an entity’s last label. */
  readonly insideToEnd: number
  /** From E or S to `O`. */
  readonly endToBackground: number
  /** From E or S to B or S. */
  readonly endToStart: number
}

/** What decides whether a model's labels may be calibrated. */
interface LabelFacts {
  readonly headKind: string | undefined
  readonly labels: readonly string[]
}

/** The operating point that is used. */
const POINT = 'default'

const KEYS: Readonly<Record<keyof TransitionBiases, string>> = {
  backgroundStay: 'transition_bias_background_stay',
  backgroundToStart: 'transition_bias_background_to_start',
  insideToContinue: 'transition_bias_inside_to_continue',
  insideToEnd: 'transition_bias_inside_to_end',
  endToBackground: 'transition_bias_end_to_background',
  endToStart: 'transition_bias_end_to_start',
}

/** Whether labels may be in BIOES or BILOU; other models are spared the look for the file. */
export function mayBeCalibrated({ headKind, labels }: LabelFacts): boolean {
  return headKind === 'tokens' && labels.some((label) => /^[ELSU][-_]|[-_][ELSU]$/.test(label))
}

/**
 * Reads the biases of the operating point `default`, if the model has the file.
 *
 * @throws {ModelFormatError} InvalidConfig unless it has all six biases, numbers of float32, and no others
 */
export async function readCalibration(
  files: ModelFiles,
  facts: LabelFacts,
): Promise<TransitionBiases | undefined> {
  const json = mayBeCalibrated(facts) ? await readJsonFile(files, CALIBRATION) : undefined
  if (json === undefined) return undefined
  const points = objectOf(json, 'operating_points', '')
  const biases = objectOf(
    objectOf(points, POINT, 'operating_points.'),
    'biases',
    `operating_points.${POINT}.`,
  )
  const names = Object.values(KEYS)
  const other = Object.keys(biases).find((name) => !names.includes(name))
  if (other !== undefined)
    throw invalid(`${POINT} has the bias ${shown(other)}: only ${names.join(', ')} are known`)
  return Object.fromEntries(
    Object.entries(KEYS).map(([name, key]) => {
      const value = biases[key]
      // A sum of larger ones would be infinite, and forbidden transitions no longer less than it.
      if (typeof value === 'number' && Number.isFinite(Math.fround(value))) return [name, value]
      throw invalid(`${POINT} must have a number as ${key}, within float32, not ${shown(value)}`)
    }),
  ) as unknown as TransitionBiases
}

function objectOf(json: JsonRecord, key: string, within: string): JsonRecord {
  const value = json[key]
  if (isObject(value)) return value
  throw invalid(`${within}${key} must be an object, not ${kind(value)}`)
}

function invalid(what: string): ModelFormatError {
  return new ModelFormatError('InvalidConfig', `${CALIBRATION}: ${what}`)
}
