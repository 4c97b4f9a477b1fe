/** Wrong set-ups that can be reproduced in a process of its own: the engine's errors must say what to do. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import * as iobert from '#dist/index.js'
import { rootPath } from '../shared.ts'

async function reasonOf(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => new Error('it was loaded'),
    (error: unknown) => error as Error,
  )
}

// Node's own fetch compiles WebAssembly too, when it is first asked for.
await new Response('').text()
const { compile, CompileError } = WebAssembly
const { DecompressionStream } = globalThis
test.after.each(() => {
  WebAssembly.compile = compile
  globalThis.DecompressionStream = DecompressionStream
})

/** What engines throw that may not compile: pages without 'wasm-unsafe-eval', edge workers; the last is Safari's. */
const refusals: readonly Error[] = [
  new CompileError("WebAssembly.compile(): Refused to compile: 'unsafe-eval' is not an allowed source"),
  new CompileError('WebAssembly.compile(): Wasm code generation disallowed by embedder'),
  new CompileError('call to WebAssembly.compile() blocked by CSP'),
  new EvalError('Refused to create a WebAssembly object'),
]
const files = new Map([['config.json', new TextEncoder().encode('{}')]])

for (const kernels of ['auto', 'simd'] as const) {
  test(`an engine that may not compile is told how it may, with kernels '${kernels}'`, async () => {
    const { readFile } = await import('node:fs/promises')
    for (const name of ['config.json', 'vocab.txt', 'tokenizer_config.json', 'model.safetensors']) {
      files.set(name, await readFile(rootPath(`weights/${name}`)))
    }
    for (const refusal of refusals) {
      WebAssembly.compile = async () => {
        throw refusal
      }
      const error = await reasonOf(iobert.loadRecognizer(files, { kernels, inline: true }))
      assert.instance(error, iobert.EngineError)
      assert.is((error as iobert.EngineError).code, 'CannotCompile')
      assert.is(error.cause, refusal)
      assert.ok(error.message.includes(refusal.message), error.message)
      for (const remedy of ["script-src 'wasm-unsafe-eval'", 'import iobert/kernels.wasm', "'reference'"]) {
        assert.ok(error.message.includes(remedy), error.message)
      }
    }
  })
}

test('what is no refusal stays as it is', async () => {
  const other = new Error('out of memory')
  WebAssembly.compile = async () => {
    throw other
  }
  assert.is(await reasonOf(iobert.loadRecognizer(files, { kernels: 'simd', inline: true })), other)
})

test('a runtime that is too old to inflate is told which are not', async () => {
  for (const old of [
    undefined,
    class {
      constructor(format: string) {
        throw new TypeError(`The argument 'format' is invalid. Received '${format}'`)
      }
    },
  ]) {
    Object.assign(globalThis, { DecompressionStream: old })
    const error = await reasonOf(iobert.loadRecognizer(files, { kernels: 'simd', inline: true }))
    assert.match(error.message, /it is too old: use Node 20\.19, /)
  }
})

test('a page that was opened from the disk is told to be served', async () => {
  const error = await reasonOf(iobert.loadRecognizer('file:///home/somebody/page/weights/'))
  assert.instance(error, iobert.ModelFormatError)
  assert.is((error as iobert.ModelFormatError).code, 'MissingFile')
  assert.match(error.message, /opened from the disk \(file:\) may not read files: serve its folder/)
})

test('a page on the web whose bundler wrote in an address of its own disk is told so', async () => {
  Object.assign(globalThis, { location: new URL('https://example.org/page/') })
  try {
    const error = await reasonOf(iobert.loadRecognizer('file:///build/machine/weights/'))
    assert.match(error.message, /on the disk of the machine that bundled this page/)
    assert.not.match(error.message, /opened from the disk/)
  } finally {
    Object.assign(globalThis, { location: undefined })
  }
})

test('what a bundler made of the kernels in place of a module is told so', async () => {
  for (const wasm of ['/assets/kernels-5f3a.wasm', new Uint8Array(8), { default: {} }]) {
    const error = await reasonOf(iobert.loadRecognizer(files, { wasm } as unknown as iobert.LoadOptions))
    assert.instance(error, TypeError)
    assert.match(error.message, /a compiled WebAssembly\.Module, which edge workers have.*leave it out/)
  }
})

test.run()
