import type { Family } from './family.ts'

/** A family's file, read only where a model is of it, by `model_type`. */
const FAMILIES: ReadonlyMap<string, () => Promise<{ readonly family: Family }>> = new Map([
  ['bert', () => import('./bert.ts')],
  ['distilbert', () => import('./distilbert.ts')],
  ['roberta', () => import('./roberta.ts')],
  ['xlm-roberta', () => import('./xlm-roberta.ts')],
  ['camembert', () => import('./camembert.ts')],
  ['electra', () => import('./electra.ts')],
  ['deberta', () => import('./deberta.ts')],
  ['deberta-v2', () => import('./deberta-v2.ts')],
])

/** The values of `model_type` that are known. */
export const modelTypes: readonly string[] = [...FAMILIES.keys()]

/** The family of a `model_type`; undefined where none has it. */
export async function loadFamily(modelType: string): Promise<Family | undefined> {
  const read = FAMILIES.get(modelType)
  return read && (await read()).family
}
