/**
 * How passes scale with threads, and where the remaining time goes. Each chunk of each shared call is timed
 * on one thread, and then assigned to n threads as assembly/parallel.ts does: in order, to the thread that is
 * free first. Measured between two real threads are the cost of sharing a call, how much two busy cores slow
 * each other, and the pass itself: its last column is shown next to the time computed for two threads.
 *
 *     T(n) = s · (between + alone + Σ over calls of finish(chunks, n)) + calls · c
 *
 * finish: when the last chunk of a call is done; c: the cost of a shared call; s: how much slower the cores
 * are together. The part of n · T(n) that is not work is waiting: for what one thread does alone, for the
 * last chunk of a call, for the sharing.
 */
import {
  ChunkClock,
  type ChunkRule,
  compileChunks,
  oneThread,
  type Pass,
  passOf,
  type SharingCost,
  sharingCost,
  startThread,
  twoThreads,
  type Workload,
} from './chunks.ts'
import { check, median, percent, quick, report } from './measure.ts'

const BASE = { hiddenSize: 768, intermediateSize: 3072, numLayers: quick ? 1 : 12, numHeads: 12 }
const SHIPPED = { hiddenSize: 384, intermediateSize: 1536, numLayers: quick ? 1 : 6, numHeads: 12 }
const WORKLOADS: readonly Workload[] = [
  { name: 'shipped, 16 tokens', shape: SHIPPED, sequences: 1, tokens: 16 },
  { name: 'shipped, 128 tokens', shape: SHIPPED, sequences: 1, tokens: 128 },
  { name: 'shipped, 512 tokens', shape: SHIPPED, sequences: 1, tokens: 512 },
  { name: 'shipped, batch of 32 × 32', shape: SHIPPED, sequences: 32, tokens: 32 },
  { name: 'BERT-base, 16 tokens', shape: BASE, sequences: 1, tokens: 16 },
  { name: 'BERT-base, 128 tokens', shape: BASE, sequences: 1, tokens: 128 },
  { name: 'BERT-base, 512 tokens', shape: BASE, sequences: 1, tokens: 512 },
]
const THREADS = [2, 4, 8, 16]

/** Chunks a thread; 4 is `CHUNKS_PER_THREAD` of src/kernels/wasm.ts. Even: of 2 to 8, what shares the units most evenly. */
const RULES: Readonly<Record<string, number | 'even'>> = {
  '4 chunks a thread': 4,
  '2 chunks a thread': 2,
  '8 chunks a thread': 8,
  'the evenest of 2 to 8': 'even',
}

/** The rule for that many threads, under a name that is the same where the chunks are. */
function ruleOf(chunks: number | 'even', threads: number): { key: string; rule: ChunkRule } {
  if (chunks !== 'even')
    return { key: String(threads * chunks), rule: (units) => Math.ceil(units / (threads * chunks)) }
  const finish = (units: number, step: number): number => step * Math.ceil(Math.ceil(units / step) / threads)
  return {
    key: `even ${threads}`,
    rule: (units) => {
      const steps = [2, 3, 4, 5, 6, 7, 8].map((rounds) => Math.ceil(units / (threads * rounds)))
      return steps.reduce((best, step) => (finish(units, step) < finish(units, best) ? step : best))
    },
  }
}

/** When the last chunk is done, where each goes to the thread that is free first. */
function finish(chunks: readonly number[], threads: number, cost: SharingCost): number {
  const free = new Array<number>(threads).fill(0)
  for (const chunk of chunks) {
    const first = free.indexOf(Math.min(...free))
    free[first] = free[first]! + chunk + cost.chunk
  }
  return Math.max(...free)
}

interface Predicted {
  readonly time: number
  readonly speedup: number
  /** Shares of threads · time. */
  readonly alone: number
  readonly tail: number
  readonly sharing: number
}

/** Milliseconds of a pass on one thread, by its parts. */
function partsOf({ between, alone, calls }: Pass): { serial: number; work: number } {
  const work = calls.flatMap(({ chunks }) => chunks).reduce((sum, chunk) => sum + chunk, 0)
  return { serial: between + alone, work }
}

/** @param single  milliseconds of the pass on one thread */
function predict(pass: Pass, threads: number, cost: SharingCost, single: number): Predicted {
  const { serial, work } = partsOf(pass)
  const free = { call: 0, asleep: 0, chunk: 0 }
  const ends = pass.calls.reduce((sum, { chunks }) => sum + finish(chunks, threads, free), 0)
  const shared = pass.calls.reduce((sum, { chunks }) => sum + finish(chunks, threads, cost), 0)
  const time = serial + shared + pass.calls.length * cost.call
  return {
    time,
    speedup: single / time,
    alone: ((threads - 1) * serial) / (threads * time),
    tail: (ends - work / threads) / time,
    sharing: (time - serial - ends) / time,
  }
}

