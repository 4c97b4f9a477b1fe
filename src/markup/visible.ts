/**
 * Makes foreign strings (texts, labels, names of files) safe to print, so that they cannot control a
 * terminal.
 */

/**
 * Control characters, and those that change the direction of text, such as U+202E (Unicode's Bidi_Control).
 */
const STEERING = /[\p{Cc}\p{Bidi_Control}]/gu

/**
 * Shows control characters except tab and line feed as pictures, U+2400 and on; those of C1 and of direction
 * as U+FFFD.
 */
export function visible(text: string): string {
  return text
    .replace(/\r\n/gu, '\n')
    .replace(STEERING, (control) => (control === '\t' || control === '\n' ? control : picture(control)))
}

/** Like `visible`, but on one line: a label or a name has no tabs or line breaks. */
export function visibleName(name: string): string {
  return name.replace(STEERING, picture)
}

/**
 * The same JSON value without such characters: `JSON.stringify` leaves DEL, C1 and those of direction as they
 * are.
 */
export function escapeControls(json: string): string {
  return json.replace(
    /[\x7f-\x9f\p{Bidi_Control}]/gu,
    (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function picture(control: string): string {
  const code = control.charCodeAt(0)
  if (code === 0x7f) return '\u2421'
  return code < 0x20 ? String.fromCharCode(0x2400 + code) : '\ufffd'
}
