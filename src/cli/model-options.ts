/** The options that all commands with a model share, from the command line to the library's names. */
import { checkRecognizeOptions } from '../entities/asked/options.ts'
import type { TextOptions } from '../entities/types.ts'
import type { LoadProgress } from '../format/load-watch.ts'
import type { LoadOptions } from '../load-options.ts'
import { checkLoadOptions } from '../load-options.ts'
import { visibleName } from '../markup/visible.ts'
import type { Recognizer } from '../recognizer.ts'
import { type OptionTable, type ParsedArguments, switches, UsageError, valued } from './arguments.ts'
import { createBar } from './progress.ts'

export const loadOptionTable: OptionTable = {
  model: { type: 'string', short: 'm' },
  ...valued('precision', 'threads', 'kernels', 'max-length'),
  ...switches('turbo', 'inline', 'padded-vocabulary', 'offline'),
}

export const loadOptionHelp: string = `Model
  -m, --model M        a folder, a Hub id owner/name[@revision], or a URL that ends in /; default: the model that ships
      --precision P    int8 (default: the same results on every machine) or float32 (as PyTorch)
      --threads N      a number, or auto (default)
      --turbo          256-bit vectors, in Node 24 and newer on x64
      --kernels K      auto (default), simd, relaxed or reference
      --inline         compute on the main thread, without a worker
      --max-length N   pieces in a window, at most (and by default) the model's
      --padded-vocabulary    a vocab.txt with fewer lines than the model has rows is whole, and not cut off
      --offline        no network: only what is in the Hub's cache
`

export const recognizeOptionTable: OptionTable = {
  strategy: { type: 'string', short: 's' },
  labels: { type: 'string', short: 'l' },
  ...valued('scheme', 'decode', 'stride', 'threshold', 'split', 'style'),
}

/**
 * How a model is to be loaded.
 *
 * @throws {UsageError} naming the option whose value is not allowed
 */
export function loadOptions(args: ParsedArguments): LoadOptions {
  const threads = args.value('threads')
  return asUsage(() =>
    checkLoadOptions({
      precision: args.value('precision'),
      threads: threads === 'auto' ? threads : number(threads),
      kernels: args.value('kernels'),
      turbo: args.has('turbo'),
      inline: args.has('inline'),
      maxLength: number(args.value('max-length')),
      paddedVocabulary: args.has('padded-vocabulary') || undefined,
      // Not given, it is left to HF_HUB_OFFLINE.
      offline: args.has('offline') || undefined,
    }),
  )
}

/** The model of a command for which none ships. */
export function neededModel(args: ParsedArguments, command: string): string {
  const model = args.value('model')
  if (model !== undefined) return model
  throw new UsageError(`${command} takes --model: no model of this kind ships`)
}

/**
 * What is asked of each recognition.
 *
 * @throws {UsageError} naming the option whose value is not allowed
 */
export function recognizeOptions(args: ParsedArguments): TextOptions {
  return asUsage(
    () =>
      checkRecognizeOptions({
        strategy: args.value('strategy'),
        scheme: args.value('scheme')?.toUpperCase(),
        decode: args.value('decode'),
        stride: number(args.value('stride')),
        threshold: number(args.value('threshold')),
        labels: args
          .value('labels')
          ?.split(',')
          .map((label) => label.trim()),
        split: readSplit(args),
        style: args.value('style'),
        rulePolicy: args.value('rule-policy'),
      }) as TextOptions,
  )
}

/** `--lines` is short for `--split lines`; none is false. */
function readSplit(args: ParsedArguments): string | false | undefined {
  const split = args.value('split')
  if (args.has('lines')) {
    if (split === undefined || split === 'lines') return 'lines'
    throw new UsageError(`Give one of --lines and --split ${split}`)
  }
  return split === 'none' ? false : split
}

/** Loads with a bar for the files on their way, the longest of which are the weights. */
export async function withLoadingBar<T>(
  load: (onProgress: (progress: LoadProgress) => void) => Promise<T>,
): Promise<T> {
  const bar = createBar()
  try {
    return await load(({ file, loaded, total }) => {
      const title = file === 'weights' ? 'Loading the model' : `Downloading ${visibleName(file)}`
      bar.update(title, { done: loaded, total, unit: 'bytes' })
    })
  } finally {
    bar.end()
  }
}

/** The two positionals of a command that reads a model and writes a folder. */
export function twoModels({ positionals }: ParsedArguments, command: string): [from: string, to: string] {
  const [from, to] = positionals
  if (from !== undefined && to !== undefined && positionals.length === 2) return [from, to]
  throw new UsageError(`${command} takes IN and OUT, found ${positionals.length} arguments`)
}

/** A whole number or a decimal; what is no number stays text, which the check then names. */
export function number(text: string | undefined): number | string | undefined {
  return text !== undefined && /^-?\d+(\.\d+)?$/u.test(text) ? Number(text) : text
}

/** The library's checks name its options; a user of the command line wrote them in another way. */
export function asUsage<T>(check: () => T): T {
  try {
    return check()
  } catch (error) {
    throw usageOf(error)
  }
}

/**
 * What only the model tells of the options, as its labels, before anything is read.
 *
 * @throws {UsageError}
 */
export async function checkWithModel(ner: Recognizer, options: TextOptions): Promise<void> {
  await ner.recognizeAll([], options).catch((error: unknown) => {
    throw usageOf(error)
  })
}

function usageOf(error: unknown): unknown {
  if (!(error instanceof RangeError || error instanceof TypeError)) return error
  const written = error.message.replace(
    /^[a-zA-Z]+/u,
    (name) => `--${name.replace(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`)}`,
  )
  return new UsageError(
    written
      .replace('is a string, expected', 'is not a number, expected')
      .replace(/^(--split .*)$/u, "$1, 'none'"),
  )
}
