/**
 * examples/vscode: the packed extension, unpacked elsewhere, under a stand-in for `vscode` with the calls it
 * makes.
 */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { binaries, checkEntities, elsewhere, layProject, npmRun, run, TEXT } from './workbench.mjs'

/** What VS Code gives an extension, as far as this one asks; prints what it would show. */
const STUB = `
const Module = require('node:module')
const text = process.argv[3]
const shown = []
const document = { getText: () => text, positionAt: (offset) => offset }
const vscode = {
  Range: class { constructor(start, end) { this.start = start; this.end = end } },
  window: {
    activeTextEditor: {
      document,
      setDecorations: (decoration, marked) => {
        shown.push(...marked.map(({ range, hoverMessage }) => hoverMessage + ' ' + text.slice(range.start, range.end)))
      },
    },
    createTextEditorDecorationType: () => ({ dispose() {} }),
    showErrorMessage: (message) => shown.push('ERROR ' + message),
  },
  commands: {},
}
const load = Module._load
Module._load = (name, ...rest) => (name === 'vscode' ? vscode : load(name, ...rest))
const registered = new Map()
vscode.commands.registerCommand = (name, command) => {
  registered.set(name, command)
  return { dispose() {} }
}
const manifest = require(process.argv[2] + '/package.json')
const { activate } = require(process.argv[2] + '/' + manifest.main)
const context = { extensionPath: process.argv[2], subscriptions: [] }
activate(context)
;(async () => {
  for (const { command } of manifest.contributes.commands) await registered.get(command)()
  for (const subscription of context.subscriptions) await subscription.dispose()
  console.log(shown.join('\\n'))
})()
`

export const runs = [
  [
    'VS Code extension, packed',
    () =>
      elsewhere((at) => {
        const project = layProject('vscode')
        npmRun(project, 'package')
        run('unzip', ['-q', join(project, 'iobert-example.vsix'), '-d', at])
        const stub = join(at, 'vscode.cjs')
        writeFileSync(stub, STUB)
        // The extension hosts of today's VS Code run Node 22 and later.
        for (const major of [22, 24]) {
          checkEntities(run(binaries.node(major), [stub, join(at, 'extension'), TEXT], { cwd: at }))
        }
        const files = run('unzip', ['-Z1', join(project, 'iobert-example.vsix')])
        if (/node_modules|extension\.js$/m.test(files))
          throw new Error(`It carries more than it needs:\n${files}`)
        return 'runs from its .vsix, under a stand-in for VS Code'
      }),
  ],
]
