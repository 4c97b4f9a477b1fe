/**
 * Renews the saved logits by the reference kernels and reports what changed; tools/goldens/renew-logits.mjs
 * runs it.
 */
import { existsSync } from 'node:fs'
import { reference } from '../kernels/variants.ts'
import {
  differences,
  hashOfWeights,
  logitsOn,
  readSaved,
  SAVED_MODELS,
  savedPath,
  writeSaved,
} from './saved-logits.ts'

let changed = false
for (const { name, folder } of SAVED_MODELS) {
  if (!existsSync(folder)) {
    console.log(
      `${name}: not renewed, IOBERT_BERT_BASE does not name the folder that make_bert_base.py wrote`,
    )
    continue
  }
  const saved = readSaved(savedPath(name))
  const ids = saved.sequences.map((sequence) => sequence.ids)
  const weights = hashOfWeights(folder)
  const logits = await logitsOn(folder, reference, ids)
  const changes = differences(logits, saved)
  const sequences = logits.map((each, index) => ({ ids: ids[index]!, logits: each }))
  writeSaved(savedPath(name), name, { weights, sequences })
  console.log(`${name}: renewed, ${changes.length === 0 ? 'no bit has changed' : 'bits have changed'}`)
  if (weights !== saved.weights) console.log('  the weights are others')
  for (const change of changes) console.log(`  ${change}`)
  changed ||= changes.length > 0
}
if (changed) console.log('int8 promises the same bits: CHANGELOG.md has to say that they are new, and why')
