/**
 * Emoji and signs as a model should see them. To a tokenizer they are part of the word that they touch, which then is no
 * word that it knows: `Tom😂` is one unknown piece. Models of names learned from newspapers, which have none.
 */

/**
 * Emoji with what makes a sequence of them (a variation, a joiner, a key, a tag), arrows, technical signs, boxes, shapes,
 * dingbats, flags. Blocks in place of `\p{So}`, whose members differ between engines.
 */
const SYMBOLS =
  /(?:[\p{Extended_Pictographic}\u2190-\u21ff\u2300-\u23ff\u2500-\u27bf\u2900-\u297f\u2b00-\u2bff\u{1f000}-\u{1faff}][\u200d\u20e3\ufe0e\ufe0f\u{e0020}-\u{e007f}]*)+/gu

/**
 * The text with blanks in place of emoji and signs, and a full stop in place of each `…`. Every character that stays is
 * where it was.
 *
 * @example
 * withoutSymbols('Tom😂 left…') // 'Tom   left.'
 */
export function withoutSymbols(text: string): string {
  return text.replaceAll('…', '.').replace(SYMBOLS, (symbols) => ' '.repeat(symbols.length))
}
