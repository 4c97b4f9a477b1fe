/** `iobert unmask`: puts names back into an answer about masked texts while it arrives. */

import { JsonRestorer } from '../markup/json-strings.ts'
import { Redactor, type RestoreReport, type Restorer } from '../markup/redact.ts'
import { streamOf } from '../markup/restore.ts'
import { loadStandIns } from '../node.ts'
import { UsageError } from './arguments.ts'
import { type Command, defineCommand } from './command.ts'
import { NoText } from './file-kinds.ts'
import { explain, findSources, type Leave, nameOf, openSource, type Source } from './inputs.ts'
import { readMap } from './map-file.ts'
import { inputRows } from './options.ts'
import { complain, write } from './output.ts'
import { OutputFiles, outRows } from './output-files.ts'

export const command: Command = defineCommand({
  usage: 'unmask --map MAP.json [FILE...] < answer.txt',
  about: [
    `Puts the names that iobert mask took out into an answer about the masked texts, as it comes. Placeholders are
      found as language models write them: [PER_1], PER_1, [PER 1], \\[PER\\_1\\], [Per_1]; stand-ins also in capitals
      and with an s of the genitive. On stderr it tells which
      are not in the map, which could be meant otherwise (per_1, PER1 or PER-1 without brackets, or (PER 1)) and were left, and which of the map
      do not stand in the answer.`,
  ],
  options: {
    Options: {
      map: {
        type: 'string',
        value: 'MAP',
        required: 'the file that iobert mask wrote',
        help: 'the file of the map; needed. It is only read',
      },
      csv: {
        type: 'boolean',
        means: ['format', 'csv'],
        help: 'the answer is a table, as iobert mask --csv gave it: quotes in names are doubled, as in cells',
      },
      tsv: {
        type: 'boolean',
        means: ['format', 'tsv'],
        help: 'the same with tabs between cells',
      },
      json: {
        type: 'boolean',
        means: ['format', 'json'],
        help: 'the answer is JSON: names are written as in its strings',
      },
      jsonl: {
        type: 'boolean',
        means: ['format', 'jsonl'],
        help: 'the answer is lines of JSON',
      },
      html: {
        type: 'boolean',
        means: ['format', 'html'],
        help: `the answer is HTML or XML: what is markup there (&, <, quotes) is written as character references in names`,
      },
      ...outRows,
      ...inputRows,
    },
  },
  after: `Example
  iobert unmask --map map.json < answer.txt
  iobert unmask --map map.json --out answers/ masked-answers/
`,
  async run(given) {
    const { map: path, format, out, force = false } = given.options
    // Of a mail or a document too, the answer is what is written.
    const find = (leave?: Leave): Promise<readonly Source[]> =>
      findSources({ ...given, options: { ...given.options, input: 'text' } }, leave)
    const found = await readMap(path)
    if (found === undefined) throw new UsageError(`--map ${path}: there is no such file`)
    const redactor = await writtenIn(format, found)
    const reports: RestoreReport[] = []
    let failed = false
    const planned = out === undefined ? undefined : await OutputFiles.plan(find, { out, force, kept: path })
    for (const source of planned?.sources ?? (await find())) {
      const restorer = restorerOf(redactor, format === 'json' || format === 'jsonl')
      const stream = streamOf(restorer, { onReport: (report) => reports.push(report) })
      const reader = stream.readable.getReader()
      const fed = feed(source, stream.writable.getWriter())
      fed.catch(() => {})
      try {
        const whole: string[] = []
        for (let read = await reader.read(); !read.done; read = await reader.read()) {
          if (planned === undefined) await write(read.value)
          else whole.push(read.value)
        }
        await fed
        await planned?.files.write(nameOf(source), whole.join(''))
      } catch (error) {
        failed = true
        if (planned !== undefined) planned.files.passOver(nameOf(source), explain(error))
        else complain(`${nameOf(source)}: ${explain(error)}`)
      }
    }
    tell(reports, path)
    return planned?.files.end() ?? (failed ? 1 : 0)
  },
})

/** The same redactor with names as a format has them: quotes doubled, as within a quoted cell, or markup escaped. */
async function writtenIn(format: string | undefined, redactor: Redactor): Promise<Redactor> {
  let write = (form: string): string => form.replaceAll('"', '""')
  if (format === 'html') write = (await import('./documents/html.ts')).escapePlaceholder
  else if (format !== 'csv' && format !== 'tsv') return redactor
  const saved = redactor.toJSON()
  const names = saved.names.map((one) => ({ ...one, forms: one.forms.map(write) }))
  const options = saved.placeholder === 'fake' ? { standIns: await loadStandIns() } : {}
  return Redactor.from({ ...saved, names }, options)
}

/** Restores a text, or the strings of a JSON text. */
function restorerOf(redactor: Redactor, isJson: boolean): Restorer {
  const restorer = redactor.restorer()
  if (!isJson) return restorer
  const strings = new JsonRestorer(() => restorer)
  return {
    push: (chunk) => strings.push(chunk),
    end: () => strings.end(),
    report: () => restorer.report(),
  }
}

/** Passes on a source's text as it arrives. */
async function feed(source: Source, writer: WritableStreamDefaultWriter<string>): Promise<void> {
  try {
    if (source.kind === 'text') await writer.write(source.text)
    else {
      const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
      for await (const chunk of openSource(source))
        await writer.write(decoder.decode(chunk, { stream: true }))
      await writer.write(decoder.decode())
    }
    await writer.close()
  } catch (error) {
    const cause =
      error instanceof TypeError && !(error instanceof NoText)
        ? new TypeError('it is not UTF-8 text', { cause: error })
        : error
    await writer.abort(cause).catch(() => {})
    throw cause
  }
}

/** Maximum number of names in a message; a map may contain thousands. */
const MOST_NAMED = 12

function tell(reports: readonly RestoreReport[], path: string): void {
  const all = (kind: keyof RestoreReport): Set<string> => new Set(reports.flatMap((report) => report[kind]))
  const restored = all('restored')
  const unseen = new Set([...all('unseen')].filter((one) => !restored.has(one)))
  for (const [said, which] of [
    [`not in ${path}, left as they are`, all('unknown')],
    ['could be meant otherwise, left as they are', all('unsure')],
    [`in ${path}, but not in the answer`, unseen],
  ] as const) {
    if (which.size === 0) continue
    const more = which.size > MOST_NAMED ? ` and ${which.size - MOST_NAMED} more` : ''
    complain(`${said}: ${[...which].slice(0, MOST_NAMED).join(', ')}${more}`)
  }
}
