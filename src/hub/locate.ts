/** Checks the Hub id of a model, and the token to ask for it with, as a caller gave them. */
import { checkToken } from './token.ts'
import { parseHubId } from './urls.ts'

/** @throws {RangeError} where `id` is none, or the token holds what no token does */
export function checkHubModel(id: string, token: string | undefined): { id: string; token?: string } {
  parseHubId(id)
  const checked = checkToken(token, 'token')
  return { id, ...(checked === undefined ? {} : { token: checked }) }
}
