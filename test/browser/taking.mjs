/** Samples, ways to split, what can be exported from the page, and where progress is shown. */
import assert from 'node:assert/strict'
import { loadRecognizer, redact, splitNames } from '../../dist/node.js'
import { marks, modelLoaded, readingDone, readText } from './bench.mjs'

const FIREFOX = { firefox: true }
const PHONE = { width: 360, height: 740 }

async function found(text, split) {
  const recognizer = await loadRecognizer()
  try {
    return (await recognizer.recognize(text, { split: split === '' ? false : split })).entities
  } finally {
    recognizer.dispose()
  }
}

const typesAndTexts = (entities) => entities.map(({ type, text }) => [type, text])

/** Has what the page copies at hand, whether the browser lets it or not. */
async function catchCopies(page) {
  await page.evaluate(() => {
    const writeText = async (text) => {
      window.copied = text
    }
    Object.defineProperty(navigator, 'clipboard', { value: { writeText }, configurable: true })
  })
  return () => page.evaluate(() => window.copied)
}

/** Whether all of an element is in view, and nothing lies over its middle. */
function inView(page, selector) {
  return page.$eval(selector, (element) => {
    const { left, right, top, bottom, width, height } = element.getBoundingClientRect()
    const inside = top >= 0 && left >= 0 && bottom <= innerHeight && right <= innerWidth
    const hit = document.elementFromPoint(left + width / 2, top + height / 2)
    return width > 0 && height > 0 && inside && element.contains(hit)
  })
}

/** Downloads of the weights on a slow line, and whether each was given up before its end. */
function slowWeights() {
  const downloads = []
  return {
    downloads,
    onResponse(path, response) {
      if (!path.endsWith('model.safetensors')) return false
      const one = { ended: false, closed: false }
      downloads.push(one)
      response.on('finish', () => {
        one.ended = true
      })
      response.on('close', () => {
        one.closed = true
      })
      return true
    },
  }
}

