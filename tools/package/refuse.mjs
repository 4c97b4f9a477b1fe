// Refuses `npm publish` in the checkout: the assembled package, a quarter of it, is what is published.
import { readFileSync } from 'node:fs'
import { NO_REPOSITORY } from './addresses.mjs'

const { repository } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
console.error(
  repository === undefined
    ? NO_REPOSITORY
    : 'Publish the assembled package, not the checkout: npm run package && npm publish ./build/package (docs/release.md)',
)
process.exit(1)
