/** Long texts for rules, rules of every kind, and how long they keep a thread busy. */
import { email } from '#dist/rules/presets.js'
import type { Rule } from '#dist/rules/types.js'
import { SteppingClock, withClock } from '../clock.ts'
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

/**
 * The longest step of some work in turns, as a share of the whole: the clock is one by which each step takes long, so that after each the
 * thread's other tasks have their turn.
 */
export async function longestStep(work: () => Promise<unknown>): Promise<number> {
  let [longest, whole] = [0, 0]
  let last = process.cpuUsage()
  const clock = new SteppingClock(1000)
  clock.onLook = () => {
    const { user, system } = process.cpuUsage(last)
    last = process.cpuUsage()
    whole += user + system
    longest = Math.max(longest, user + system)
  }
  await withClock(clock.now, work)
  clock.onLook(0)
  return longest / whole
}
