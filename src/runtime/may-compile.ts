/**
 * Compiles WebAssembly where that may be forbidden. Engines that refuse do not say what can be done about it; the
 * error made here does.
 */
/** V8 and SpiderMonkey throw the first, JavaScriptCore throws the second under a Content-Security-Policy. */
const REFUSALS: readonly string[] = ['CompileError', 'EvalError']

/**
 * Does `compile`; where the engine refuses, the error says how it can be allowed.
 *
 * @throws {EngineError} `CannotCompile`
 */
export async function mayCompile<T>(compile: () => Promise<T>): Promise<T> {
  try {
    return await compile()
  } catch (cause) {
    if (!(cause instanceof Error) || !REFUSALS.includes(cause.name)) throw cause
    throw (await import('./refusals/cannot-compile.ts')).cannotCompile(cause)
  }
}
