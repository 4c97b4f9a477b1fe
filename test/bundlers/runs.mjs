/** Each bundler builds the fixture that recognises one text, and what it built runs in Chromium or as a program. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as esbuild from 'esbuild'
import { hasChromium, launchChromium } from '../runtimes/browsers.mjs'
import { binaries, folder, run } from '../runtimes/install.mjs'
import { serveSite } from '../runtimes/site.mjs'

const require = createRequire(join(folder, 'package.json'))
const load = (name) => import(pathToFileURL(require.resolve(name)).href)

const web = join(folder, 'bundlers/web')
const server = join(folder, 'bundlers/server.mjs')
const weights = join(folder, 'node_modules/iobert/weights')

/** Bundlers of pages: each takes where to put its output. */
const PAGES = {
  async esbuild(outdir) {
    await esbuild.build({
      entryPoints: [join(web, 'main.js')],
      ...{ outdir, bundle: true, splitting: true, minify: true, format: 'esm', logLevel: 'error' },
    })
    cpSync(join(web, 'index.html'), join(outdir, 'index.html'))
  },
  async Rollup(outdir) {
    const { rollup } = await load('rollup')
    const { nodeResolve } = await load('@rollup/plugin-node-resolve')
    const bundle = await rollup({ input: join(web, 'main.js'), plugins: [nodeResolve({ browser: true })] })
    await bundle.write({ dir: outdir, format: 'es' })
    await bundle.close()
    cpSync(join(web, 'index.html'), join(outdir, 'index.html'))
  },
  async webpack(outdir) {
    await runWebpack({
      entry: join(web, 'main.js'),
      target: 'web',
      output: { path: outdir, filename: 'main.js' },
    })
    cpSync(join(web, 'index.html'), join(outdir, 'index.html'))
  },
  async 'Vite build'(outdir) {
    const { build } = await load('vite')
    await build({ root: web, base: './', configFile: false, logLevel: 'error', build: { outDir: outdir } })
  },
  async Parcel(outdir) {
    const project = join(folder, 'bundlers/parcel')
    cpSync(web, project, { recursive: true })
    const args = [
      'build',
      'index.html',
      '--dist-dir',
      outdir,
      '--public-url',
      './',
      '--no-cache',
      '--no-source-maps',
    ]
    run(process.execPath, [join(folder, 'node_modules/parcel/lib/bin.js'), ...args], { cwd: project })
  },
}

async function runWebpack(options) {
  const { default: webpack } = await load('webpack')
  const stats = await new Promise((resolve, reject) => {
    const compiler = webpack({ mode: 'production', context: folder, ...options })
    compiler.run((error, result) => compiler.close(() => (error ? reject(error) : resolve(result))))
  })
  if (stats.hasErrors()) throw new Error(stats.toString('errors-only'))
}

/** Bundlers of servers and programs: each builds the fixture and gives the command that runs it. */
const PROGRAMS = {
  async 'esbuild for Node'(outdir) {
    const outfile = join(outdir, 'server.mjs')
    await esbuild.build({ entryPoints: [server], outfile, bundle: true, platform: 'node', format: 'esm' })
    return [process.execPath, outfile]
  },
  // As frameworks build their server routes.
  async 'webpack for Node'(outdir) {
    await runWebpack({
      entry: server,
      target: 'node20',
      experiments: { outputModule: true },
      output: { path: outdir, filename: 'server.mjs', module: true, chunkFormat: 'module' },
    })
    return [process.execPath, join(outdir, 'server.mjs')]
  },
  async 'Vite for servers'(outdir) {
    const { build } = await load('vite')
    await build({
      ...{ root: join(folder, 'bundlers'), configFile: false, logLevel: 'error' },
      ssr: { noExternal: true },
      build: { ssr: server, outDir: outdir, target: 'node20' },
    })
    return [process.execPath, join(outdir, 'server.mjs')]
  },
  'bun build --compile'(outdir) {
    run(binaries.bun, ['build', '--compile', server, '--outfile', join(outdir, 'program')], { cwd: folder })
    return [join(outdir, 'program')]
  },
  'deno compile'(outdir) {
    // Everything in node_modules goes into the program: a project that has nothing else.
    const project = join(outdir, 'project')
    const engine = join(project, 'node_modules/iobert')
    mkdirSync(engine, { recursive: true })
    for (const name of ['dist', 'package.json']) {
      cpSync(join(folder, 'node_modules/iobert', name), join(engine, name), { recursive: true })
    }
    writeFileSync(join(project, 'package.json'), JSON.stringify({ dependencies: { iobert: '*' } }))
    cpSync(server, join(project, 'server.mjs'))
    try {
      run(binaries.deno, ['compile', '-A', '--output', join(outdir, 'program'), 'server.mjs'], {
        cwd: project,
      })
    } catch (error) {
      // The program's runtime is no part of the package that carries Deno; it comes from Deno's own site.
      if (/denort.*error sending request|error sending request.*denort/s.test(error.message))
        return { skipped: 'Deno cannot download denort here' }
      throw error
    }
    return [join(outdir, 'program')]
  },
}

