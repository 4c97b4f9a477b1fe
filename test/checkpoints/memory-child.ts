/** Loads FOLDER at PRECISION with one thread in a process of its own; prints time, packed weights and peak memory. */
import { readFileSync } from 'node:fs'
import { loadModel, type Precision } from '#dist/node.js'

const [folder, precision] = process.argv.slice(2) as [string, Precision]
const start = performance.now()
const model = await loadModel(folder, { precision, threads: 1 })
const milliseconds = performance.now() - start
const peak = Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))![1]) * 1024
console.log(JSON.stringify({ milliseconds, weights: model.info.weightBytes, peak }))
model.dispose()
