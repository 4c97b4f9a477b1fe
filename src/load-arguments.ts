/** What a caller names and asks for, told apart. */
import type { LoadOptions, ModelName } from './load-options.ts'

/**
 * `load({ threads: 1 })`: options alone mean the model that ships. Checks are read where there are options.
 *
 * @throws as `checkLoadOptions`
 */
export async function checkLoadArguments(
  model: ModelName | LoadOptions | undefined,
  options: LoadOptions | undefined,
): Promise<[model: ModelName | undefined, options: LoadOptions]> {
  const alone = options === undefined && isPlain(model)
  const name = alone ? undefined : (model as ModelName | undefined)
  const given: unknown = alone ? model : options
  if (given === undefined) return [name, {}]
  const { checkLoadOptions } = await import('./tasks/check-load.ts')
  return [name, checkLoadOptions(given)]
}

/** Whether it is an object of no class; of another realm, too. */
function isPlain(value: unknown): value is LoadOptions {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
