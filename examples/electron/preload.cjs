// What the page may ask of the main process.
const { contextBridge, ipcRenderer } = require('electron')

contextBridge.exposeInMainWorld('names', { recognize: (text) => ipcRenderer.invoke('recognize', text) })
