/** Presets for the addresses of computers: IP addresses, and MAC addresses of network cards. */

import type { PatternRule } from '../types.ts'
import { behind, inFront } from './around.ts'

const VERSION_4 = String.raw`\d{1,3}(?:\.\d{1,3}){3}`
const ZONE = `(?:%[0-9a-z]+(?:[._~-][0-9a-z]+)*)?`
const VERSION_6_START = String.raw`(?:\b[0-9a-f]{1,4}|:)`

/** IP: an address of version 4 or 6, including its zone (`%eth0`), without its port. */
export const ip: PatternRule = {
  type: 'IP',
  pattern: new RegExp(
    [
      String.raw`\b${VERSION_4}\b`,
      String.raw`${VERSION_6_START}(?::[0-9a-f]{0,4}){0,7}:${VERSION_4}\b${ZONE}`,
      `${VERSION_6_START}(?::[0-9a-f]{0,4}){1,8}${ZONE}`,
    ].join('|'),
    'i',
  ),
  accept: isIp,
}

/**
 * MAC: the address of a network card, `00:1b:44:11:3a:b7`, `00-1B-44-11-3A-B7` or `001b.4411.3ab7`; also of
 * 64 bits.
 */
export const mac: PatternRule = {
  type: 'MAC',
  pattern:
    /\b[0-9a-f]{2}(?:(?::[0-9a-f]{2}){7}|(?:-[0-9a-f]{2}){7}|(?::[0-9a-f]{2}){5}|(?:-[0-9a-f]{2}){5})\b|\b[0-9a-f]{4}(?:\.[0-9a-f]{4}){2,3}\b/i,
  accept: isMac,
}

/** How much of the match is an address. */
function isIp(match: string, text: string, start: number): boolean | number {
  if (!match.includes(':')) {
    // 1.2.3.4.5 is a version or a section, and so is 1.2.3.4-beta.
    const after = behind(text, start + match.length, 2)
    const before = inFront(text, start, 9)
    return isVersion4(match) && !/\d\.$|version:? $/i.test(before) && !/^\.\d|^-[a-z]/i.test(after)
  }
  // A group before the match belongs to the address; the colon of `addr:` belongs to the text.
  if (/[0-9a-z]$|::$|(?:^|[^0-9a-z])[0-9a-f]{1,4}:$|\d{4}:$/i.test(inFront(text, start, 6))) return false
  // No part of ::ffff:192.168.1 is an address. A single point may come before a port, as tcpdump writes it.
  if (/(?:^|:)\d{1,3}$/.test(match) && /^\.\d{1,3}\.\d/.test(behind(text, start + match.length, 6)))
    return false
  // In `fe80::1:` the last colon belongs to the text.
  for (const part of [match, match.replace(/:$/, '')]) {
    const next = behind(text, start + part.length, 2)
    if (isVersion6(part) && !/^[0-9a-z]|^:[0-9a-f]/i.test(next)) return part.length
  }
  return false
}

/**
 * Eight groups of up to four hexadecimal digits, the last two possibly an address of version 4; :: stands for
 * some.
 */
function isVersion6(address: string): boolean {
  const halves = address.replace(/%.*$/, '').split('::')
  if (halves.length > 2) return false
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')))
  const last = groups.at(-1) ?? ''
  const endsIn4 = last.includes('.')
  if (endsIn4 && !isVersion4(last)) return false
  if (!groups.slice(0, endsIn4 ? -1 : undefined).every((group) => /^[0-9a-f]{1,4}$/i.test(group)))
    return false
  const count = groups.length + (endsIn4 ? 1 : 0)
  // Many programming languages write :: between names: a::b.
  return halves.length === 1 ? count === 8 : count >= 1 && count <= 7 && /\d/.test(address)
}

function isVersion4(address: string): boolean {
  return address.split('.').every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)
}

function isMac(match: string, text: string, start: number): boolean {
  // Neither part of something longer nor a number with points.
  const separator = match[2] === ':' || match[2] === '-' ? match[2] : '.'
  if (separator === '.' && !/[a-f]/i.test(match)) return false
  const after = behind(text, start + match.length, 2)
  // `mac:` is not a pair of digits before it.
  const before = inFront(text, start, 4)
  const goesOn = separator === ':' ? /(?:^|[^0-9a-z])[0-9a-f]{2}:$/i.test(before) : before.endsWith(separator)
  return !goesOn && !(after[0] === separator && /^.[0-9a-f]/i.test(after))
}