async function timeOf(pass: () => Promise<unknown>, seconds: number): Promise<number> {
  await pass()
  const times: number[] = []
  for (const end = performance.now() + 1000 * seconds; times.length < 3 || performance.now() < end; ) {
    const started = performance.now()
    await pass()
    times.push(performance.now() - started)
  }
  return median(times)
}

/** Words that the workload's name must have. */
const wanted = process.argv.slice(2)
const module = compileChunks()
const seconds = quick ? 0.01 : 1
const costs = await twoThreads(module)
const cost = await sharingCost(costs)
await costs.close()
report(
  'What sharing costs two threads, µs',
  ['a call, helper awake', 'a call, helper asleep', 'a chunk'],
  [[cost.call, cost.asleep, cost.chunk].map((milliseconds) => (1000 * milliseconds).toFixed(2))],
)

const facts: string[][] = []
const rows: string[][] = []
const rules: string[][] = []
for (const workload of WORKLOADS.filter(({ name }) => wanted.every((word) => name.includes(word)))) {
  console.error(workload.name)
  const single = passOf(oneThread(module), workload)
  const [expected] = await single()
  const one = await timeOf(single, seconds)
  const passes = quick ? 1 : Math.max(3, Math.min(40, Math.round(400 / one)))
  const clock = new ChunkClock(module)
  const pass = passOf(clock.kernels, workload)
  const timed = new Map<string, Pass>()
  for (const chunks of Object.values(RULES)) {
    for (const threads of THREADS) {
      const { key, rule } = ruleOf(chunks, threads)
      clock.rule = rule
      if (!timed.has(key)) timed.set(key, await clock.time(pass, passes))
    }
  }
  check(
    (await pass())[0]!.every((value, i) => value === expected![i]),
    `chunks change the bits of ${workload.name}`,
  )
  const end = await startThread({ module, busyWith: workload })
  const beside = await timeOf(single, seconds)
  await end()
  const two = await twoThreads(module)
  const both = passOf(two.kernels, workload)
  check(
    (await both())[0]!.every((value, i) => value === expected![i]),
    `threads change the bits of ${workload.name}`,
  )
  const real = await timeOf(both, seconds)
  await two.close()

  // In few chunks or many it is the same work: the least is nearest to what it takes uncut.
  const uncut = Math.min(...[...timed.values()].map(partsOf).map(({ serial, work }) => serial + work))
  const first = timed.get(ruleOf(4, 2).key)!
  const slowdown = beside / one
  facts.push([
    workload.name,
    ...[one, first.between, first.alone].map((milliseconds) => milliseconds.toFixed(2)),
    ...[String(first.calls.length), `${slowdown.toFixed(2)}x`, `${(one / real).toFixed(2)}x`],
  ])
  for (const [name, chunks] of Object.entries(RULES)) {
    const found = THREADS.map((threads) =>
      predict(timed.get(ruleOf(chunks, threads).key)!, threads, cost, uncut),
    )
    rules.push([workload.name, name, ...found.map(({ speedup }) => `${speedup.toFixed(2)}x`)])
    if (chunks !== 4) continue
    for (const [index, { time, speedup, alone, tail, sharing }] of found.entries()) {
      const waiting = [alone + tail + sharing, alone, tail, sharing].map(percent)
      const slowed = `${(speedup / slowdown).toFixed(2)}x`
      rows.push([
        ...[workload.name, String(THREADS[index]), time.toFixed(2), `${speedup.toFixed(2)}x`, ...waiting],
        THREADS[index] === 2 ? `${slowed}, real ${(one / real).toFixed(2)}x` : slowed,
      ])
    }
  }
}
report(
  'One thread, int8, and two',
  [
    ...['workload', 'a pass, ms', 'JavaScript between, ms', 'small calls, ms', 'shared calls'],
    ...['slower beside a busy core', 'two threads, real'],
  ],
  facts,
)
report(
  'More threads, computed from chunks',
  [
    ...['workload', 'threads', 'ms', 'to one thread', 'waiting', 'for one alone', 'for the last chunk'],
    ...['for sharing', 'to one thread, cores slowing each other as two do'],
  ],
  rows,
)
report('Other sizes of chunks, to one thread', ['workload', 'rule', ...THREADS.map(String)], rules)
