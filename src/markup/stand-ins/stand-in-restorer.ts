/** Puts names back in place of stand-ins, in a text that comes in chunks. */
import { lastCharacter, type RestoreReport, type Restorer } from '../restore.ts'
import type { StandInKey } from './stand-in-key.ts'

export class StandInRestorer implements Restorer {
  readonly #key: StandInKey
  readonly #exact: boolean
  readonly #restored = new Set<string>()
  /** The last character passed on: a word that continues does not begin here. */
  #before = ''
  #held = ''

  /** @param exact  whether stand-ins in other letters and in the genitive stay */
  constructor(key: StandInKey, exact: boolean) {
    this.#key = key
    this.#exact = exact
  }

  push(chunk: string): string {
    return this.#read(chunk, false)
  }

  end(): string {
    return this.#read('', true)
  }

  report(): RestoreReport {
    const all = [...this.#key.all].map(({ text }) => text)
    const unseen = all.filter((text) => !this.#restored.has(text))
    return { restored: [...this.#restored], unknown: [], unsure: [], unseen }
  }

  #read(chunk: string, ended: boolean): string {
    const from = this.#before.length
    const text = this.#before + this.#held + chunk
    // Half of a surrogate pair may be that of a letter, with which a word goes on.
    const whole = ended || !/[\ud800-\udbff]$/.test(text) ? text.length : text.length - 1
    const settled = text.slice(0, whole)
    let open = ended ? whole : this.#key.openIn(settled, from)
    let restored = ''
    let at = from
    for (const { start, end, standIn, name } of this.#key.matchesIn(settled, this.#exact)) {
      if (start < from) continue
      if (start >= open) break
      this.#restored.add(standIn.text)
      restored += text.slice(at, start) + name
      at = end
      if (end > open) open = this.#key.openIn(settled, end)
    }
    this.#held = text.slice(open)
    this.#before = ended ? '' : lastCharacter(text.slice(0, open))
    return restored + text.slice(at, open)
  }
}
