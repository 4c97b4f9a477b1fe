// The demo in Chromium as a reader uses it: entities, redaction, keyboard, the trace.
import assert from 'node:assert/strict'
import { loadRecognizer } from '../../dist/node.js'
import { marks, readingDone, readText } from './bench.mjs'

/** How often a pass is stopped: single ones end anywhere in a layer, and some too late to be stopped. */
const ROUNDS = 13

const percent = (share) => `${(share * 100).toFixed(1)} %`

async function withRecognizer(use) {
  const recognizer = await loadRecognizer()
  try {
    return await use(recognizer)
  } finally {
    recognizer.dispose()
  }
}

/** What Node finds with the way to split that the page has chosen. */
async function expected(page) {
  const [text, split] = [await page.inputValue('#text'), await page.inputValue('#split')]
  return withRecognizer(async (recognizer) => {
    const { entities } = await recognizer.recognize(text, { split: split === '' ? false : split })
    return entities
  })
}

/** Has a worker say when it sent each of its replies: the page, which draws, takes them later. */
function stampReplies() {
  const { postMessage } = globalThis
  globalThis.postMessage = (data, options) =>
    postMessage({ ...data, sent: performance.timeOrigin + performance.now() }, options)
}

/** Puts a record of what the page and its worker say to each other into `window.talk`. */
function recordTalk() {
  window.talk = []
  const { Worker } = window
  window.Worker = class extends Worker {
    constructor(...given) {
      super(...given)
      this.addEventListener('message', ({ data }) => {
        window.talk.push({ at: performance.now(), type: data.type, id: data.id, sent: data.sent })
      })
    }
    postMessage(data, transfer) {
      const tokens = data.lengths?.reduce((sum, length) => sum + length, 0)
      window.talk.push({ at: performance.now(), type: data.type, id: data.id, tokens })
      super.postMessage(data, transfer)
    }
  }
}

