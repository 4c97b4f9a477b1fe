/** The suite in a process of Node, Deno or Bun: `process.mjs MODEL OPTIONS`, both JSON; prints the outcome as JSON. */
import { loadRecognizer } from 'iobert'
import { smoke } from './smoke.mjs'

const [model, options] = process.argv.slice(2).map((argument) => JSON.parse(argument))
const outcome = await smoke(loadRecognizer, model ?? undefined, options)
process.stdout.write(`${JSON.stringify(outcome)}\n`)
