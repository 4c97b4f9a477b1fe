/** Presets for the addresses of Bitcoin and Ethereum, at which money is received. */

import type { PatternRule } from '../types.ts'
import { numberRule } from './checked-number.ts'
import { sha256 } from './sha-256.ts'

/**
 * BITCOIN: an address of its main network: in base 58, `1…` and `3…`, with a checksum of four bytes ("Base58Check encoding",
 * https://en.bitcoin.it/wiki/Base58Check_encoding), or in Bech32, `bc1…` (BIP 173 and 350).
 */
export const bitcoin: PatternRule = numberRule({
  type: 'BITCOIN',
  pattern: /\b(?:[13][1-9A-HJ-NP-Za-km-z]{25,33}|bc1[02-9ac-hj-np-z]{39,59}|BC1[02-9AC-HJ-NP-Z]{39,59})\b/,
  check: (address) => (/^bc1/i.test(address) ? isBech32(address.toLowerCase()) : isBase58(address)),
})

/**
 * ETHEREUM: an address, `0x` and 40 hexadecimal digits. Only mixed case has a checksum (ERC-55), and nothing else is
 * written like this, so that an address with a slip in it is found too.
 */
export const ethereum: PatternRule = numberRule({
  type: 'ETHEREUM',
  pattern: /\b0x[\dA-Fa-f]{40}\b/,
  check: () => true,
})

const BASE_58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
const BECH_32 = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'

/** A version, 0 or 5, a hash of 20 bytes, and the first four bytes of these 21 hashed twice. */
function isBase58(address: string): boolean {
  let value = 0n
  for (const letter of address) value = value * 58n + BigInt(BASE_58.indexOf(letter))
  const bytes = Uint8Array.from(value.toString(16).padStart(50, '0').match(/../g)!, (pair) =>
    Number.parseInt(pair, 16),
  )
  // A 1 in front is a byte of zeros.
  const zeros = bytes.findIndex((byte) => byte > 0)
  if (bytes.length !== 25 || zeros !== address.search(/[^1]/) || ![0, 5].includes(bytes[0]!)) return false
  const checksum = sha256(sha256(bytes.subarray(0, 21)))
  return bytes.subarray(21).every((byte, at) => byte === checksum[at])
}

/** The remainder of a polynomial over the field of 32 elements: 1, or another constant for versions from 1 on. */
function isBech32(address: string): boolean {
  const version = BECH_32.indexOf(address[3]!)
  // The letters of `bc`, as the checksum takes them: their upper bits, a zero, their lower bits.
  let rest = 1
  for (const value of [3, 3, 0, 2, 3, ...Array.from(address.slice(3), (letter) => BECH_32.indexOf(letter))]) {
    const top = rest >>> 25
    rest = ((rest & 0x1ffffff) << 5) ^ value
    for (const [bit, generator] of GENERATORS.entries()) if ((top >>> bit) & 1) rest ^= generator
  }
  return rest === (version === 0 ? 1 : 0x2bc830a3)
}

const GENERATORS = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]
