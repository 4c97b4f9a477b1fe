/** Collects the licences of bundled third-party code, which must be distributed with it. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * @param chunks  rollup's output
 * @returns name, version and licence of each package of node_modules that has code in them
 */
export function licencesOf(chunks) {
  const folders = new Set()
  for (const { modules = {} } of chunks) {
    for (const [id, { renderedLength }] of Object.entries(modules)) {
      const [folder] = /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(id) ?? []
      if (folder !== undefined && renderedLength > 0) folders.add(folder)
    }
  }
  const texts = [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const file = readdirSync(folder).find((one) => /^licen[cs]e(?:\.\w+)?$/i.test(one))
    if (file === undefined) throw new Error(`${name} is bundled, and its package has no licence file`)
    return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`
  })
  return `The command line holds code of these packages.\n\n${texts.join(`\n${'-'.repeat(72)}\n\n`)}`
}
