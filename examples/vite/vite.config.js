/** Threads need a cross-origin isolated page; without these headers the model runs on one. */
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
}

export default { base: './', server: { headers }, preview: { headers } }
