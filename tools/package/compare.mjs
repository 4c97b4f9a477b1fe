// Compares two folders by the checksums of their files, and lists the differences.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

/** sha256 of every file below a folder, by its path with slashes. */
export function hashesOf(folder) {
  return new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
      .map((file) => [
        relative(folder, file).replaceAll('\\', '/'),
        createHash('sha256').update(readFileSync(file)).digest('hex'),
      ]),
  )
}

/** @returns a line for each file that only one of two folders has, or whose bytes differ */
export function differences(one, other, [here, there] = [one, other]) {
  const [left, right] = [hashesOf(one), hashesOf(other)]
  return [...new Set([...left.keys(), ...right.keys()])].sort().flatMap((name) => {
    const [a, b] = [left.get(name), right.get(name)]
    if (a === b) return []
    if (a === undefined) return [`only in ${there}: ${name}`]
    if (b === undefined) return [`only in ${here}: ${name}`]
    return [`differs: ${name}\n  ${a}  ${here}\n  ${b}  ${there}`]
  })
}
