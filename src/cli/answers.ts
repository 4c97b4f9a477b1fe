/** What the commands embed, classify and fill have in common: each text gets an answer of its own. */
import { readInputs, type Source } from './inputs.ts'
import { complain, write } from './output.ts'

/** What a text is answered with, or what is wrong with it. */
export type Answer<Result> = { readonly result: Result } | { readonly error: string }

export interface Answering<Result> {
  readonly maxChars: number
  /** One JSON array in place of lines, or a line of JSON for each. */
  readonly format: 'json' | 'jsonl' | undefined
  /** One of each text. */
  answer(texts: readonly string[]): Promise<readonly Answer<Result>[]>
  /** In JSON. */
  fields(result: Result): object
  /** For people, with the line's end. */
  lines(result: Result): string
  /** Written before all lines but the first; default nothing. */
  readonly between?: string
}

/** Answers texts one after another, or many lines together; what cannot be read or answered is told. @returns the exit code */
export async function answerInputs<Result>(
  sources: readonly Source[],
  { maxChars, format, answer, fields, lines, between = '' }: Answering<Result>,
): Promise<number> {
  const told = (answered: Answer<Result>): object =>
    'error' in answered ? answered : fields(answered.result)
  let failed = false
  if (format === 'jsonl') {
    const { runJsonl } = await import('./jsonl.ts')
    const compute = async (texts: readonly string[]): Promise<object[]> => {
      const answers = await answer(texts)
      failed ||= answers.some((answered) => 'error' in answered)
      return answers.map(told)
    }
    const code = await runJsonl(compute, sources, maxChars)
    return failed ? 1 : code
  }
  const json = format === 'json'
  let separator = json ? '[\n' : ''
  for await (const { file, text, error } of readInputs(sources, maxChars)) {
    const answered = text === undefined ? { error: error! } : (await answer([text]))[0]!
    if ('error' in answered) {
      failed = true
      complain(text === undefined || file === undefined ? answered.error : `${file}: ${answered.error}`)
    }
    if (json) {
      const named = file === undefined ? {} : { file }
      await write(separator + JSON.stringify({ ...named, ...told(answered) }), 'json')
      separator = ',\n'
    } else if ('result' in answered) {
      await write(separator + lines(answered.result))
      separator = between
    }
  }
  if (json) await write('\n]\n')
  return failed ? 1 : 0
}
