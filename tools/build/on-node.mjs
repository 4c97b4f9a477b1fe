// `node tools/build/on-node.mjs MAJOR COMMAND...`: runs a command, such as `npm test`, with another version
// of Node (20, 22, 24 or 26), which processes started as `node` use too. Installs all versions into
// build/runtimes.
import { spawnSync } from 'node:child_process'
import { delimiter, dirname } from 'node:path'
import { binaries, installRuntimes, nodeMajors } from '../../test/runtimes/install.mjs'

const [major, command, ...args] = process.argv.slice(2)
if (command === undefined || !nodeMajors.includes(Number(major))) {
  console.error(`Usage: node tools/build/on-node.mjs ${nodeMajors.join('|')} COMMAND...`)
  process.exit(2)
}
installRuntimes()
const PATH = `${dirname(binaries.node(major))}${delimiter}${process.env.PATH}`
const { status, error } = spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, PATH } })
if (error) console.error(error.message)
process.exit(status ?? 1)