/** @returns `[name, test]`; the reference's first text is the fixture's */
export function bundlerRuns(reference) {
  const { entities } = JSON.parse(reference.lines[0])
  const check = (found) => {
    if (!Array.isArray(found)) throw new Error(found.error)
    const scores = found.map(({ score }) => {
      const view = new DataView(new ArrayBuffer(8))
      view.setFloat64(0, score)
      return view.getBigUint64(0).toString(16).padStart(16, '0')
    })
    const same = JSON.stringify(found.map((entity, i) => ({ ...entity, score: scores[i] })))
    if (same !== JSON.stringify(entities))
      throw new Error(`${same}\nis not what Node alone gives\n${JSON.stringify(entities)}`)
    return 'the same entities'
  }
  const inChromium = async (site, path = '/') => {
    const browser = await launchChromium(folder)
    try {
      const page = await browser.newPage()
      await page.goto(site + path)
      return browser
    } catch (error) {
      await browser.close()
      throw error
    }
  }
  const emptyFolder = (name) => {
    const out = join(folder, 'bundles', name.replaceAll(' ', '-'))
    rmSync(out, { recursive: true, force: true })
    mkdirSync(out, { recursive: true })
    return out
  }
  const noChromium = { skipped: '/usr/bin/chromium is not there' }
  const pages = Object.entries(PAGES).map(([name, build]) => [
    name,
    async () => {
      if (!hasChromium()) return noChromium
      const out = emptyFolder(name)
      await build(out)
      const site = await serveSite({ '/weights/': `${weights}/`, '/': `${out}/` })
      const browser = await inChromium(site.origin)
      try {
        return check(await site.outcome(60))
      } finally {
        await browser.close()
        site.close()
      }
    },
  ])
  const development = [
    'Vite dev',
    async () => {
      if (!hasChromium()) return noChromium
      const { createServer } = await load('vite')
      const site = await serveSite({ '/weights/': `${weights}/` })
      const vite = await createServer({
        ...{ root: web, configFile: false, logLevel: 'error', cacheDir: emptyFolder('vite-cache') },
        server: { port: 0, proxy: { '/weights': site.origin, '/outcome': site.origin } },
      })
      await vite.listen()
      const browser = await inChromium(`http://localhost:${vite.httpServer.address().port}`)
      try {
        return check(await site.outcome(60))
      } finally {
        await browser.close()
        await vite.close()
        site.close()
      }
    },
  ]
  const programs = Object.entries(PROGRAMS).map(([name, build]) => [
    name,
    async () => {
      const command = await build(emptyFolder(name))
      if (command.skipped) return command
      const elsewhere = mkdtempSync(join(tmpdir(), 'iobert-program-'))
      try {
        return check(
          JSON.parse(run(command[0], [...command.slice(1), weights], { cwd: elsewhere, timeout: 60_000 })),
        )
      } finally {
        rmSync(elsewhere, { recursive: true, force: true })
      }
    },
  ])
  return [...pages, development, ...programs]
}
