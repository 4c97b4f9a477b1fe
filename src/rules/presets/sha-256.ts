/**
 * SHA-256 of a few bytes, at once: runtimes give it only later, as a promise. NIST, FIPS 180-4,
 * https://doi.org/10.6028/NIST.FIPS.180-4.
 */

/** The first 32 bits after the point of the square roots of the first 8 primes, and of the cube roots of 64 primes. */
const START = wordsOf('6a09e667 bb67ae85 3c6ef372 a54ff53a 510e527f 9b05688c 1f83d9ab 5be0cd19')
const ROUNDS = wordsOf(
  [
    '428a2f98 71374491 b5c0fbcf e9b5dba5 3956c25b 59f111f1 923f82a4 ab1c5ed5 d807aa98 12835b01 243185be',
    '550c7dc3 72be5d74 80deb1fe 9bdc06a7 c19bf174 e49b69c1 efbe4786 0fc19dc6 240ca1cc 2de92c6f 4a7484aa',
    '5cb0a9dc 76f988da 983e5152 a831c66d b00327c8 bf597fc7 c6e00bf3 d5a79147 06ca6351 14292967 27b70a85',
    '2e1b2138 4d2c6dfc 53380d13 650a7354 766a0abb 81c2c92e 92722c85 a2bfe8a1 a81a664b c24b8b70 c76c51a3',
    'd192e819 d6990624 f40e3585 106aa070 19a4c116 1e376c08 2748774c 34b0bcb5 391c0cb3 4ed8aa4a 5b9cca4f',
    '682e6ff3 748f82ee 78a5636f 84c87814 8cc70208 90befffa a4506ceb bef9a3f7 c67178f2',
  ].join(' '),
)

/** @param message up to 55 bytes, which fill one block */
export function sha256(message: Uint8Array): Uint8Array {
  const block = new DataView(new ArrayBuffer(64))
  for (const [at, byte] of message.entries()) block.setUint8(at, byte)
  block.setUint8(message.length, 0x80)
  block.setUint32(60, 8 * message.length)
  const words = Int32Array.from({ length: 64 }, (_, at) => (at < 16 ? block.getInt32(4 * at) : 0))
  for (let at = 16; at < 64; at++) {
    const [early, late] = [words[at - 15]!, words[at - 2]!]
    const first = turned(early, 7) ^ turned(early, 18) ^ (early >>> 3)
    const second = turned(late, 17) ^ turned(late, 19) ^ (late >>> 10)
    words[at] = words[at - 16]! + first + words[at - 7]! + second
  }
  let [a, b, c, d, e, f, g, h] = START as [number, number, number, number, number, number, number, number]
  for (let at = 0; at < 64; at++) {
    const choice = (e & f) ^ (~e & g)
    const first = h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + choice + ROUNDS[at]! + words[at]!
    const majority = (a & b) ^ (a & c) ^ (b & c)
    const second = (turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + majority
    ;[a, b, c, d, e, f, g, h] = [(first + second) | 0, a, b, c, (d + first) | 0, e, f, g]
  }
  const digest = new DataView(new ArrayBuffer(32))
  for (const [at, value] of [a, b, c, d, e, f, g, h].entries()) digest.setInt32(4 * at, START[at]! + value)
  return new Uint8Array(digest.buffer)
}

function turned(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits))
}

function wordsOf(hexadecimal: string): readonly number[] {
  return hexadecimal.split(' ').map((word) => Number.parseInt(word, 16))
}
