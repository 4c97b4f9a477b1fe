/** What is said where a runtime cannot inflate the kernels. */

export function noDecoder(cause: unknown): RangeError {
  return new RangeError(
    "This runtime has no DecompressionStream('deflate-raw'), and the kernels are deflated; it is too old: use Node 20.19, Chromium 103, Firefox 113, Safari 16.4 or later",
    { cause },
  )
}
