/** What a caller names and asks for, told apart. */
import { checkLoadOptions, type LoadOptions, type ModelName } from './load-options.ts'

/**
 * `load({ threads: 1 })`: options alone mean the model that ships.
 *
 * @throws as `checkLoadOptions`
 */
export function checkLoadArguments(
  model: ModelName | LoadOptions | undefined,
  options: LoadOptions | undefined,
): [model: ModelName | undefined, options: LoadOptions] {
  const alone = options === undefined && isPlain(model)
  const name = alone ? undefined : (model as ModelName | undefined)
  const given: unknown = alone ? model : options
  return [name, checkLoadOptions(given)]
}

/** Whether it is an object of no class; of another realm, too. */
function isPlain(value: unknown): value is LoadOptions {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
