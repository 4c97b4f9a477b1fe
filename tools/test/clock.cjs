// `IOBERT_CLOCK=10 NODE_OPTIONS="--require $PWD/tools/test/clock.cjs" npm test`: every process and worker gets a clock that goes ten times as
// fast, so that the machine seems ten times as slow; with 0.1 ten times as fast. No test may depend on that.
const { performance } = require('node:perf_hooks')
const timers = require('node:timers')
const timersPromises = require('node:timers/promises')
const { syncBuiltinESMExports } = require('node:module')

const speed = Number(process.env.IOBERT_CLOCK ?? 1)

const now = performance.now
performance.now = () => speed * now.call(performance)

// The date is right when a process begins.
const { now: date } = Date
const begin = date()
Date.now = () => Math.floor(begin + speed * (date() - begin))

const { cpuUsage } = process
process.cpuUsage = (before) => {
  const { user, system } = cpuUsage.call(process)
  return { user: speed * user - (before?.user ?? 0), system: speed * system - (before?.system ?? 0) }
}

/** A timer waits for so long by this clock; 2³¹ − 1 is the most that one takes. */
const waited = (milliseconds) => Math.min(2 ** 31 - 1, (milliseconds ?? 0) / speed)
for (const name of ['setTimeout', 'setInterval']) {
  const own = globalThis[name]
  const scaled = (call, milliseconds, ...rest) => own(call, waited(milliseconds), ...rest)
  Object.defineProperties(scaled, Object.getOwnPropertyDescriptors(own))
  globalThis[name] = scaled
  timers[name] = scaled
  const promised = timersPromises[name]
  timersPromises[name] = (milliseconds, ...rest) => promised(waited(milliseconds), ...rest)
}
const { timeout } = AbortSignal
AbortSignal.timeout = (milliseconds) => timeout.call(AbortSignal, Math.ceil(waited(milliseconds)))
syncBuiltinESMExports()
