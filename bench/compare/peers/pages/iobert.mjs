// The interface of each page of the comparison: `load` a model, `run` one sequence of ids, `time` some
// passes. Here: iobert.
import { loadModel } from 'iobert'

let model

window.load = async ({ folder, precision, inline = false }) => {
  model = await loadModel(new URL(folder, location.href), { precision, inline, threads: 1 })
  return `${model.info.kernels} kernels, tile ${model.info.tile}`
}

/** Whether the last layer's hidden states are wanted in place of the logits. */
const options = (hidden) => (hidden ? { layer: model.config.numLayers } : {})

/** Logits, or the mean of the hidden states over the tokens. */
window.run = async (ids, hidden) => {
  const { logits, hiddenStates } = await model.forward([ids], options(hidden))
  if (!hidden) return Array.from(logits[0])
  const [[rows]] = hiddenStates
  const width = rows.length / ids.length
  return Array.from({ length: width }, (_, column) => {
    let sum = 0
    for (let at = column; at < rows.length; at += width) sum += rows[at]
    return sum / ids.length
  })
}

window.time = async (ids, passes, hidden) => {
  const started = performance.now()
  for (let pass = 0; pass < passes; pass++) await model.forward([ids], options(hidden))
  return (performance.now() - started) / passes
}
