/**
 * The image of examples/docker. If a Docker daemon is available, the image is built and queried. Otherwise
 * the steps of the Dockerfile are carried out in empty folders, one for each stage, with the versions of Node
 * that it names; only the existence of the base images is not tested then.
 */
import { spawnSync } from 'node:child_process'
import { copyFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import {
  binaries,
  checkEntities,
  elsewhere,
  freePort,
  installAll,
  layProject,
  run,
  TEXT,
  withServer,
} from './workbench.mjs'

const post = async (origin) => {
  const response = await fetch(origin, { method: 'POST', body: TEXT })
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`)
  return response.text()
}

/** The steps of a Dockerfile, lines that go on joined. */
function stepsOf(file) {
  return readFileSync(file, 'utf8')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ word: line.split(' ')[0], rest: line.slice(line.indexOf(' ') + 1) }))
}

/** Carries out what builds; gives the last stage's folder, environment and commands. */
function carryOut(steps, context, at) {
  const stages = new Map()
  let stage
  for (const { word, rest } of steps) {
    if (word === 'FROM') {
      const [, image, name] = /^(\S+)(?: AS (\S+))?$/.exec(rest)
      const major = Number(/node(?:js)?:?(\d+)/.exec(image)[1])
      stage = { root: join(at, `stage-${stages.size}`), major, env: {}, commands: {} }
      mkdirSync(stage.root)
      stages.set(name ?? 'last', stage)
    } else if (word === 'WORKDIR') {
      stage.folder = join(stage.root, rest)
      mkdirSync(stage.folder, { recursive: true })
    } else if (word === 'COPY') {
      const [, from, names] = /^(?:--from=(\S+) )?(.+)$/.exec(rest)
      const parts = names.split(' ')
      const target = resolve(stage.folder, parts.pop())
      for (const pattern of parts) {
        if (from) cpSync(join(stages.get(from).root, pattern), target, { recursive: true })
        else copyMatching(context, pattern, target)
      }
    } else if (word === 'RUN') {
      const path = `${dirname(binaries.node(stage.major))}:${process.env.PATH}`
      run('sh', ['-c', rest], { cwd: stage.folder, env: { ...process.env, PATH: path } })
    } else if (word === 'ENV') {
      Object.assign(stage.env, Object.fromEntries(rest.split(' ').map((pair) => pair.split('='))))
    } else if (word === 'CMD') stage.commands.start = JSON.parse(rest)
    else if (word === 'HEALTHCHECK') stage.commands.health = JSON.parse(rest.slice(rest.indexOf('[')))
    else if (word !== 'EXPOSE') throw new Error(`The test does not know the step ${word}`)
  }
  return stage
}

function copyMatching(context, pattern, target) {
  const [before, after] = pattern.split('*')
  const names = run('ls', [context]).split('\n')
  const matching = names.filter((name) =>
    after === undefined ? name === pattern : name.startsWith(before) && name.endsWith(after),
  )
  if (matching.length === 0) throw new Error(`COPY ${pattern} finds nothing`)
  for (const name of matching) copyFileSync(join(context, name), join(target, name))
}

const tarballName = 'iobert.tgz'

/** The example with the packed package beside it, as the registry would give it: `npm install` takes it from there. */
function layContext() {
  const context = layProject('docker')
  copyFileSync(installAll().tarball, join(context, tarballName))
  const file = join(context, 'package.json')
  const manifest = JSON.parse(readFileSync(file, 'utf8'))
  manifest.dependencies.iobert = `file:./${tarballName}`
  writeFileSync(file, JSON.stringify(manifest))
  const dockerfile = join(context, 'Dockerfile')
  const steps = readFileSync(dockerfile, 'utf8')
  writeFileSync(dockerfile, steps.replace('COPY package.json ./', `COPY package.json ${tarballName} ./`))
  return context
}

const hasDocker = () => spawnSync('docker', ['info'], { timeout: 20_000 }).status === 0

export const runs = [
  [
    'Docker image',
    async () => {
      if (!hasDocker()) return { skipped: 'no daemon of Docker answers; its steps are carried out below' }
      const context = layContext()
      const name = `iobert-recipe-${process.pid}`
      try {
        run('docker', ['build', '-t', name, '.'], { cwd: context, timeout: 600_000 })
        const size = Number(run('docker', ['image', 'inspect', '--format', '{{.Size}}', name]))
        const port = await freePort()
        const bounds = ['--read-only', '--cap-drop=ALL', '--memory', '512m']
        const args = ['run', '--rm', ...bounds, '-p', `127.0.0.1:${port}:8080`, name]
        return await withServer('docker', args, { url: `http://127.0.0.1:${port}` }, async () => {
          checkEntities(await post(`http://127.0.0.1:${port}`))
          return `built, ${(size / 2 ** 20).toFixed(0)} MiB, answers`
        })
      } finally {
        spawnSync('docker', ['image', 'rm', '--force', name])
      }
    },
  ],
  [
    "the Dockerfile's steps",
    () =>
      elsewhere(async (at) => {
        const context = layContext()
        const { major, env, folder, commands } = carryOut(stepsOf(join(context, 'Dockerfile')), context, at)
        const port = await freePort()
        const url = `http://127.0.0.1:${port}`
        // The image has nothing on its PATH; Debian's Node of the version named stands for the image's.
        const options = { url, cwd: folder, env: { ...env, PORT: String(port) } }
        return withServer(binaries.node(major), commands.start, options, async () => {
          checkEntities(await post(url))
          const [node, ...args] = commands.health
          if (node !== '/nodejs/bin/node') throw new Error(`The image has no ${node}`)
          const asked = args.map((arg) => arg.replace(':8080', `:${port}`))
          run(binaries.node(major), asked)
          return 'carried out, answers, and is healthy'
        })
      }),
  ],
]
