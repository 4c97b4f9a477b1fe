/** The families of models, by the `model_type` of config.json. The file of a family is read where a model is of it. */
import type { Family } from './family.ts'

/** A family's file, read only where a model is of it, by `model_type`. */
const FAMILIES: ReadonlyMap<string, () => Promise<{ readonly family: Family }>> = new Map([
  ['bert', () => import('./bert-family.ts')],
  ['distilbert', () => import('./families/distilbert.ts')],
  ['roberta', () => import('./families/roberta.ts')],
  ['xlm-roberta', () => import('./families/xlm-roberta.ts')],
  ['camembert', () => import('./families/camembert.ts')],
  ['electra', () => import('./families/electra.ts')],
  ['deberta', () => import('./families/deberta.ts')],
  ['deberta-v2', () => import('./families/deberta-v2.ts')],
])

/** The values of `model_type` that are known. */
export const modelTypes: readonly string[] = [...FAMILIES.keys()]

/** The family of a `model_type`; undefined where none has it. */
export async function loadFamily(modelType: string): Promise<Family | undefined> {
  const read = FAMILIES.get(modelType)
  return read && (await read()).family
}
