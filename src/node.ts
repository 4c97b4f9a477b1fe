/**
 * The entry for Node, Deno and Bun: everything of index.ts, and what needs a disk (models in folders, and the
 * Hub's cache shared with Python).
 *
 * @module iobert
 */
import { type Entry, entry } from './entry.ts'
import { entryPlatform } from './platform.node.ts'

export * from './public.ts'

const loaders: Entry = /* @__PURE__ */ entry(entryPlatform)

// What each does is said in `Entry`; `@function` has the API reference take it from there.

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
