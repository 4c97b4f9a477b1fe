/**
 * The sizes of tiles as types. A tile is one function with its rows and vectors as type parameters: the
 * compiler makes a function for each size, in which `offsetof<Rows>() > 3` is a constant. What such a
 * condition excludes is not compiled, and local variables that only it uses vanish. Sums are local variables
 * since those become registers; an array would not.
 */

/** `offsetof<Rows3>()`, the bytes of a class of three bytes, is 3. */
export class Rows1 {
  a: u8
}
export class Rows2 extends Rows1 {
  b: u8
}
export class Rows3 extends Rows2 {
  c: u8
}
export class Rows4 extends Rows3 {
  d: u8
}
export class Rows5 extends Rows4 {
  e: u8
}
export class Rows6 extends Rows5 {
  f: u8
}

/** Vectors of 4 channels: 8 channels, which are a panel of int8 weights, or 16. */
export type Vectors2 = Rows2
export type Vectors4 = Rows4

/** The sums of a row for 8 channels. */
export function storeSums(out: usize, a: v128, b: v128): void {
  v128.store(out, a)
  v128.store(out, b, 16)
}

/** The sums of a row for as many channels as the tile has; c and d are those of a tile of 16. */
export function storeRow<Vectors>(out: usize, a: v128, b: v128, c: v128, d: v128): void {
  storeSums(out, a, b)
  if (offsetof<Vectors>() > 2) {
    v128.store(out, c, 32)
    v128.store(out, d, 48)
  }
}
