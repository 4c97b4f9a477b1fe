/**
 * The interface between TypeScript and AssemblyScript: fields of commands, constants, and a module of another
 * version.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { COMMANDS, CONTROL } from '#dist/generated/commands.js'
import { COMMAND_OFFSET, CONSTANTS, CONTROL_BYTES, TABLES_END } from '#dist/generated/constants.js'
import { instantiateKernels } from '#dist/kernels/exports.js'
import { fusesMultiplyAdd, hasRelaxedDot, hasRelaxedSimd, hasSimd } from '#dist/kernels/features.js'
import { CONTROL_ADDRESS } from '#dist/kernels/memory.js'
import { compileKernels } from '#dist/kernels/module.js'
import { loadModel } from '#dist/node.js'
import { rootPath } from '../shared.ts'
import { Bench, variants } from './variants.ts'

const { commandModules }: { commandModules: (root: string, commandBytes: number) => Record<string, string> } =
  await import(pathToFileURL(rootPath('tools/build/kernel-tables.mjs')).href)

const folder = mkdtempSync(join(tmpdir(), 'iobert-seam-'))
mkdirSync(join(folder, 'assembly'))
test.after(() => rmSync(folder, { recursive: true, force: true }))

/** The tables that the build makes of such classes. */
function table(commands: string, commandBytes = 128): string {
  writeFileSync(join(folder, 'assembly/commands.ts'), commands)
  writeFileSync(join(folder, 'assembly/parallel.ts'), 'export class Control { ticket: i64 \n done: i32 }')
  return Object.values(commandModules(folder, commandBytes)).join('')
}

test('fields stand in order, those of a base class first', () => {
  const text = table(`
    export enum Kernel { One, Other }
    export enum Colour { red, blue }
    class Base { a: usize
      b: f32 }
    export class Other extends Base { c: i32 }
    export class One { z: i32 }`)
  assert.match(text, 'One: { kernel: 0, fields: { z: 0 } }')
  assert.match(text, 'Other: { kernel: 1, fields: { a: 0, b: 1, c: 0 } }')
  assert.match(text, 'Colour: { red: 0, blue: 1 }')
  assert.match(text, 'CONTROL = { ticket: 0, done: 8 }')
})

test('classes that cannot be laid out stop the build, and say which', () => {
  const kernel = 'export enum Kernel { One }\n'
  assert.throws(() => table(`${kernel}export class Two { a: i32 }`), /Kernel\.One has no class One/)
  assert.throws(() => table(`${kernel}export class One { a: string }`), /One\.a of type string/)
  assert.throws(() => table(`${kernel}export class One { a: i64 }`), /One\.a is no 32-bit word/)
  assert.throws(() => table(`${kernel}export class One { run(): void {} }`), /One\.run/)
  assert.throws(() => table(`${kernel}class B { a: i32 }\nexport class One extends B { a: i32 }`), /One\.a/)
  assert.throws(() => table(`${kernel}export class One { a: i32\n b: i32 }`, 4), /2 fields.*room for 1/)
  assert.throws(() => table('export enum Kernel { One = 3 }\nclass One { a: i32 }'), /no value of its own/)
})

test('every command fits the control block, behind what stands at its beginning', () => {
  assert.ok(Math.max(...Object.values(CONTROL)) < COMMAND_OFFSET)
  for (const [name, { fields }] of Object.entries(COMMANDS)) {
    assert.ok(4 * Object.keys(fields).length <= CONTROL_BYTES - COMMAND_OFFSET, name)
  }
})

test('tables of constants stand between the control block and what is handed out', async () => {
  for (const variant of hasRelaxedSimd() ? (['simd', 'relaxed'] as const) : (['simd'] as const)) {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 })
    const bytes = new Uint8Array(memory.buffer).fill(0xff)
    instantiateKernels(await compileKernels({ variant, shared: false, turbo: false }), memory)
    const untouched = (byte: number): boolean => byte === 0xff
    assert.ok(bytes.subarray(0, CONTROL_ADDRESS + CONTROL_BYTES).every(untouched), variant)
    assert.ok(bytes.subarray(TABLES_END).every(untouched), variant)
    assert.not.ok(bytes.every(untouched), variant)
  }
})

