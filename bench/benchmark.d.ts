/** The part of the benchmark package's types that is used here. */
declare module 'benchmark' {
  export interface Deferred {
    resolve(): void
  }
  export interface Options {
    fn: (deferred: Deferred) => void
    /** Whether `fn` ends by `deferred.resolve()`. */
    defer?: boolean
    /** Seconds of sampling. */
    maxTime?: number
    /** Seconds of a sample, at least. */
    minTime?: number
    minSamples?: number
    /** Seconds between samples. */
    delay?: number
  }
  export interface Measured {
    readonly error?: unknown
    /** Seconds of a run, one entry a sample. */
    readonly stats: { readonly sample: readonly number[] }
  }
  export interface Suite {
    readonly length: number
    readonly [index: number]: Measured
    add(name: string, options: Options): this
    on(event: 'complete', listener: () => void): this
    run(options: { async: boolean }): this
  }
  const Benchmark: { readonly Suite: new () => Suite }
  export default Benchmark
}
