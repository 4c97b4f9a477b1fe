/**
 * The set-up of the recipes' tests: each example as a user has it after `npm install`, in a folder of its
 * own, with the packed package in its node_modules. Build tools of the examples are installed once, in a
 * parent folder, from the lockfile next to this file; runtimes and Playwright are those of test/runtimes.
 */
import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { hasChromium, launchChromium } from '../runtimes/browsers.mjs'
import {
  binaries,
  installOnce,
  installPackage,
  installRuntimes,
  root,
  run,
  folder as runtimes,
} from '../runtimes/install.mjs'

export { binaries, root, run, runtimes }
export const folder = join(root, 'build/recipes')
export const TEXT = 'Angela Merkel met Tim Cook in Berlin.'
const EXPECTED = ['Angela Merkel', 'Tim Cook', 'Berlin']

/** Throws where an output has not the entities of TEXT. */
export function checkEntities(output) {
  const missing = EXPECTED.filter((name) => !output.includes(name))
  if (missing.length > 0) throw new Error(`${missing.join(', ')} not found in:\n${output}`)
}

/** Throws where an error does not say what to do. */
export function checkSays(output, ...parts) {
  const missing = parts.filter((part) => !output.includes(part))
  if (missing.length > 0) throw new Error(`Expected "${missing.join('", "')}" in:\n${output}`)
}

/** `npm ci` of a lock, once: again only where the lock is another. */
export function installLocked(from, to) {
  installOnce(join(to, 'installed'), readFileSync(join(from, 'package-lock.json'), 'utf8'), () => {
    for (const name of ['package.json', 'package-lock.json']) cpSync(join(from, name), join(to, name))
    run('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'], { cwd: to })
  })
}

let installed

/** @returns the packed package and its weights */
export function installAll() {
  if (installed === undefined) {
    run(process.execPath, ['tools/build/build.mjs'], { cwd: root })
    installRuntimes()
    installLocked(join(root, 'test/recipes'), folder)
    installed = installPackage()
  }
  return installed
}

/** A fresh copy of an example with the package in its node_modules. @param at  where, if not below the tools */
export function layProject(name, at = join(folder, 'projects', name)) {
  rmSync(at, { recursive: true, force: true })
  cpSync(join(root, 'examples', name), at, { recursive: true })
  layPackage(at)
  return at
}

/** The packed package in a project's node_modules, as npm lays it. */
export function layPackage(project) {
  installAll()
  const target = join(project, 'node_modules/iobert')
  rmSync(target, { recursive: true, force: true })
  cpSync(join(runtimes, 'node_modules/iobert'), target, { recursive: true })
}

/** A folder with nothing above it that could be found by mistake; removed when `body` ends. */
export async function elsewhere(body) {
  const at = mkdtempSync(join(tmpdir(), 'iobert-recipe-'))
  try {
    return await body(at)
  } finally {
    rmSync(at, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** The environment in which `node`, `npm` and the installed tools are those of a version. */
export function environment(major = 22, more = {}) {
  const paths = [dirname(binaries.node(major)), join(folder, 'node_modules/.bin'), process.env.PATH]
  return { ...process.env, ...more, PATH: paths.join(process.platform === 'win32' ? ';' : ':') }
}

/** `npm run SCRIPT` in a project. */
export function npmRun(project, script, more = []) {
  return run('npm', ['run', script, ...(more.length > 0 ? ['--', ...more] : [])], {
    cwd: project,
    env: environment(),
  })
}

/** A server that runs while `body` does: waits until `url` answers; ends it with all that it started. */
export async function withServer(command, args, { url, ...options }, body) {
  const child = spawn(command, args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environment(),
    ...options,
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data))
  let failure
  child.on('error', (error) => (failure = error))
  const ended = new Promise((resolve) => child.on('close', resolve))
  try {
    for (let tries = 0; ; tries++) {
      if (failure || child.exitCode !== null) throw failure ?? new Error(`${command} has ended`)
      const answers = await fetch(url).then(
        () => true,
        () => false,
      )
      if (answers) break
      if (tries === 400) throw new Error(`${command} does not answer`)
      await delay(150)
    }
    return await body(() => output)
  } catch (error) {
    error.message += `\n--- its output:\n${output}`
    throw error
  } finally {
    // Its group: npm, the shell and the program. It may have ended by itself.
    try {
      process.kill(-child.pid)
    } catch {}
    await ended
  }
}

export function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

export const NO_CHROMIUM = { skipped: '/usr/bin/chromium is not there' }

/** A test with a page of Chromium; skipped where there is none. What the page's console said comes with an error. */
export function inChromium(test) {
  return async () => {
    if (!hasChromium()) return NO_CHROMIUM
    const browser = await launchChromium(runtimes)
    const said = []
    try {
      const page = await browser.newPage()
      page.on('console', (message) => said.push(message.text()))
      page.on('pageerror', (error) => said.push(error.message))
      return await test(page)
    } catch (error) {
      error.message += `\n--- the page's console:\n${said.join('\n')}`
      throw error
    } finally {
      await browser.close()
    }
  }
}

/** Waits until an element's text holds `part`; gives its text. */
export async function textWith(page, selector, part, timeout = 60_000) {
  const element = page.locator(selector).filter({ hasText: part })
  try {
    await element.waitFor({ timeout })
  } catch {
    const now = await page.locator(selector).allTextContents()
    throw new Error(`${selector} does not show "${part}" but ${JSON.stringify(now)}`)
  }
  return element.first().textContent()
}
