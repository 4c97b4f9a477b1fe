/** A button beside each block of code and of commands, that copies it. */

/** How long it says so. */
const TOLD_MILLISECONDS = 2000

/** Pages that were opened from a disk may have no clipboard: there the code is selected, for the keys. */
async function copy(code, button) {
  try {
    await navigator.clipboard.writeText(code.textContent.trimEnd())
    button.textContent = 'Copied'
  } catch {
    getSelection().selectAllChildren(code)
    button.textContent = 'Selected'
  }
  setTimeout(() => {
    button.textContent = 'Copy'
  }, TOLD_MILLISECONDS)
}

for (const block of document.querySelectorAll('main pre:is([aria-label=Code], [aria-label=Commands])')) {
  const button = Object.assign(document.createElement('button'), { type: 'button', textContent: 'Copy' })
  button.setAttribute('aria-live', 'polite')
  button.addEventListener('click', () => copy(block.querySelector('code'), button))
  const frame = Object.assign(document.createElement('div'), { className: 'copied' })
  block.replaceWith(frame)
  frame.append(block, button)
}
