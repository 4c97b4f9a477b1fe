/** README.md: its picture, its commands, its links, and the figures that it quotes from elsewhere. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { iobert } from '../cli/run.ts'
import { rootPath } from '../shared.ts'
import { readPage } from './blocks.ts'

const page = readPage('README.md')

test('the picture is what the shipped model finds in the letter', async () => {
  const module = new URL('../../../tools/figures/readme.mjs', import.meta.url).href
  const { drawReadme } = (await import(module)) as { drawReadme: () => Promise<string> }
  const drawn = readFileSync(rootPath('docs/figures/readme.svg'), 'utf8')
  assert.is(drawn, await drawReadme(), 'run npm run docs:update')
  for (const name of ['Okafor', 'Hannah Lindqvist', '[PER_4]', 'Siemens'])
    assert.ok(drawn.includes(name), name)
})

test('every command that it tells with a file of the repository runs', async () => {
  const commands = [...page.matchAll(/`iobert ((?:[\w-]+ )*)(< )?(examples\/\S+)`/g)]
  assert.ok(commands.length >= 2, `${commands.length} commands`)
  for (const [command, words, piped, file] of commands) {
    const args = words!.trim().split(' ')
    const input = piped ? readFileSync(rootPath(file!)) : ''
    const { code, stdout, stderr } = await iobert(piped ? args : [...args, file!], input)
    assert.is(code, 0, `${command}: ${stderr}`)
    assert.ok(stdout.length > 100, command)
  }
})

test('what it links to is there', () => {
  const targets = [...page.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!)
  assert.ok(targets.length >= 10, `${targets.length} links`)
  const own = targets.filter((target) => !/^https?:/.test(target))
  assert.equal(
    own.filter((target) => !existsSync(rootPath(target.split('#')[0]!))),
    [],
  )
})

for (const name of ['README.md', 'docs/beside-others.md']) {
  test(`the commands that ${name} says to check with are there`, () => {
    const text = readPage(name)
    const { scripts } = JSON.parse(readPage('package.json')) as { scripts: Record<string, string> }
    const named = [...text.matchAll(/`npm run ([\w:]+)/g)].map(([, script]) => script!)
    assert.ok(named.length >= 4, `${named.length} scripts`)
    assert.equal(
      named.filter((script) => scripts[script] === undefined),
      [],
    )
    const files = (readdirSync(rootPath('test'), { recursive: true }) as string[])
      .map((file) => file.replaceAll('\\', '/'))
      .filter((file) => file.endsWith('.test.ts'))
    const words = [...text.matchAll(/`npm test -- ([^`]+)`/g)].flatMap(([, list]) => list!.split(' '))
    assert.ok(words.length >= 3, `${words.length} words`)
    assert.equal(
      words.filter((word) => !files.some((file) => file.includes(word))),
      [],
    )
  })
}

test('its accuracy is what the card of the shipped model states', () => {
  const card = readPage('weights/README.md')
  const told = /\| ([\d.]+) \/ ([\d.]+) +\|/.exec(page)!
  const stated = [/English, development set +\| ([\d.]+)/, /test set, sentence by sentence +\| ([\d.]+)/]
  for (const [index, pattern] of stated.entries()) {
    const [one, other] = [Number(told[index + 1]), Number(pattern.exec(card)![1])]
    assert.ok(Math.abs(one - other) <= 0.051, `README ${one}, card ${other}`)
  }
  assert.ok(page.includes(`F1 ${told[1]} on CoNLL-2003's development set and ${told[2]} on its test set`))
})

test('its ratio is the first of bench/RESULTS.md, and the chart there shows its table', async () => {
  const results = readPage('bench/RESULTS.md')
  const module = new URL('../../../tools/figures/results.mjs', import.meta.url).href
  const { drawResults, readRatios } = (await import(module)) as {
    drawResults: (page: string) => string
    readRatios: (page: string) => { against: string; ratios: number[] }[]
  }
  const [first, ...rest] = readRatios(results)
  assert.ok(rest.length > 10, `${rest.length} rows`)
  assert.is(first!.against, 'onnxruntime-web q8')
  const told = Number(/\*\*([\d.]+) times as fast as onnxruntime-web\*\*/.exec(page)?.[1])
  assert.ok(Math.abs(first!.ratios[0]! - told) <= 0.051, `README ${told}, RESULTS ${first!.ratios[0]}`)
  const drawn = readFileSync(rootPath('docs/figures/against-others.svg'), 'utf8')
  assert.is(drawn, drawResults(results), 'run npm run docs:update')
})

test.run()