test('engines are asked for every relaxed instruction that the kernels use', () => {
  const sources = readdirSync(rootPath('assembly')).filter((name) => name.endsWith('.ts'))
  const used = sources.flatMap(
    (name) =>
      readFileSync(rootPath(`assembly/${name}`), 'utf8').match(/\b[fi]\d+x\d+\.relaxed_\w+(?=\()/g) ?? [],
  )
  const asked = readFileSync(rootPath('src/kernels/features.ts'), 'utf8').match(/(?<=\/\/ )\S+\.relaxed_\w+/g)
  assert.equal([...new Set(used)].sort(), [...asked!].sort())
})

/** A module that imports the memory and exports some of the constants, as an old one would. */
function foreignModule(constants: Readonly<Record<string, number>>): WebAssembly.Module {
  const unsigned = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, value >> 7])
  const text = (value: string): number[] => [value.length, ...new TextEncoder().encode(value)]
  const section = (id: number, bytes: number[]): number[] => [id, ...unsigned(bytes.length), ...bytes]
  const names = Object.entries(constants)
  const signed = (value: number): number[] =>
    value < 64 ? [value] : [(value & 127) | 128, ...signed(value >> 7)]
  const globals = names.map(([, value]) => [0x7f, 0, 0x41, ...signed(value), 0x0b])
  const bytes = Uint8Array.of(
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(2, [1, ...text('env'), ...text('memory'), 2, 0, 1]),
    ...section(6, [names.length, ...globals.flat()]),
    ...section(7, [names.length, ...names.flatMap(([name], index) => [...text(name), 3, index])]),
  )
  return new WebAssembly.Module(bytes)
}

test('kernels of another version are refused, naming what differs', async () => {
  const memory = new WebAssembly.Memory({ initial: 1 })
  instantiateKernels(foreignModule(CONSTANTS), memory)
  const other = foreignModule({ ...CONSTANTS, INTERFACE: 7 })
  assert.throws(
    () => instantiateKernels(other, memory),
    (error: unknown) =>
      error instanceof RangeError && /INTERFACE 7, .* needs \d+.*kernels\.wasm/.test(error.message),
  )
  const { TABLES_END: _, ...fewer } = CONSTANTS
  assert.throws(() => instantiateKernels(foreignModule(fewer), memory), /TABLES_END undefined/)
  for (const inline of [true, false]) {
    try {
      await loadModel(undefined, { wasm: other, inline, threads: 1 })
      assert.unreachable()
    } catch (error) {
      assert.instance(error, RangeError, String(error))
      assert.match((error as Error).message, /INTERFACE 7/)
    }
  }
})

test('the constants are those of the compiled kernels', async () => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 })
  const module = await compileKernels({ variant: 'simd', shared: false, turbo: false })
  assert.ok(Object.keys(CONSTANTS).length >= 4)
  assert.ok('runAlone' in instantiateKernels(module, memory))
})

test('what the engine can do is what its kernels do', async () => {
  assert.is(hasSimd(), true)
  if (!hasRelaxedSimd()) {
    console.log('skipped: relaxed instructions as the kernels use them: this engine has no relaxed SIMD')
    assert.equal([fusesMultiplyAdd(), hasRelaxedDot()], [false, false])
    return
  }
  assert.is(hasRelaxedDot(), true)
  for (const variant of variants()) {
    const bench = new Bench(await variant.create())
    const x = bench.matrix(1, 2)
    bench.fill(x, Float32Array.of(-1 - 2 ** -11, 1 + 2 ** -12))
    const layer = bench.linear('float32', 2, 1, Float32Array.of(1, 1 + 2 ** -12), Float32Array.of(0))
    const out = bench.matrix(1, 1)
    bench.kernels.linear(x, layer, out, 'identity')
    const fused = !variant.exact && fusesMultiplyAdd()
    assert.is(bench.read(out)[0], fused ? 2 ** -24 : 0, variant.name)
  }
})

test.run()
