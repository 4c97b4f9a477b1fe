/** The text without its names. Loaded when it is first opened. */
import { type Entity, redact } from 'iobert'
import { find, make } from './elements.ts'
import { inOrderOfTypes, nameOf, paint } from './entity-types.ts'

const host = find('redaction', HTMLElement)
const types = make('fieldset', 'types', make('legend', '', 'Take out'))
const output = make('pre', 'redacted')
/** Types that the user wants to keep in the text. */
const kept = new Set<string>()

host.append(
  types,
  output,
  make(
    'p',
    'hint',
    'A model misses names, and knows nothing of numbers and addresses: read it before you pass it on.',
  ),
)
output.dir = 'auto'
output.tabIndex = 0
output.setAttribute('aria-label', 'Text without names')

/** Shows it, and gives it. */
export function showRedacted(
  text: string,
  entities: readonly Entity[],
  placeholder: 'type' | 'numbered',
  onChange: () => void,
): string {
  offer(inOrderOfTypes(entities.map(({ type }) => type)), onChange)
  const labels = entities.map(({ type }) => type).filter((type) => !kept.has(type))
  const redacted = redact(text, entities, { placeholder, labels }).text
  output.textContent = redacted
  return redacted
}

/** A box a type, kept while the types are the same: the focus stays. */
function offer(found: readonly string[], onChange: () => void): void {
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
