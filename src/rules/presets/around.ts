/** Shared by several presets: the text around a match, and words that announce a number. */

/** Up to `units` UTF-16 units of the same line before a place. */
export function inFront(text: string, at: number, units: number): string {
  const part = text.slice(Math.max(0, at - units), at)
  return part.slice(part.search(/[^\n\r\u2028\u2029]*$/))
}

/** Up to `units` UTF-16 units of the same line after a place. */
export function behind(text: string, at: number, units: number): string {
  return /^[^\n\r\u2028\u2029]*/.exec(text.slice(at, at + units))![0]
}

/** Words for things that have numbers: orders, goods, programs. */
export const THINGS: string = [
  'invoices?|orders?|tickets?|parts?|items?|models?|serial|articles?|batch|lots?|sku|isbn|issn|po|purchase order|tracking|version|build',
  'rechnung|rechnungsnummer|bestellung|auftrag|artikel|facture|commande|factura|pedido|fattura|ordine|factuur|bestelling',
].join('|')

const NUMBER = 'numbers?|no|nr|n[ºo°]|num|nummer|numéro|número|numero|id'
/** Straight before a number: `Order no. 12`. */
const CLOSE = `(?:[ -]?(?:${NUMBER}))?[ .:#№]*`

/** A regular expression for the end of a text that says that a number of things follows: `Order no. `. */
export function countsThings(words: string): RegExp {
  return new RegExp(String.raw`(?:^|[^\p{L}\p{N}])(?:${words})${CLOSE}$`, 'iu')
}

/**
 * A regular expression for the end of a text that announces a number by words: `PESEL: `, `call me at `,
 * `"nhs_number": "`.
 *
 * @param words alternatives of a regular expression
 * @param between words that may stand between those and the number, beside words for number
 */
export function announces(words: string, between = 'is'): RegExp {
  const gap = String.raw`[\s.:：=(#№"'|_-]|(?:${NUMBER}|${between})(?!\p{L})`
  return new RegExp(String.raw`(?:^|[^\p{L}\p{N}])(?:${words})(?:${gap}){0,12}$`, 'iu')
}

export function digitsOf(text: string): string {
  return text.replace(/\D/g, '')
}