export const tests = [
  [
    'taking: samples of each kind are read',
    async (bench) => {
      const { page } = await bench.ready()
      const wanted = {
        mail: ['Kim Min-jun', 'Rotterdam'],
        chat: ['Priya', 'Siemens'],
        lower: ['angela merkel', 'berlin'],
        log: ['Marta Kowalska', 'Warsaw'],
        short: ['Angela Merkel', 'Berlin'],
      }
      for (const [kind, names] of Object.entries(wanted)) {
        const before = await page.inputValue('#text')
        await page.click(`#${kind}-sample`)
        await page.waitForFunction((old) => document.getElementById('text').value !== old, before)
        await readingDone(page)
        const seen = (await marks(page)).map(([, name]) => name)
        for (const name of names) assert.ok(seen.includes(name), `${kind}: ${name} is not in ${seen}`)
      }
    },
    FIREFOX,
  ],
  [
    'taking: of another script the English model gives no guesses',
    async (bench) => {
      const { page } = await bench.ready()
      const text = 'Angela Merkel and Газпром и Berlin'
      const all = (await found(text, 'passages')).filter(({ text: name }) => !/\p{Script=Latin}/u.test(name))
      assert.ok(
        all.some(({ score }) => score < 0.6),
        'the model guesses nothing here: choose another text',
      )
      await readText(page, text)
      await readingDone(page)
      const seen = await marks(page)
      assert.deepEqual(
        seen.filter(([, name]) => all.some((one) => one.text === name && one.score < 0.6)),
        [],
      )
      assert.ok(seen.some(([, name]) => name === 'Berlin'))
    },
  ],
  [
    'taking: boxes stand beside their labels, the ring of the field is whole, a list that goes on shows it',
    async (bench) => {
      const { page } = await bench.ready()
      await readingDone(page)
      await page.selectOption('#redact', 'type')
      await page.waitForSelector('.types input')
      const apart = await page.$$eval('.types label', (labels) =>
        labels.map((label) => {
          const words = document.createRange()
          words.selectNodeContents(label.lastChild)
          const middle = ({ top, bottom }) => (top + bottom) / 2
          const box = label.querySelector('input').getBoundingClientRect()
          return Math.abs(middle(box) - middle(words.getBoundingClientRect()))
        }),
      )
      assert.ok(apart.length > 1 && apart.every((pixels) => pixels <= 1.5), `${apart} pixels apart`)
      await page.focus('#text')
      const room = await page.evaluate(() => {
        const paper = document.querySelector('.paper')
        const { outlineWidth, outlineOffset } = getComputedStyle(paper)
        const ring = Number.parseFloat(outlineWidth) + Number.parseFloat(outlineOffset)
        const { bottom } = document.getElementById('now').getBoundingClientRect()
        return paper.getBoundingClientRect().top - bottom - ring
      })
      assert.ok(room >= 0, `the ring lacks ${-room} pixels`)
      await page.click('#long-sample')
      await readingDone(page)
      const { hidden, shadows } = await page.$eval('#names', (list) => ({
        hidden: list.scrollHeight - list.clientHeight,
        shadows: getComputedStyle(list).backgroundAttachment.split(', '),
      }))
      assert.ok(hidden > 0, 'the list has no more than it shows')
      assert.deepEqual(shadows, ['local', 'local', 'scroll', 'scroll'])
    },
  ],
  [
    'taking: the ways to split are those of the library, and so are the answers',
    async (bench) => {
      const { page } = await bench.ready()
      const offered = await page.$$eval('#split option', (options) => options.map(({ value }) => value))
      assert.deepEqual(offered, [...splitNames, ''])
      const text =
        '  Dr. Anna Berg met J. K. Rowling in Oslo. They left at 5 p.m. for\nBergen.\n\n\nPARIS: Zinedine Zidane\r\nMadrid: Real Madrid. \n'
      await readText(page, text)
      // A text field ends its lines in one way.
      const value = await page.inputValue('#text')
      for (const split of offered) {
        await page.selectOption('#split', split)
        await readingDone(page)
        assert.equal(await page.$eval('#backdrop', ({ textContent }) => textContent), value)
        assert.deepEqual(await marks(page), typesAndTexts(await found(value, split)), split)
      }
    },
  ],
  [
    'taking: one long piece shows how far it is',
    async (bench) => {
      const { page } = await bench.ready()
      await page.selectOption('#threads', '1')
      await page.selectOption('#split', '')
      await page.click('#long-sample')
      await page.waitForFunction(() =>
        /^[1-9]\d? %$/.test(document.getElementById('progress-text').textContent),
      )
      await page.click('#stop')
      assert.match(await page.textContent('#status'), /^Stopped\. \d+ % read\.$/)
    },
  ],
  [
    'taking: persons come first',
    async (bench) => {
      const { page } = await bench.ready()
      await readText(page, 'Berlin and Siemens know the German Anna Schmidt.')
      const heads = await page.$$eval('#names h3', (all) => all.map(({ textContent }) => textContent))
      assert.deepEqual(heads, ['Person 1', 'Organisation 1', 'Place 1', 'Other name 1'])
    },
  ],
  [
    'taking: the findings as JSON',
    async (bench) => {
      const { page } = await bench.ready()
      const copied = await catchCopies(page)
      await page.click('#copy-json')
      await page.waitForFunction(() => window.copied !== undefined)
      const { text, entities } = JSON.parse(await copied())
      assert.equal(text, await page.inputValue('#text'))
      const split = await page.inputValue('#split')
      assert.deepEqual(entities, await found(text, split))
      for (const entity of entities) assert.equal(entity.text, text.slice(entity.start, entity.end))
      assert.equal(await page.textContent('#status'), 'Copied as JSON')
      // Without a clipboard it is copied all the same, and where that is refused it is said.
      await page.evaluate(() => {
        Object.defineProperty(navigator, 'clipboard', { value: undefined })
        document.addEventListener('copy', () => {
          window.copied = document.activeElement.value
        })
      })
      await page.click('#copy-json')
      await page.waitForFunction(() => window.copied?.startsWith('{'))
      await page.evaluate(() => {
        document.execCommand = () => false
      })
      await page.click('#copy-json')
      await page.waitForFunction(() => /^Could not copy/.test(document.getElementById('status').textContent))
    },
  ],
  [
    'taking: the text without its names',
    async (bench) => {
      const { page } = await bench.ready()
      const text = 'Anna Schmidt left Berlin. Anna Schmidt is in Oslo, and Tim Cook too.'
      await readText(page, text)
      const copied = await catchCopies(page)
      const shown = () => page.textContent('.redacted')
      /** Waits until it is shown, and then compares, so that another text is told. */
      const shows = async (wanted) => {
        const arrived = (text) => document.querySelector('.redacted').textContent === text
        await page.waitForFunction(arrived, wanted, { timeout: 5000 }).catch(() => {})
        assert.equal(await shown(), wanted)
      }
      const entities = await found(text, await page.inputValue('#split'))
      assert.ok(await page.isHidden('#redaction'))
      await page.selectOption('#redact', 'numbered')
      await page.waitForSelector('.redacted')
      await shows(redact(text, entities, { placeholder: 'numbered' }).text)
      assert.match(await shown(), /^\[PER_1\] left \[LOC_1\]\. \[PER_1\] is/)
      await page.selectOption('#redact', 'type')
      await shows(redact(text, entities).text)
      await page.uncheck('.types [value=LOC]')
      await shows(redact(text, entities, { labels: ['PER'] }).text)
      await page.click('#copy-redacted')
      await page.waitForFunction(() => window.copied !== undefined)
      assert.equal(await copied(), await shown())
      // It follows the text, and what was chosen stays.
      await readText(page, 'Oslo knows Anna Schmidt.')
      await shows('Oslo knows [PER].')
      await page.selectOption('#redact', '')
      assert.ok(await page.isHidden('#redaction'))
    },
    FIREFOX,
  ],
  [
    'taking: rules, own words and names that stay; an answer gets its names again',
    async (bench) => {
      const { page } = await bench.ready()
      await readText(page, 'Anna Schmidt of Siemens (anna@example.org) runs Falcon in Berlin.')
      const shows = async (selector, wanted) => {
        const arrived = ([selector, text]) => document.querySelector(selector).textContent === text
        await page.waitForFunction(arrived, [selector, wanted], { timeout: 5000 }).catch(() => {})
        assert.equal(await page.textContent(selector), wanted)
      }
      await page.selectOption('#redact', 'numbered')
      await page.waitForSelector('.redacted')
      await page.fill('#redact-own', ' falcon, ')
      await page.fill('#redact-never', 'Siemens')
      await shows('.redacted', '[PER_1] of Siemens ([EMAIL_1]) runs [OWN_1] in [LOC_1].')
      assert.ok(await page.isHidden('.restored'))
      await page.fill('#answer', 'Write to [PER 1] <EMAIL_1>, not to [PER_7].')
      await shows('.restored', 'Write to Anna Schmidt <anna@example.org>, not to [PER_7].')
      assert.equal(await page.textContent('.back .hint'), 'Left as they are: [PER_7]')
      await page.uncheck('#redact-numbers')
      await shows('.redacted', '[PER_1] of Siemens (anna@example.org) runs [OWN_1] in [LOC_1].')
      await page.selectOption('#redact', 'type')
      await shows('.redacted', '[PER] of Siemens (anna@example.org) runs [OWN] in [LOC].')
      assert.ok(await page.isHidden('#answer'))
    },
    FIREFOX,
  ],
  [
    'taking: progress is in view on a phone, and cancelled loading is no error and ends the download',
    async (bench) => {
      const { downloads, onResponse } = slowWeights()
      const server = await bench.serve({ onResponse })
      const context = await bench.context({ viewport: PHONE })
      const page = await bench.page(context, server.origin)
      await page.waitForFunction(() =>
        /^Downloaded [1-9]/.test(document.getElementById('load-text').textContent),
      )
      assert.ok(await page.evaluate(() => navigator.serviceWorker.controller !== null))
      assert.equal(downloads.length, 1)
      for (const id of ['load-progress', 'load-text', 'cancel']) assert.ok(await inView(page, `#${id}`), id)
      await page.click('#cancel')
      await page.waitForSelector('#loading', { state: 'hidden' })
      assert.equal(await page.textContent('#problem'), '')
      assert.match(await page.textContent('#model-name'), /cancelled/)
      assert.match(await page.textContent('#idle-text'), /cancelled/)
      for (let waited = 0; !downloads[0].closed && waited < 5000; waited += 50) await page.waitForTimeout(50)
      assert.deepEqual(downloads[0], { ended: false, closed: true }, 'the service worker went on downloading')
      const kept = await page.evaluate(() =>
        caches.match(new URL('weights/model.safetensors', document.baseURI)).then((one) => one !== undefined),
      )
      assert.equal(kept, false)
      // Firefox notes every answer that a page gives up.
      bench.forgive(/^Failed to load ‘’\. A ServiceWorker intercepted the request/)
      server.hurry()
      assert.ok(await inView(page, '#load-again'))
      await page.click('#load-again')
      await modelLoaded(page)
      await readingDone(page)
      assert.match(await page.textContent('#idle-text'), /^\d+ names found$/)
      assert.ok(await inView(page, '#idle-text'))
      await page.selectOption('#split', 'lines')
      await page.click('#long-sample')
      await page.waitForSelector('#run:not([hidden])')
      for (const id of ['progress', 'progress-text', 'stop']) assert.ok(await inView(page, `#${id}`), id)
    },
    FIREFOX,
  ],
  [
    'taking: a page that goes ends its download',
    async (bench) => {
      const { downloads, onResponse } = slowWeights()
      const server = await bench.serve({ onResponse })
      const page = await bench.page(await bench.context(), server.origin)
      await page.waitForFunction(() =>
        /^Downloaded [1-9]/.test(document.getElementById('load-text').textContent),
      )
      await page.close()
      for (let waited = 0; !downloads[0].closed && waited < 5000; waited += 50)
        await new Promise((resolve) => setTimeout(resolve, 50))
      assert.deepEqual(downloads, [{ ended: false, closed: true }])
    },
  ],
]
