/**
 * The text without its names: by the model, by rules and by the user's own words; and the way back, for an
 * answer that has placeholders. Loaded when it is first opened.
 */
import { type Entity, type Redaction, redact } from 'iobert'
import { compileRules, presets, type RuleSet } from 'iobert/rules'
import { copyText } from './copy.ts'
import { find, make } from './elements.ts'
import { inOrderOfTypes, nameOf, paint } from './entity-types.ts'

const host = find('redaction', HTMLElement)
const types = make('fieldset', 'types', make('legend', '', 'Take out'))
const numbers = make('input', '')
const own = make('input', '')
const never = make('input', '')
const output = make('pre', 'redacted')
const answer = make('textarea', '')
const restored = make('pre', 'restored')
const report = make('p', 'hint')
const copyRestored = make('button', '', 'Copy with names')
const back = make(
  'div',
  'back',
  make('label', 'wide', 'Answer of a language model, with placeholders: paste it here', answer),
  restored,
  report,
  copyRestored,
)
/** Types that the user wants to keep in the text. */
const kept = new Set<string>()

numbers.type = 'checkbox'
numbers.checked = true
numbers.id = 'redact-numbers'
own.id = 'redact-own'
never.id = 'redact-never'
answer.id = 'answer'
answer.rows = 3
answer.spellcheck = false
for (const field of [own, never]) field.autocomplete = 'off'
copyRestored.type = 'button'
for (const shown of [output, restored]) {
  shown.dir = 'auto'
  shown.tabIndex = 0
}
output.setAttribute('aria-label', 'Text without names')
restored.setAttribute('aria-label', 'Answer with names')
host.append(
  make('label', 'choice', numbers, 'Addresses, numbers and keys too, by rules'),
  make(
    'div',
    'pair',
    make('label', 'wide', 'Take out too, with commas between', own),
    make('label', 'wide', 'Leave these names, with commas between', never),
  ),
  types,
  output,
  make('p', 'hint', 'A model misses names, and rules miss numbers: read it before you pass it on.'),
  back,
)

let onChange = (): void => {}
let redaction: Redaction | undefined
for (const field of [numbers, own, never]) field.addEventListener('input', () => onChange())
answer.addEventListener('input', showAnswer)
copyRestored.addEventListener('click', () => {
  const said = (text: string): void => {
    report.textContent = text
  }
  copyText(restored.textContent).then(
    () => said('Copied the answer'),
    (error: unknown) => said(`Could not copy: ${error instanceof Error ? error.message : error}`),
  )
})

/**
 * Shows it, and gives it.
 *
 * @param changed  called where the user wants something else taken out
 */
export function showRedacted(
  text: string,
  entities: readonly Entity[],
  placeholder: 'type' | 'numbered',
  changed: () => void,
): string {
  onChange = changed
  // Of two that cover the same, the rule names the type.
  const all = [...rulesOf(numbers.checked, own.value).find(text), ...entities]
  offer(inOrderOfTypes(all.map(({ type }) => type)))
  const labels = all.map(({ type }) => type).filter((type) => !kept.has(type))
  redaction = redact(text, all, { placeholder, labels, never: listOf(never.value) })
  output.textContent = redaction.text
  back.hidden = placeholder !== 'numbered'
  if (!back.hidden) showAnswer()
  return redaction.text
}

/** The answer with its names again, and what about its placeholders is odd. */
function showAnswer(): void {
  if (redaction === undefined) return
  const { text, unknown, unsure } = redaction.restoreAnswer(answer.value)
  const odd = [...unknown, ...unsure]
  restored.textContent = text
  report.textContent = odd.length > 0 ? `Left as they are: ${odd.join(', ')}` : ''
  for (const part of [restored, copyRestored]) part.hidden = answer.value === ''
}

let compiled: { readonly key: string; readonly rules: RuleSet } | undefined

/** The rules that are asked for, compiled once for the same wishes. */
function rulesOf(withPresets: boolean, written: string): RuleSet {
  const key = `${withPresets} ${written}`
  if (compiled?.key !== key) {
    const phrases = listOf(written)
    const rules = compileRules([
      ...(phrases.length > 0 ? [{ type: 'OWN', phrases, ignoreCase: true }] : []),
      ...(withPresets ? Object.values(presets) : []),
    ])
    compiled = { key, rules }
  }
  return compiled.rules
}

function listOf(written: string): string[] {
  return written
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')
}

/** A box a type, kept while the types are the same: the focus stays. */
function offer(found: readonly string[]): void {
  const boxes = types.querySelectorAll('input')
  if (boxes.length === found.length && found.every((type, index) => boxes[index]!.value === type)) return
  const labels = found.map((type) => {
    const box = make('input', '')
    box.type = 'checkbox'
    box.value = type
    box.checked = !kept.has(type)
    box.addEventListener('change', () => {
      if (box.checked) kept.delete(type)
      else kept.add(type)
      onChange()
    })
    const label = make('label', '', box, ` ${nameOf(type)}`)
    paint(label, type)
    return label
  })
  types.replaceChildren(types.firstElementChild!, ...labels)
}
