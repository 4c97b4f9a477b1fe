/** `--turbo` sets V8's flag for the whole process, so its figures are measured in a process of its own. */
import { nodePlatform } from '#dist/platform.node.js'

const wanted: boolean = process.argv.includes('--turbo')

if (wanted && !nodePlatform(import.meta.url).enableTurbo()) {
  console.log('Turbo is not measured: it takes Node 24 or newer on x64\n')
  process.exit(0)
}

export const turbo: boolean = wanted
