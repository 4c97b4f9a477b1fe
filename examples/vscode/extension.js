// #region extension
import { join } from 'node:path'
import { loadRecognizer } from 'iobert'
import * as vscode from 'vscode'

let recognizer

/** Called by VS Code when the command is first asked for. */
export function activate(context) {
  const decoration = vscode.window.createTextEditorDecorationType({ textDecoration: 'underline dotted' })
  const showEntities = async () => {
    const editor = vscode.window.activeTextEditor
    if (editor === undefined) return
    // A bundle in CommonJS does not know where it is: VS Code says where the extension is.
    recognizer ??= loadRecognizer(join(context.extensionPath, 'dist/weights'))
    try {
      const ner = await recognizer
      const { entities } = await ner.recognize(editor.document.getText())
      // Offsets are those of JavaScript's strings, as VS Code's are.
      const marked = entities.map(({ start, end, type, score }) => ({
        range: new vscode.Range(editor.document.positionAt(start), editor.document.positionAt(end)),
        hoverMessage: `${type} ${score.toFixed(3)}`,
      }))
      editor.setDecorations(decoration, marked)
    } catch (error) {
      recognizer = undefined
      vscode.window.showErrorMessage(error.message)
    }
  }
  context.subscriptions.push(
    decoration,
    vscode.commands.registerCommand('iobert.showEntities', showEntities),
    { dispose: () => recognizer?.then((ner) => ner.dispose()) },
  )
}
// #endregion
