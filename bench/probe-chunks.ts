// @ts-nocheck: AssemblyScript, compiled by bench/chunks.ts
/** Beside what the kernels export: a part of a command by itself, so that its chunks can be timed one by one. */
export { execute } from '../assembly/execute'
