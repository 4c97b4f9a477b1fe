/**
 * Labels whole texts with labels named in each call, with GLiNER2: text and labels → prompt and words → hidden states → logits of
 * labels → scores.
 */
import { collectAnswers, stopWith } from '../../answers.ts'
import { Batcher } from '../../batcher.ts'
import type { BertModel } from '../../bert-model.ts'
import { wrongKind } from '../../check/kind.ts'
import type { Rows } from '../../check/option-rows.ts'
import { checkOptions, checkStrings } from '../../check/options.ts'
import { softmaxRows } from '../../entities/softmax.ts'
import { ModelFormatError } from '../../format/errors.ts'
import { sigmoid } from '../../kernels/scalars.ts'
import { requireFinite } from '../../model/forward-output.ts'
import type { EngineClient } from '../../runtime/client.ts'
import { BATCH_TOKENS } from '../../runtime/engine-setup.ts'
import type { Classification, LabelScore } from '../classifier.ts'
import type { GlinerConfig } from './config.ts'
import { checkLabels, type TextLabel } from './types.ts'
import { makeWindows, type Reading, type WordWindow } from './windows.ts'

/** How a text gets labels. */
export interface LabelOptions {
  /** What the labels are about, in plain words, which the model reads before them: 'sentiment'. Default 'category'. */
  task?: string
  /**
   * Whether a text may have several labels, or none; default false: it has just one. Scores are then a sigmoid each, and do
   * not add up to 1.
   */
  multiLabel?: boolean
  /** With `multiLabel`: labels with a score from this on are chosen; default 0.5. */
  threshold?: number
  /** Stops between two layers. */
  signal?: AbortSignal
}

const TASK = 'category'
/** The package's default. */
const THRESHOLD = 0.5

export const labelRows: Rows<LabelOptions> = {
  task: {
    type: 'string',
    value: 'T',
    needs: ['labels'],
    help: 'what they are about, which the model reads too',
    default: TASK,
  },
  multiLabel: {
    type: 'boolean',
    needs: ['labels'],
    help: 'a text may have several of them, or none',
  },
  threshold: {
    type: 'number',
    from: 0,
    to: 1,
    value: 'P',
    needs: ['multiLabel'],
    help: 'labels are given from this score on',
    default: THRESHOLD,
  },
  signal: { type: 'signal' },
}

/** The labels of a text, of those that the call named. */
export interface NamedClassification extends Classification {
  /**
   * The label with the highest score; with `multiLabel` all that reach their threshold, the best first, and none if no one
   * does.
   */
  chosen: LabelScore[]
}

interface Parts {
  readonly model: BertModel
  readonly config: GlinerConfig
  readonly reading: Reading
  readonly engine: EngineClient
}

/** One classification for each text, in their order. */
export async function classifyTexts(
  { model, config, reading, engine }: Parts,
  texts: readonly string[],
  labels: readonly (string | TextLabel)[],
  given: LabelOptions | undefined,
): Promise<NamedClassification[]> {
  if (reading.labels === undefined) {
    throw new ModelFormatError(
      'UnsupportedConfig',
      'The model is one of GLiNER, which finds entities and has no head for whole texts; GLiNER2 has (fastino/gliner2-base-v1), and models of fixed labels are for loadClassifier',
    )
  }
  const options = checkOptions<LabelOptions>(given, labelRows)
  if (!Array.isArray(texts)) throw wrongKind(texts, 'texts', 'a text, or an array of texts')
  checkStrings(texts, 'texts')
  const asked = checkLabels(labels)
  checkThresholds(options, asked)
  const { task = TASK, signal } = options
  if (task.trim() === '')
    throw new RangeError("task is empty, expected what the labels are about, such as 'sentiment'")
  const prompt = reading.labels.prompt(task, asked)
  const ofTexts = { ...reading, words: reading.labels.words }
  const limits = { maxWidth: config.maxWidth, maxWords: config.maxWords, maxPieces: model.maxLength }
  return await collectAnswers(async (give, stop) => {
    stopWith(stop, signal, (end) => model.onEnd(end))
    const batcher = new Batcher<WordWindow, Float32Array>({
      ...{ tokens: BATCH_TOKENS, stop },
      compute: async (windows, stopped) => {
        const wanted = { rows: windows.map(({ types }) => types) }
        return (
          await engine.forward(
            windows.map(({ ids }) => ids),
            wanted,
            stopped,
          )
        ).logits
      },
    })
    for (const text of texts) {
      for (const window of makeWindows(text, ofTexts, prompt, limits, false, 'labels')) {
        await batcher.room()
        if (window === undefined) continue
        batcher.push(window, (logits) => give(classification(logits, asked, options, !window.isLast)))
      }
    }
    await batcher.end()
  })
}

/** @throws {RangeError} for a threshold where just one label is given, whatever its score */
function checkThresholds({ multiLabel, threshold }: LabelOptions, labels: readonly TextLabel[]): void {
  if (multiLabel === true) return
  const index = labels.findIndex((label) => label.threshold !== undefined)
  if (threshold === undefined && index < 0) return
  throw new RangeError(
    `${threshold === undefined ? `labels[${index}].threshold` : 'threshold'} is for multiLabel: otherwise a text has the label with the highest score; leave it out, or give multiLabel: true`,
  )
}

function classification(
  logits: Float32Array,
  asked: readonly TextLabel[],
  { multiLabel = false, threshold = THRESHOLD }: LabelOptions,
  truncated: boolean,
): NamedClassification {
  requireFinite(logits, 'The scores of labels')
  const scores = multiLabel ? logits.map(sigmoid) : softmaxRows(logits, logits.length)
  const order = asked.map((_, index) => index).sort((a, b) => scores[b]! - scores[a]!)
  const scored = (index: number): LabelScore => ({ label: asked[index]!.label, score: scores[index]! })
  const labels = order.map(scored)
  const reaches = (index: number): boolean => scores[index]! >= (asked[index]!.threshold ?? threshold)
  const chosen = multiLabel ? order.filter(reaches).map(scored) : labels.slice(0, 1)
  return { ...labels[0]!, labels, chosen, logits, truncated }
}
