// `node bench/compare/rules/phones.mjs [DIST]`: how many telephone numbers as Faker makes them, 30 of each of its locales,
// the preset `phone` finds whole and in part, by the words in front of them, and how many it invents in sentences whose
// numbers are none. DIST is the folder dist of another build. Run `npm ci` in this folder and `npm run build` in the root
// first.
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { allFakers } from '@faker-js/faker'

const dist = resolve(process.argv[2] ?? new URL('../../../dist', import.meta.url).pathname)
const { compileRules, phone } = await import(pathToFileURL(`${dist}/rules/presets.js`))
const rules = compileRules([phone])

const EACH = 30
const FRAMES = {
  'by itself': (number) => number,
  'no word for it': (number) => `Ask for Ana, ${number}, before noon.`,
  'after Phone:': (number) => `Phone: ${number}`,
  'after call me at': (number) => `You can call me at ${number} in the evening.`,
}

/** Sentences whose numbers are none of a telephone, each with a maker of numbers. */
const OTHERS = [
  (f) => `Invoice ${f.string.numeric(8)} of ${f.string.numeric(4)} was paid.`,
  (f) => `Order no. ${f.string.numeric(10)} has left.`,
  (f) => `The total is ${f.finance.amount({ min: 1000, max: 9_999_999, autoFormat: true })} euros.`,
  (f) => `Born ${f.date.past().toISOString().slice(0, 10)} in the morning.`,
  (f) => `It began at ${f.date.past().toISOString()} and ended soon.`,
  (f) => `ISBN ${f.commerce.isbn({ separator: '-' })} is out of print.`,
  (f) => `Version ${f.system.semver()}.${f.string.numeric(3)} came out.`,
  (f) => `It stands at ${f.location.latitude()}, ${f.location.longitude()}.`,
  (f) => `The host ${f.internet.ipv4()} did not answer.`,
  (f) => `Ticket #${f.string.numeric(9)} is closed.`,
  (f) =>
    `Pages ${f.string.numeric({ length: 3, allowLeadingZeros: false })}-${f.string.numeric(3)} are missing.`,
  (f) =>
    `We sold ${f.number.int({ min: 1_000_000, max: 9_999_999 })} of them in ${f.number.int({ min: 1950, max: 2029 })}.`,
  (f) => `Card ${f.finance.creditCardNumber()} was refused.`,
  (f) => `Account ${f.finance.accountNumber(10)} is empty.`,
  (f) => `The ratio is 1:${f.number.int({ max: 999_999_999 })}.`,
  (f) => `The part ${f.string.numeric(3)}-${f.string.numeric(2)}-${f.string.numeric(4)} fits.`,
  (f) => `The IMEI is ${f.phone.imei()}.`,
  (f) => `EAN ${f.string.numeric(13)} is on the box.`,
]
const OTHERS_EACH = 70

const numbers = Object.entries(allFakers).flatMap(([locale, faker]) => {
  faker.seed(32)
  // Locales without numbers of their own have those of English.
  if (locale === 'base') return []
  return Array.from({ length: EACH }, () => ({ locale, number: faker.phone.number() }))
})
console.log(`${numbers.length} numbers of ${numbers.length / EACH} locales`)
for (const [name, frame] of Object.entries(FRAMES)) {
  const counts = { whole: 0, 'in part': 0, missed: 0 }
  const whole = new Map()
  for (const { locale, number } of numbers) {
    const text = frame(number)
    const start = text.indexOf(number)
    const end = start + number.length
    const found = rules.find(text).filter((match) => match.start < end && match.end > start)
    const isWhole = found.some((match) => match.start <= start && match.end >= end)
    counts[isWhole ? 'whole' : found.length > 0 ? 'in part' : 'missed']++
    whole.set(locale, (whole.get(locale) ?? 0) + isWhole)
  }
  const weak = [...whole]
    .filter(([, count]) => count < 0.8 * EACH)
    .map(([locale, count]) => `${locale} ${count}`)
  const share = ((100 * counts.whole) / numbers.length).toFixed(1)
  console.log(
    `${name.padEnd(18)} ${JSON.stringify(counts)}, whole ${share} %; weak: ${weak.join(', ') || 'none'}`,
  )
}

const { en } = allFakers
en.seed(32)
const invented = OTHERS.flatMap((sentence) =>
  Array.from({ length: OTHERS_EACH }, () => sentence(en)),
).flatMap((text) => rules.find(text).map((match) => `${match.text} in: ${text}`))
console.log(
  `invented ${invented.length} in ${OTHERS.length * OTHERS_EACH} sentences without telephone numbers`,
)
for (const one of invented.slice(0, 20)) console.log(`  ${one}`)
