/** Long texts for rules, rules of every kind, and how long they keep a thread busy. */
import { email } from '#dist/rules/presets.js'
import type { Rule } from '#dist/rules/types.js'
import { seeded } from '../random.ts'

const PARTS = ['ab', 'ba', 'Ann Lee', '\n', ' ', '12', '1@b.org', '😀', 'x.', 'Ann', '"']

/** About so many units of words, numbers, addresses and names, as they come. */
export function longText(length: number): string {
  const random = seeded(23)
  // A part of it, over and over: making the whole would take longer than searching it.
  let part = ''
  while (part.length < Math.min(length, 100_000)) part += PARTS[Math.floor(random() * PARTS.length)]
  return part.repeat(Math.ceil(length / part.length))
}

export const longRules: readonly Rule[] = [
  email,
  { type: 'NAME', phrases: ['Ann', 'Ann Lee'] },
  { type: 'NUMBER', pattern: /\d+/ },
  { type: 'PAIR', pattern: /(?:ab)+a/u },
  { type: 'OTHER', pattern: /b[^ ]{1,3}/, accept: (match) => match.length },
]

/** The most that a thread computes without letting others have their turn, milliseconds of processor. */
export async function greatestTurn(work: () => Promise<unknown>): Promise<number> {
  let greatest = 0
  let last = process.cpuUsage()
  let done = false
  const tick = (): void => {
    const { user, system } = process.cpuUsage(last)
    greatest = Math.max(greatest, (user + system) / 1000)
    last = process.cpuUsage()
    if (!done) setImmediate(tick)
  }
  const working = work().finally(() => {
    done = true
  })
  setImmediate(tick)
  await working
  tick()
  return greatest
}
