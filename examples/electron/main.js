// #region main
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { app, BrowserWindow, ipcMain, protocol } from 'electron'
import { loadRecognizer } from 'iobert'
import { serveApp } from './serve-app.js'

const iobert = dirname(fileURLToPath(import.meta.resolve('iobert/package.json')))
// A packaged program has the model beside its archive ("extraResources" in package.json): workers read real files.
const weights = app.isPackaged ? join(process.resourcesPath, 'weights') : join(iobert, 'weights')

// The main process is a Node: the model computes in threads of its own, and windows ask it.
let recognizer
ipcMain.handle('recognize', async (_event, text) => {
  recognizer ??= loadRecognizer(weights)
  const ner = await recognizer
  return ner.recognize(text)
})

// A page of file: may read no files; one of a scheme of the program's own may, and may share memory.
protocol.registerSchemesAsPrivileged([
  { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
])
app.whenReady().then(() => {
  protocol.handle(
    'app',
    serveApp({ '/iobert/weights/': weights, '/iobert/': iobert, '/': join(import.meta.dirname, 'page') }),
  )
  const window = new BrowserWindow({ webPreferences: { preload: join(import.meta.dirname, 'preload.cjs') } })
  return window.loadURL('app://names/')
})
app.on('window-all-closed', () => app.quit())
// #endregion
