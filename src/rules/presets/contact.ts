/** Presets for e-mail addresses and web addresses (URLs). */

import type { PatternRule } from '../types.ts'

/**
 * Letters, marks and digits of domain names, as explicit ranges, since `\p{L}` follows the runtime's version
 * of Unicode. They leave out white space, punctuation, quotation marks, arrows and pictures.
 */
const LETTERS = [
  String.raw`0-9A-Za-z\u{aa}\u{b5}\u{ba}\u{c0}-\u{d6}\u{d8}-\u{f6}\u{f8}-\u{37d}\u{37f}-\u{386}\u{388}-\u{60b}`,
  String.raw`\u{60d}-\u{61a}\u{61c}-\u{61e}\u{620}-\u{6d3}\u{6d5}-\u{963}\u{966}-\u{167f}\u{1681}-\u{1fff}\u{200c}\u{200d}`,
  String.raw`\u{2c00}-\u{2dff}\u{3005}-\u{3007}\u{3021}-\u{d7ff}\u{f900}-\u{fefe}\u{ff10}-\u{ff19}\u{ff21}-\u{ff3a}`,
  String.raw`\u{ff41}-\u{ff5a}\u{ff66}-\u{ffdc}\u{10000}-\u{1efff}\u{20000}-\u{3ffff}`,
].join('')
/** Labels may hold pictures too, as some domains do: ☕.example. */
const LABEL_LETTERS = String.raw`${LETTERS}\u{2600}-\u{27bf}\u{fe0f}\u{1f000}-\u{1faff}`
const LABEL = `[${LABEL_LETTERS}](?:[-${LABEL_LETTERS}]*[${LABEL_LETTERS}])?`
const LOCAL = `[-!#$%&*+.?^_\`~${LABEL_LETTERS}]+`

/**
 * EMAIL: an address that mail programs accept: `ana.lopez+x@mail.example.org`, `o'neill@mail.example.org`,
 * also in quotation marks (`"a b"`), with a host in brackets (`[192.0.2.1]`), and international, also as
 * `xn--`.
 */
export const email: PatternRule = {
  type: 'EMAIL',
  pattern: new RegExp(
    [
      String.raw`(?:${LOCAL}(?:['’]${LOCAL})*|"[^"\s@\\][^"@\\]{0,62}")@`,
      String.raw`(?:\[(?:[Ii][Pp][Vv]6:)?[0-9A-Fa-f:.]+\]|(?:${LABEL}\.)+(?:[Xx][Nn]--(?:[0-9A-Za-z]|-+[0-9A-Za-z])+|[${LETTERS.replace('0-9', '')}]{2,63}))`,
    ].join(''),
    'u',
  ),
}

const URL_PART = String.raw`\([^\s()<>"“”]*\)`
const URL_REST = String.raw`(?:${URL_PART}|[^\s()<>"“”])*(?:${URL_PART}|[^\s()<>"“”.,;:!?'’\]}*_])`

/**
 * URL: http, https, ftp, or anything that begins with www; a point, comma or bracket after it is not part of
 * it.
 */
export const url: PatternRule = {
  type: 'URL',
  pattern: new RegExp(
    [
      String.raw`\b(?:https?|ftp):\/\/(?:[^\s()<>"“”\/@]*@)?\[[0-9a-f:.]+\](?:${URL_REST})?`,
      String.raw`\b(?:(?:https?|ftp):\/\/|www\.)${URL_REST}`,
    ].join('|'),
    'iu',
  ),
}
