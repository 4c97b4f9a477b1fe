/** Sets of code points, such as all letters or all digits. */
import { unpack } from '../unicode.ts'

/** A set of code points, one bit each: 136 kB. */
export class CodePointSet {
  readonly #bits = new Uint32Array(0x110000 / 32)

  /** @param runs [code points since the last run, length] of each run, packed as unicode.ts says */
  constructor(runs: string) {
    const numbers = unpack(runs)
    let code = 0
    for (let index = 0; index < numbers.length; index += 2) {
      code += numbers[index]!
      for (const end = code + numbers[index + 1]!; code < end; code++)
        this.#bits[code >> 5]! |= 1 << (code & 31)
    }
  }

  has(code: number): boolean {
    return (this.#bits[code >> 5]! & (1 << (code & 31))) !== 0
  }
}
