/**
 * Milliseconds of processor that this process spends on some work: unlike the clock's, they do not grow while other
 * programs have the processor, so that a bound on them holds on a busy machine.
 */
export function cpuTime(work: () => void): number {
  const before = process.cpuUsage()
  work()
  return since(before)
}

/** The same of work that waits; other work of this process meanwhile is counted too. */
export async function cpuTimeOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage()
  await work()
  return since(before)
}

function since(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
