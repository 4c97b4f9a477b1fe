/**
 * Copies a text to the clipboard. Pages without https have no clipboard API; there it is copied as by the
 * keyboard.
 */
export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
  } catch {
    const field = document.createElement('textarea')
    field.value = text
    field.className = 'hidden'
    document.body.append(field)
    const focused = document.activeElement as HTMLElement | null
    field.select()
    const done = document.execCommand('copy')
    field.remove()
    focused?.focus({ preventScroll: true })
    if (!done) throw new Error('The browser does not let this page copy')
  }
}
