/** All commands by name. */
import type { Command } from './command.ts'

/** A command's line in `iobert --help`, and its file, which is loaded only if the command is chosen. */
interface CommandEntry {
  readonly summary: string
  readonly load: () => Promise<{ readonly command: Command }>
}

export const commands: ReadonlyMap<string, CommandEntry> = new Map<string, CommandEntry>([
  ['mask', { summary: 'names out of texts, kept in a map', load: () => import('./mask.ts') }],
  ['unmask', { summary: 'the names of a map into an answer', load: () => import('./unmask.ts') }],
  ['proxy', { summary: 'masks between a program and a language model', load: () => import('./proxy.ts') }],
  ['evaluate', { summary: 'scores on CoNLL columns, as conlleval', load: () => import('./evaluate.ts') }],
  ['find', { summary: 'entities of types that you name (GLiNER)', load: () => import('./find.ts') }],
  ['tokenize', { summary: 'pieces, ids and offsets', load: () => import('./tokenize.ts') }],
  ['embed', { summary: 'a vector for each text', load: () => import('./embed.ts') }],
  ['classify', { summary: 'labels of whole texts', load: () => import('./classify.ts') }],
  ['rerank', { summary: 'lines in the order they answer a query', load: () => import('./rerank.ts') }],
  ['fill', { summary: 'words for masks', load: () => import('./fill.ts') }],
  ['trace', { summary: 'how a model comes to its labels, as a page', load: () => import('./trace.ts') }],
  ['bench', { summary: 'how fast a model is on this machine', load: () => import('./bench.ts') }],
  ['models', { summary: 'which model for which task', load: () => import('./models.ts') }],
  ['info', { summary: 'what a model is and needs', load: () => import('./info.ts') }],
  ['quantize', { summary: 'writes a float model as int8', load: () => import('./quantize.ts') }],
  [
    'convert',
    { summary: 'writes a model of another form as safetensors', load: () => import('./convert.ts') },
  ],
])
