/** examples/react: Vite's development server, its build and its preview; and without a copy of the model. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import {
  checkEntities,
  checkSays,
  freePort,
  inChromium,
  layProject,
  npmRun,
  textWith,
  withServer,
} from './workbench.mjs'

async function served(project, script, body) {
  const port = await freePort()
  const url = `http://localhost:${port}/`
  const args = ['run', script, '--', '--port', String(port), '--strictPort']
  return withServer('npm', args, { url, cwd: project }, () => body(url))
}

/** The page of a model without a tokenizer.json, on a server that answers with index.html for it. */
async function showsEntities(page, url) {
  const absent = await fetch(`${url}weights/tokenizer.json`)
  if (!(await absent.text()).includes('<!doctype html>')) {
    throw new Error(
      'This server does not answer with its page for what it does not have: the test tests nothing',
    )
  }
  await page.goto(url)
  checkEntities(await textWith(page, 'ul', 'Berlin'))
  if (!(await page.evaluate(() => crossOriginIsolated))) throw new Error('The page is not isolated')
  await page.fill('textarea', 'Ada Lovelace lived in London.')
  checkSays(await textWith(page, 'ul', 'London'), 'Ada Lovelace')
}

export const runs = [
  [
    'React + Vite dev',
    inChromium(async (page) => {
      const project = layProject('react')
      return served(project, 'dev', async (url) => {
        await showsEntities(page, url)
        return 'its entities, and those of what is typed'
      })
    }),
  ],
  [
    'React + Vite build and preview',
    inChromium(async (page) => {
      const project = layProject('react')
      npmRun(project, 'build')
      return served(project, 'preview', async (url) => {
        await showsEntities(page, url)
        return 'its entities, and those of what is typed'
      })
    }),
  ],
  [
    'React + Vite, no public/weights',
    inChromium(async (page) => {
      const project = layProject('react')
      npmRun(project, 'build')
      rmSync(join(project, 'dist/weights'), { recursive: true })
      return served(project, 'preview', async (url) => {
        await page.goto(url)
        const error = await textWith(page, '[role=alert]', 'page of HTML')
        checkSays(error, 'check the address', 'weights/config.json')
        return 'says what to do'
      })
    }),
  ],
]
