/** What the commands embed, classify and fill have in common: each text gets an answer of its own. */
import { readInputs, type Source } from './inputs.ts'
import { complain, write } from './output.ts'

/** What a text is answered with, or what is wrong with it. */
export type Answer<Result> = { readonly result: Result } | { readonly error: string }

export interface Answering<Result> {
  readonly maxChars: number
  /** One JSON array in place of lines. */
  readonly json: boolean
  answer(text: string): Promise<Answer<Result>>
  /** In JSON. */
  fields(result: Result): object
  /** For people, with the line's end. */
  lines(result: Result): string
  /** Written before all lines but the first; default nothing. */
  readonly between?: string
}

/** Answers texts one after another; one that cannot be read or answered is told, and the next one follows. @returns the exit code */
export async function answerInputs<Result>(
  sources: readonly Source[],
  { maxChars, json, answer, fields, lines, between = '' }: Answering<Result>,
): Promise<number> {
  let failed = false
  let separator = json ? '[\n' : ''
  for await (const { file, text, error } of readInputs(sources, maxChars)) {
    const answered = text === undefined ? { error: error! } : await answer(text)
    if ('error' in answered) {
      failed = true
      complain(text === undefined || file === undefined ? answered.error : `${file}: ${answered.error}`)
    }
    if (json) {
      const told = 'error' in answered ? answered : fields(answered.result)
      await write(separator + JSON.stringify({ ...(file === undefined ? {} : { file }), ...told }), 'json')
      separator = ',\n'
    } else if ('result' in answered) {
      await write(separator + lines(answered.result))
      separator = between
    }
  }
  if (json) await write('\n]\n')
  return failed ? 1 : 0
}
