/** Follows the instructions of docs/get-started.md, and compares the results with the page. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { serve } from './serve.mjs'

/** The fenced block behind a comment. */
function blockOf(page, comment) {
  return new RegExp(`<!-- ${comment} -->\\n+\`\`\`\\w*\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(page)[1]
}

/** The command and the program of the page, run as they stand. */
export async function checkPrograms(root, { check, expect }) {
  const page = readFileSync(join(root, 'docs/get-started.md'), 'utf8')
  const run = (...args) => spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
  await check('get started: the command line', () => {
    const [command, ...wanted] = blockOf(page, 'computed: get-started-command').split('\n')
    const [, text] = /^\$ npx iobert "(.+)"$/.exec(command)
    const { stdout, stderr } = run('dist/cli/main.js', text)
    expect(stdout === wanted.join('\n'), `"${stdout}" ${stderr}`)
  })
  await check('get started: the program', () => {
    const { stdout, stderr } = run('examples/get-started/first.mjs')
    expect(stdout === blockOf(page, 'computed: get-started-program'), `"${stdout}" ${stderr}`)
  })
}

/** The page, with the package beside it as `cp -r` puts it there. */
export async function checkPage(root, browser, { check, expect }) {
  const server = await serve((path) => {
    const [, inPackage] = /^\/iobert\/((?:dist|weights)\/.*)$/.exec(path) ?? []
    const file = inPackage ?? posix.join('examples/get-started', path === '/' ? 'index.html' : path)
    return existsSync(join(root, file)) ? join(root, file) : undefined
  })
  await check('get started: the page', async () => {
    const page = await browser.newPage()
    const elsewhere = []
    page.on('request', (request) => {
      if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(server.origin))
        elsewhere.push(request.url())
    })
    await page.goto(server.origin)
    await page.waitForSelector('mark', { timeout: 60_000 })
    const names = await page.$$eval('mark', (all) => all.map((mark) => mark.textContent))
    expect(
      names.some((name) => name.startsWith('Aiko Tanaka')),
      `marks ${names.join(', ')}`,
    )
    expect(elsewhere.length === 0, `asks for ${elsewhere.join(', ')}`)
    await page.close()
  })
  server.close()
}
