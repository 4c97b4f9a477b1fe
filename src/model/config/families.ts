/** The families of models, by the `model_type` of config.json. The file of a family is read where a model is of it. */
import type { FamilyFile } from './family-file.ts'

/** A family's file, read only where a model is of it, by `model_type`. */
const FAMILIES: ReadonlyMap<string, () => Promise<FamilyFile>> = new Map<string, () => Promise<FamilyFile>>([
  ['bert', () => import('../bert-family.ts')],
  ['distilbert', () => import('../families/distilbert.ts')],
  ['roberta', () => import('../families/roberta.ts')],
  ['xlm-roberta', () => import('../families/xlm-roberta.ts')],
  ['camembert', () => import('../families/camembert.ts')],
  ['electra', () => import('../families/electra.ts')],
  ['deberta', () => import('../families/deberta.ts')],
  ['deberta-v2', () => import('../families/deberta-v2.ts')],
  ['modernbert', () => import('../families/modernbert.ts')],
  ['mpnet', () => import('../families/mpnet.ts')],
  ['albert', () => import('../families/albert.ts')],
])

/** The values of `model_type` that are known. */
export const modelTypes: readonly string[] = [...FAMILIES.keys()]

/** The family of a `model_type`; undefined where none has it. */
export async function loadFamily(modelType: string): Promise<FamilyFile | undefined> {
  return FAMILIES.get(modelType)?.()
}
