/**
 * A pass through a model as a caller sees it, including messages to and from the worker. `--turbo`: with V8's
 * flag.
 */
import { availableParallelism } from 'node:os'
import { type BertModel, loadModel, type Precision } from '#dist/node.js'
import { randomIds } from './engine.ts'
import { check, digits, measure, milliseconds, quick, report } from './measure.ts'
import { models } from './models.ts'
import { turbo } from './turbo.ts'

const LENGTHS = quick ? [16] : [8, 16, 64, 128, 512]
const THREADS = [...new Set([1, 2, quick ? 2 : Math.min(8, availableParallelism())])]
/** Short enough for plain loops. */
const CHECKED_TOKENS = 6

for (const { name, folder } of models()) {
  for (const precision of ['int8', 'float32'] as const) {
    const loaded: BertModel[] = []
    for (const threads of THREADS) loaded.push(await loadModel(folder, { precision, threads, turbo }))
    await verify(folder, precision, loaded)
    const [{ config, info }] = loaded as [BertModel]
    const rows: string[][] = []
    for (const tokens of LENGTHS.filter((length) => length <= config.maxPositions)) {
      const ids = [randomIds(tokens, config.vocabSize)]
      const cases = loaded.map((model) => ({
        name: `${model.info.threads} threads`,
        promised: true,
        run: () => model.forward(ids),
      }))
      const times = await measure(cases, { seconds: 0.3 })
      for (const [index, { median, min }] of times.entries()) {
        const ratio = times[0]!.median / median
        rows.push([
          ...[String(tokens), String(loaded[index]!.info.threads), milliseconds(median), milliseconds(min)],
          ...[digits(tokens / median), index === 0 ? '' : `${ratio.toFixed(2)}x`],
        ])
      }
    }
    for (const model of loaded) model.dispose()
    const kind = `${precision} ${info.kernels}${turbo ? ' turbo' : ''}, tile ${info.tile}`
    report(`${name}, ${kind}`, ['tokens', 'threads', 'ms', 'at best', 'tokens/s', 'to 1 thread'], rows)
  }
}

/** The plain loops' logits: the same bits in int8, within 2e-4 of the largest in float32, with any number of threads. */
async function verify(folder: string, precision: Precision, loaded: readonly BertModel[]): Promise<void> {
  const reference = await loadModel(folder, { precision, kernels: 'reference' })
  const ids = [randomIds(CHECKED_TOKENS, reference.config.vocabSize)]
  const [wanted] = (await reference.forward(ids)).logits
  reference.dispose()
  const largest = wanted!.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  for (const model of loaded) {
    const [logits] = (await model.forward(ids)).logits
    const worst = wanted!.reduce((most, value, i) => Math.max(most, Math.abs(value - logits![i]!)), 0)
    const allowed = precision === 'int8' ? 0 : 2e-4 * largest
    check(
      worst <= allowed,
      `${folder}, ${precision}, ${model.info.threads} threads: a logit is off by ${worst}`,
    )
  }
}
