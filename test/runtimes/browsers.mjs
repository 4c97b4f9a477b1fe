/** Debian's Chromium and Firefox, headless. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const CHROMIUM = '/usr/bin/chromium'
const FIREFOX = '/usr/bin/firefox-esr'
const FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync'],
]

export const hasChromium = () => existsSync(CHROMIUM)
export const hasFirefox = () => existsSync(FIREFOX)

function playwright(folder) {
  return createRequire(join(folder, 'package.json'))('playwright-core')
}

/** @param folder  where playwright-core is installed */
export async function launchChromium(folder) {
  return playwright(folder).chromium.launch({ executablePath: CHROMIUM, args: ['--headless', ...FLAGS] })
}

/** Chromium with an unpacked extension; the new headless mode has extensions. */
export async function launchWithExtension(folder, extension) {
  const profile = mkdtempSync(join(tmpdir(), 'iobert-chromium-'))
  const context = await playwright(folder).chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    headless: false,
    args: [
      '--headless=new',
      ...FLAGS,
      `--disable-extensions-except=${extension}`,
      `--load-extension=${extension}`,
    ],
  })
  return {
    context,
    async close() {
      await context.close()
      rmSync(profile, { recursive: true, force: true })
    },
  }
}

/** Opens `url` in a new Firefox; pages there speak by posting. */
export function openFirefox(url) {
  const profile = mkdtempSync(join(tmpdir(), 'iobert-firefox-'))
  const child = spawn(FIREFOX, ['--headless', '--no-remote', '--profile', profile, url], {
    stdio: 'ignore',
    detached: true,
    env: { ...process.env, HOME: profile, MOZ_CRASHREPORTER_DISABLE: '1' },
  })
  return {
    async close() {
      const ended = once(child, 'exit')
      process.kill(-child.pid)
      await ended
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
