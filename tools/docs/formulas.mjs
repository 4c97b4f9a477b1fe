/**
 * Converts the formulas of the pages: TeX between two lines of `$$`, as on GitHub, becomes MathML, which
 * browsers render themselves.
 */
import temml from 'temml'

const MARK = '$$'

/** markdown-it's plugin. */
export function formulas(markdown) {
  markdown.block.ruler.before('fence', 'formula', readFormula, {
    alt: ['paragraph', 'reference', 'blockquote', 'list'],
  })
  markdown.renderer.rules.formula = (tokens, index) => `${drawFormula(tokens[index].content)}\n`
}

function readFormula(state, start, end, silent) {
  const lineAt = (line) => state.getLines(line, line + 1, state.blkIndent, false).trim()
  if (lineAt(start) !== MARK) return false
  let last = start + 1
  while (last < end && lineAt(last) !== MARK) last++
  if (last === end) throw new Error(`line ${start + 1}: a formula that begins with ${MARK} has no end`)
  if (silent) return true
  const token = state.push('formula', 'math', 0)
  token.content = state.getLines(start + 1, last, state.blkIndent, false).trim()
  token.map = [start, last + 1]
  state.line = last + 1
  return true
}

/** @throws {Error} for what is no TeX; a page with a formula in red is worse than none */
function drawFormula(tex) {
  const math = temml.renderToString(tex, { displayMode: true, throwOnError: true, strict: true })
  return `<div class="scroll formula" tabindex="0" role="group" aria-label="Formula">${math}</div>`
}
