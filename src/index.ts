/**
 * iobert: named entities from text with BERT, on any JavaScript runtime. This is the runtime-neutral entry
 * (browsers, edge workers, bundles); for Node, Deno and Bun, `node.ts` adds what needs a disk.
 */
import { type Entry, entry } from './entry.ts'
import { webPlatform } from './platform.ts'

export * from './public.ts'

const loaders: Entry = /* @__PURE__ */ entry(() => webPlatform(import.meta.url))

// `Entry` documents each function; `@function` makes the API reference take the text from there.

/** @function */
export const loadRecognizer: Entry['loadRecognizer'] = loaders.loadRecognizer
/** @function */
export const loadModel: Entry['loadModel'] = loaders.loadModel
/** @function */
export const loadClassifier: Entry['loadClassifier'] = loaders.loadClassifier
/** @function */
export const loadGliner: Entry['loadGliner'] = loaders.loadGliner
/** @function */
export const loadTokenizer: Entry['loadTokenizer'] = loaders.loadTokenizer
