/** What can be told of a model of GLiNER without loading it, as `iobert info` does. */
import type { ModelFiles } from '../format/source.ts'
import type { Platform } from '../load.ts'
import type { LoadOptions } from '../load-options.ts'
import { resolve } from '../model/resolve.ts'
import type { ModelSpec } from '../model/spec.ts'
import { checkHead } from '../tasks/gliner/head-weights.ts'
import { ENCODER_PREFIX, inspectGliner } from '../tasks/gliner/load.ts'

export interface GlinerModelFacts {
  /** Its encoder's. */
  readonly encoder: ModelSpec
  /** What it is for, in words. */
  readonly head: string
  /** Numbers of the encoder and the head, and of the head alone; absent where the weights are not looked at. */
  readonly parameters?: number
  readonly headParameters: number
  readonly dtypes?: Readonly<Record<string, number>>
}

/**
 * @param weights  whether they are to be looked at
 * @throws {ModelFormatError} where it does not load
 */
export async function glinerFacts(
  platform: Platform,
  files: ModelFiles,
  options: LoadOptions,
  weights: boolean,
): Promise<GlinerModelFacts> {
  const { config, encoder, checkpoint } = await inspectGliner(platform, files, options, weights)
  const { hiddenSize, rnnLayers, maxWidth, maxWords } = config
  const head = `entities of types that are named when you ask (loadGliner, iobert find): up to ${maxWidth} words each, in ${maxWords} words at once`
  if (checkpoint === undefined) return { encoder, head, headParameters: 0 }
  try {
    resolve(encoder, checkpoint)
    checkHead(checkpoint, { encoderSize: encoder.config.hiddenSize, hiddenSize, rnnLayers })
    const dtypes: Record<string, number> = {}
    let [parameters, headParameters] = [0, 0]
    for (const { name, dtype, shape } of checkpoint.tensors.values()) {
      if (dtype.startsWith('I') && dtype !== 'I8') continue
      const elements = shape.reduce((product, size) => product * size, 1)
      parameters += elements
      if (!name.includes(ENCODER_PREFIX)) headParameters += elements
      dtypes[dtype] = (dtypes[dtype] ?? 0) + elements
    }
    return { encoder, head, parameters, headParameters, dtypes }
  } finally {
    await checkpoint.close()
  }
}
