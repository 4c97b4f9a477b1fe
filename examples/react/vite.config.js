// #region config
import { cpSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// The model is no part of the bundle: public/weights/ holds it, in development as in production.
const iobert = dirname(createRequire(import.meta.url).resolve('iobert/package.json'))
cpSync(join(iobert, 'weights'), join(import.meta.dirname, 'public/weights'), { recursive: true })

// Threads need a cross-origin isolated page; without these headers the model runs on one.
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
}

export default defineConfig({ plugins: [react()], server: { headers }, preview: { headers } })
// #endregion
