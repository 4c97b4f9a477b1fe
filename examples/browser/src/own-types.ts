/** The field for the visitor's own entity types, if the chosen model is GLiNER; loaded only then. */
import { type Gliner, type GlinerLoadOptions, loadGliner, type ModelName } from 'iobert'
import { find, make } from './elements.ts'
import type { TextReader } from './reader.ts'

const FIRST_TYPES = 'person, organisation, place, date'
/** Rest after the last key until the text is read anew. */
const QUIET_MILLISECONDS = 400

/** @param onTypes  told when other types are asked for */
export async function loadOwnTypes(
  model: ModelName,
  options: GlinerLoadOptions,
  onTypes: () => void,
): Promise<TextReader> {
  const gliner = await loadGliner(model, options)
  const input = make('input', '')
  input.id = 'own-types'
  input.value = FIRST_TYPES
  input.autocomplete = 'off'
  const field = make('label', '', 'Types to look for, with commas between', input)
  find('model-name', HTMLElement).after(field)
  let waiting: ReturnType<typeof setTimeout> | undefined
  input.addEventListener('input', () => {
    clearTimeout(waiting)
    waiting = setTimeout(onTypes, QUIET_MILLISECONDS)
  })
  return {
    model: gliner.model,
    stream: (texts, { signal, onProgress }) => found(gliner, texts, typesOf(input.value), signal, onProgress),
    dispose() {
      clearTimeout(waiting)
      field.remove()
      gliner.dispose()
    },
  }
}

function typesOf(written: string): string[] {
  return written
    .split(',')
    .map((type) => type.trim())
    .filter((type) => type !== '')
}

/** Without a type nothing is looked for. */
async function* found(
  gliner: Gliner,
  texts: readonly string[],
  types: readonly string[],
  signal: AbortSignal,
  onProgress: (progress: { done: number; total: number }) => void,
): ReturnType<TextReader['stream']> {
  if (types.length > 0) yield* gliner.stream(texts, types, { signal, onProgress })
  else for (const _ of texts) yield { entities: [] }
}