export const tests = [
  [
    'reading marks what Node finds, with its scores',
    async (bench) => {
      const { page } = await bench.ready()
      const entities = await expected(page)
      assert.ok(entities.length > 10)
      assert.deepEqual(
        await marks(page),
        entities.map(({ type, text }) => [type, text]),
      )
      for (const { text, score } of entities.slice(0, 3)) {
        const row = page.locator('#names button', { hasText: text })
        assert.equal(await row.locator('.number').textContent(), percent(score))
      }
    },
  ],
  [
    'reading follows the keys and leaves other lines alone',
    async (bench) => {
      const { page } = await bench.ready()
      await page.selectOption('#split', 'lines')
      await readText(page, 'Angela Merkel spoke.\n')
      await page.evaluate(() => {
        window.first = document.querySelector('mark')
      })
      await page.focus('#text')
      await page.keyboard.press('Control+End')
      await page.keyboard.type('Tim Cook flew to Berlin', { delay: 25 })
      await readingDone(page)
      assert.deepEqual(await marks(page), [
        ['PER', 'Angela Merkel'],
        ['PER', 'Tim Cook'],
        ['LOC', 'Berlin'],
      ])
      assert.ok(
        await page.evaluate(() => window.first === document.querySelector('mark')),
        'the mark was drawn anew',
      )
      // Until the line is read again its marks move with their names.
      const moved = await page.$eval('#text', (field) => {
        field.setRangeText('Yesterday ', 0, 0)
        field.dispatchEvent(new InputEvent('input'))
        return [...document.querySelectorAll('mark')].map((mark) => mark.textContent)
      })
      assert.deepEqual(moved, ['Angela Merkel', 'Tim Cook', 'Berlin'])
    },
  ],
  [
    'reading shows scores to pointer, caret and screen reader',
    async (bench) => {
      const { page } = await bench.ready()
      const [first] = await expected(page)
      const box = await page.locator('mark').first().boundingBox()
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
      await page.waitForSelector('#tip')
      assert.equal((await page.locator('#tip').textContent()).trim(), `Person ${percent(first.score)}`)
      await page.mouse.move(5, 5)
      await page.waitForSelector('#tip', { state: 'hidden' })
      await page.focus('#text')
      await page.keyboard.press('Control+Home')
      await page.keyboard.press('ArrowRight')
      await page.waitForSelector('#tip')
      assert.equal(await page.textContent('#status'), `Angela Merkel: Person, ${percent(first.score)}`)
      await page.keyboard.press('Escape')
      await page.waitForSelector('#tip', { state: 'hidden' })
      // A browser may report the caret's last step after Escape: the tip stays away until the caret moves on.
      await page.evaluate(() => document.dispatchEvent(new Event('selectionchange')))
      assert.equal(await page.locator('#tip').isVisible(), false)
      await page.keyboard.press('ArrowRight')
      await page.waitForSelector('#tip')
    },
  ],
  [
    'reading lists names that the keyboard reaches',
    async (bench) => {
      const { page } = await bench.ready()
      await readText(page, 'Berlin is large.\nAnna Schmidt left Berlin.\n')
      await page.focus('#copy-json')
      await page.keyboard.press('Tab')
      assert.match(await page.evaluate(() => document.activeElement.textContent), /^Anna Schmidt/)
      assert.equal(await page.locator('mark.strong').count(), 1)
      const chosen = () =>
        page.$eval('#text', (field) => [
          field.value.slice(field.selectionStart, field.selectionEnd),
          field.selectionStart,
        ])
      await page.keyboard.press('Enter')
      assert.deepEqual(await chosen(), ['Anna Schmidt', 17])
      // Each press goes to the next place of the name.
      await page.focus('[data-name="LOC Berlin"]')
      assert.equal(await page.locator('mark.strong').count(), 2)
      for (const place of [0, 35, 0]) {
        await page.focus('[data-name="LOC Berlin"]')
        await page.keyboard.press('Enter')
        assert.deepEqual(await chosen(), ['Berlin', place])
      }
    },
  ],
  [
    'reading keeps hostile text as text',
    async (bench) => {
      const { page } = await bench.ready()
      const text =
        '<img src=x onerror=alert(1)> Paris\u0000 \ud800 <script>1</script>\r\n\u202e Berlin 😀 & &amp;'
      await readText(page, text)
      const shown = await page.$eval('#backdrop', (sheet) => sheet.textContent)
      assert.equal(shown, await page.inputValue('#text'))
      assert.equal(await page.locator('#backdrop img, #backdrop script').count(), 0)
      assert.ok((await marks(page)).some(([, name]) => name === 'Berlin'))
    },
  ],
  [
    'long document: progress, stop and continue',
    async (bench) => {
      const { page } = await bench.ready()
      await page.selectOption('#threads', '1')
      await page.click('#long-sample')
      await page.waitForSelector('#run:not([hidden])')
      const seen = new Set()
      while (seen.size < 4) {
        seen.add(await page.$eval('#progress', ({ value }) => value))
        await page.waitForTimeout(50)
      }
      const values = [...seen]
      assert.deepEqual(values, [...values].sort(), 'progress went back')
      assert.ok(values.every((value) => value < 1))
      await page.focus('#stop')
      await page.keyboard.press('Enter')
      assert.equal(await page.textContent('#stop'), 'Continue')
      await page.waitForTimeout(150)
      const atStop = [await page.textContent('#progress-text'), (await marks(page)).length]
      await page.waitForTimeout(800)
      assert.deepEqual([await page.textContent('#progress-text'), (await marks(page)).length], atStop)
      assert.match(await page.textContent('#status'), /^Stopped\. \d+ of \d+ parts read\.$/)
      await page.click('#stop')
      await page.waitForSelector('#run', { state: 'hidden' })
      const found = await marks(page)
      assert.ok(found.length > 1200 && found.length > atStop[1], `${found.length} names`)
      await page.waitForFunction(() =>
        /^\d+ names found$/.test(document.getElementById('status').textContent),
      )
      assert.equal(await page.textContent('#status'), `${found.length} names found`)
      return `${found.length} names, ${await page.textContent('#figure-speed')}`
    },
  ],
  [
    'stop takes effect between layers',
    async (bench) => {
      const server = await bench.serve()
      const context = await bench.context()
      await context.addInitScript(recordTalk)
      const page = await bench.page(context, server.origin)
      await page.waitForSelector('mark')
      // A helper thread is inside its kernel and never answers; the engine's worker does.
      await Promise.any(page.workers().map((worker) => worker.evaluate(stampReplies)))
      const waits = []
      for (let round = 0; round < ROUNDS; round++) {
        await page.click('#clear')
        await page.click('#long-sample')
        await page.waitForSelector('#run:not([hidden])')
        await page.waitForTimeout(300 + ((37 * round) % 260))
        const talk = await page.evaluate(async () => {
          document.getElementById('stop').click()
          await new Promise((resolve) => setTimeout(resolve, 1000))
          return window.talk
        })
        const origin = await page.evaluate(() => performance.timeOrigin)
        const aborts = talk.filter(({ type }) => type === 'iobert:abort').slice(-2)
        // Of the two passes under way the one that was computed ends first.
        const ends = aborts.map(({ id }) => talk.find((one) => one.type === 'error' && one.id === id))
        const results = talk.filter(({ type }) => type === 'result').slice(-4)
        const batch = (results.at(-1).sent - results[0].sent) / 3
        if (ends.every((end) => end !== undefined))
          waits.push({ wait: ends[0].sent - origin - aborts[0].at, batch })
      }
      assert.ok(waits.length >= 5, `only ${waits.length} of ${ROUNDS} passes were stopped under way`)
      // Six layers: a pass that ran to its end would wait half of itself in the middle, one layer is a sixth.
      const shares = waits.map(({ wait, batch }) => wait / batch).sort((one, other) => one - other)
      const middle = shares[(shares.length - 1) >> 1]
      assert.ok(
        middle < 1 / 4,
        `stopped after ${shares.map((share) => share.toFixed(2))} of a pass of ${waits.map(({ batch }) => batch.toFixed(0))} ms`,
      )
      return `after ${middle.toFixed(2)} of a pass of 6 layers (${waits.map(({ wait }) => wait.toFixed(0)).join(', ')} ms)`
    },
  ],
  [
    'inside shows the pieces and attention that Node computes',
    async (bench) => {
      const { page } = await bench.ready()
      const text = 'Angela Merkel met Tim Cook in Berlin.'
      await readText(page, text)
      await page.click('#inside summary')
      await page.waitForSelector('.chip')
      const { tokens, attentions, label } = await withRecognizer(async ({ model, tokenizer, labels }) => {
        const { ids, tokens } = tokenizer.encode(text)
        const output = await model.forward([ids], { attentions: true })
        const first = output.logits[0].subarray(labels.length, 2 * labels.length)
        return { tokens, attentions: output.attentions[0], label: labels[first.indexOf(Math.max(...first))] }
      })
      assert.deepEqual(await page.locator('.chip .piece').allTextContents(), tokens)
      assert.equal(await page.locator('.labels b').first().textContent(), label)
      const looks = (layer, head, query) => {
        const length = tokens.length
        const row = [
          ...attentions[layer].subarray(
            (head * length + query) * length,
            (head * length + query + 1) * length,
          ),
        ]
        const order = [...row.keys()].sort((one, other) => row[other] - row[one]).slice(0, 3)
        return `\u2068${tokens[query]}\u2069 looks most at ${order.map((key) => `\u2068${tokens[key]}\u2069 (${Math.round(row[key] * 100)} %)`).join(', ')}.`
      }
      const summary = () => page.textContent('.summary')
      await page.selectOption('.inside select >> nth=0', '3')
      await page.selectOption('.inside select >> nth=1', '2')
      assert.equal(await summary(), looks(2, 1, 1))
      await page.focus('.chip[aria-checked="true"]')
      await page.keyboard.press('ArrowRight')
      assert.equal(await summary(), looks(2, 1, 2))
      await page.locator('.chip').nth(5).hover()
      assert.equal(await summary(), looks(2, 1, 5))
      await page.locator('.atlas').click({ position: { x: 30 * 6 + 15, y: 30 * 4 + 15 } })
      assert.equal(await summary(), looks(4, 6, 5))
    },
  ],
]
