/** What can be exported from the page: the findings as JSON, and the text without its names. */
import { copyText } from './copy.ts'
import { find, press } from './elements.ts'
import { entitiesOf, type Part } from './parts.ts'

interface Findings {
  readonly text: string
  readonly parts: readonly Part[]
}

export class TakeOut {
  readonly #choice = find('redact', HTMLSelectElement)
  readonly #host = find('redaction', HTMLElement)
  readonly #copyRedacted: HTMLButtonElement
  readonly #findings: () => Findings
  #redacted = ''

  /** @param say  tells the user what happened */
  constructor(findings: () => Findings, say: (text: string) => void) {
    this.#findings = findings
    const copy = async (text: string, what: string): Promise<void> => {
      try {
        await copyText(text)
        say(`Copied ${what}`)
      } catch (error) {
        say(`Could not copy: ${error instanceof Error ? error.message : error}`)
      }
    }
    this.#choice.addEventListener('change', () => void this.show())
    press('copy-json', () => void copy(asJson(findings()), 'as JSON'))
    this.#copyRedacted = press('copy-redacted', () => void copy(this.#redacted, 'the redacted text'))
  }

  /** Shows the text without its names, where that is asked for. */
  async show(): Promise<void> {
    const placeholder = this.#choice.value as '' | 'type' | 'numbered'
    this.#host.hidden = placeholder === ''
    this.#copyRedacted.hidden = placeholder === ''
    if (placeholder === '') return
    const { showRedacted } = await import('./redaction.ts')
    const { text, parts } = this.#findings()
    this.#redacted = showRedacted(text, entitiesOf(parts), placeholder, () => void this.show())
  }
}

/** As `iobert --json` prints it, with the text that offsets refer to. */
function asJson({ text, parts }: Findings): string {
  return JSON.stringify({ text, entities: entitiesOf(parts) }, null, 2)
}
