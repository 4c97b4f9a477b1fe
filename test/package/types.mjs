/**
 * The declarations in strict programs without skipLibCheck: every TypeScript from 5.4 to 7, every way to
 * resolve modules, and programs with Node's types, with `lib: dom`, with both, and with neither.
 */
import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** Exact versions; the last of each. */
export const compilers = {
  5.4: '5.4.5',
  5.5: '5.5.4',
  5.6: '5.6.3',
  5.7: '5.7.3',
  5.8: '5.8.3',
  5.9: '5.9.3',
  '6.0': '6.0.3',
  '7.0': '7.0.2',
}

const RESOLUTIONS = { bundler: 'esnext', node16: 'node16', nodenext: 'nodenext' }
const SURROUNDINGS = {
  "Node's types": { types: ['node'], lib: ['es2022'] },
  dom: { types: [], lib: ['es2022', 'dom', 'dom.iterable'] },
  both: { types: ['node'], lib: ['es2022', 'dom', 'dom.iterable'] },
  neither: { types: [], lib: ['es2022'] },
}

function configuration(resolution, { types, lib }, files, more = {}) {
  return {
    compilerOptions: {
      ...{
        strict: true,
        skipLibCheck: false,
        exactOptionalPropertyTypes: true,
        noUncheckedIndexedAccess: true,
      },
      ...{ target: 'es2022', module: RESOLUTIONS[resolution], moduleResolution: resolution, noEmit: true },
      ...{ resolveJsonModule: true, types, lib },
      ...more,
    },
    files,
  }
}

/** The oldest, the one that the project is written in, and the newest compile all; those between them what differs most. */
const THOROUGH = ['5.4', '6.0', '7.0']

/** @returns the programs that a compiler is given: `[name, configuration]` */
function programsFor(version) {
  const all = []
  const thorough = THOROUGH.includes(version)
  for (const resolution of thorough ? Object.keys(RESOLUTIONS) : ['bundler', 'nodenext']) {
    for (const [surroundings, given] of Object.entries(SURROUNDINGS)) {
      if (!thorough && !["Node's types", 'dom'].includes(surroundings)) continue
      // node16 knows no import attributes, which JSON modules need.
      const files = ['everything.ts', ...(resolution === 'node16' ? [] : ['config.ts'])]
      if (surroundings !== 'neither') files.push('platform.ts')
      // A file of CommonJS, which bundlers resolve as they do all others.
      if (resolution !== 'bundler') files.push('required.cts')
      all.push([`${resolution}, ${surroundings}`, configuration(resolution, given, files)])
    }
    if (!thorough) continue
    const using = { types: ['node'], lib: ['es2022', 'esnext.disposable'] }
    all.push([`${resolution}, using`, configuration(resolution, using, ['disposing.ts'])])
  }
  return all
}

/**
 * @param folder  a project with the package, the compilers as `typescript-5.4` and so on, and @types/node
 * @param source  test/package/consumer
 * @returns `[name, test]`, one a compiler
 */
export function typeRuns(folder, source) {
  const consumer = join(folder, 'consumer')
  rmSync(consumer, { recursive: true, force: true })
  mkdirSync(consumer, { recursive: true })
  writeFileSync(join(consumer, 'package.json'), '{ "type": "module" }\n')
  cpSync(source, consumer, { recursive: true })
  return Object.keys(compilers).map((version) => [
    `TypeScript ${version}`,
    async () => {
      const bin = join(folder, 'node_modules', `typescript-${version}`, 'bin/tsc')
      if (!existsSync(bin)) throw new Error(`${bin} is not there`)
      const all = programsFor(version)
      const queue = [...all.entries()]
      const compile = async () => {
        for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
          const [index, [name, settings]] = next
          const project = join(consumer, `tsconfig.${version}-${index}.json`)
          writeFileSync(project, `${JSON.stringify(settings, null, 2)}\n`)
          await promisify(execFile)(process.execPath, [bin, '-p', project], { cwd: consumer }).catch(
            (error) => {
              throw new Error(`${name}:\n${error.stdout}${error.stderr}`)
            },
          )
        }
      }
      await Promise.all([compile(), compile()])
      return `${all.length} strict programs`
    },
  ])
}
