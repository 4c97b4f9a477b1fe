/** What the file of a family gives, in families/: types alone. */
import type { JsonRecord } from '../../format/json-file.ts'
import type { SharedLayers } from '../bert-config.ts'
import type { Disentangled } from '../disentangled/shape.ts'
import type { Family, HiddenActivation } from '../family.ts'
import type { Modern } from '../modern/shape.ts'

/** What the configurations of one family say that others' do not; it holds over what is read of all. */
export interface FamilyConfig {
  readonly family: Family
  readonly tokenizerClass?: string
  readonly hiddenActivation?: HiddenActivation
  readonly numLayers?: number
  readonly sharedLayers?: SharedLayers
  readonly disentangled?: Disentangled
  readonly modern?: Modern
  readonly positionRows?: 0
  readonly tiesWordEmbeddings?: true
}

export interface FamilyFile {
  readonly family: Family
  /**
   * Reads what config.json says of this family alone.
   *
   * @param sizes  as they were read
   * @throws {ModelFormatError} InvalidConfig for a broken value, UnsupportedConfig for what is not computed
   */
  readonly readMore?: (
    config: JsonRecord,
    family: Family,
    sizes: Readonly<Record<'maxPositions' | 'hiddenSize' | 'numHeads' | 'numLayers', number>>,
    activationOf: (value: string) => HiddenActivation | undefined,
  ) => FamilyConfig
}
