/** Titles in front of names that say whether a woman or a man is meant. */

/** `Ms` and its like, or `Mr` and its like; doctors and professors are either. */
export type Title = 'ms' | 'mr'

const TITLES: Readonly<Record<Title, RegExp>> = {
  ms: /(?<![\p{L}\p{M}\p{N}])(?:ms|mrs|miss|mme|mlle|frau|madame|sra|señora|signora|sig\.ra|mevrouw|fru)\.?[ \u00a0\n]$/iu,
  mr: /(?<![\p{L}\p{M}\p{N}])(?:mr|monsieur|herrn?|señor|signor|sig|meneer|hr)\.?[ \u00a0\n]$/iu,
}

/** Letters that a title has at most, with what stands around it. */
const LONGEST = 12

/**
 * The title in front of a place.
 *
 * @example
 * titleBefore('Dear Ms Okonkwo', 8) // 'ms'
 */
export function titleBefore(text: string, start: number): Title | undefined {
  const before = text.slice(Math.max(0, start - LONGEST), start)
  return TITLES.ms.test(before) ? 'ms' : TITLES.mr.test(before) ? 'mr' : undefined
}
