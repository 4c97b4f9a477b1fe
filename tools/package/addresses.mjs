/**
 * Everything that depends on where the project is hosted: `repository`, `homepage` and `bugs` of the
 * published package.json, and the links of its README, which npm shows apart from the other files. All of it
 * follows from `repository` in package.json; until that is set, the package can be packed and installed, but
 * publishing it is refused.
 */

/** How hosts name a file, and its bytes, in the state of a tag. */
const HOSTS = {
  'github.com': (path, tag) => ({
    page: `https://github.com/${path}/blob/${tag}/`,
    bytes: `https://raw.githubusercontent.com/${path}/${tag}/`,
    bugs: `https://github.com/${path}/issues`,
  }),
  'gitlab.com': (path, tag) => ({
    page: `https://gitlab.com/${path}/-/blob/${tag}/`,
    bytes: `https://gitlab.com/${path}/-/raw/${tag}/`,
    bugs: `https://gitlab.com/${path}/-/issues`,
  }),
  'codeberg.org': (path, tag) => ({
    page: `https://codeberg.org/${path}/src/tag/${tag}/`,
    bytes: `https://codeberg.org/${path}/raw/tag/${tag}/`,
    bugs: `https://codeberg.org/${path}/issues`,
  }),
}

/** What is told to whoever publishes too early. */
export const NO_REPOSITORY =
  'package.json names no repository, so that the links of the README would lead nowhere on npm: set it, run npm run package again, and publish ./build/package (docs/release.md)'

/**
 * @param manifest  package.json
 * @returns undefined where it names no repository
 * @throws {RangeError} for a repository whose links are not known
 */
export function addressesOf({ repository, version }) {
  if (repository === undefined) return undefined
  const url = typeof repository === 'string' ? repository : repository.url
  const short = /^(?:(github|gitlab):)?([\w.-]+\/[\w.-]+)$/.exec(url ?? '')
  const whole =
    /^(?:git\+)?(?:https?|git|ssh):\/\/(?:[^@/]+@)?([^/:]+)[/:]([\w.-]+\/[\w./-]+?)(?:\.git)?\/?$/.exec(
      url ?? '',
    )
  const host = short ? `${short[1] ?? 'github'}.com` : whole?.[1]
  const path = short?.[2] ?? whole?.[2]
  if (host === undefined || !Object.hasOwn(HOSTS, host)) {
    throw new RangeError(
      `"repository" in package.json is ${JSON.stringify(repository)}, expected an address at ${Object.keys(HOSTS).join(', ')}, like "git+https://github.com/owner/iobert.git"; another host takes a line in tools/package/addresses.mjs`,
    )
  }
  const { page, bytes, bugs } = HOSTS[host](path, `v${version}`)
  return { page, bytes, bugs, home: `https://${host}/${path}`, git: `git+https://${host}/${path}.git` }
}

/** The published package.json: without what only development needs, with the addresses, or not to be published. */
export function publishedManifest(manifest) {
  const { devDependencies, scripts, imports, private: _private, ...rest } = manifest
  const addresses = addressesOf(manifest)
  if (addresses === undefined) {
    // npm stops at `private` with no more than that word; the script says what to do, and comes first.
    const say = `console.error(${JSON.stringify(NO_REPOSITORY)}); process.exit(1)`
    return { ...rest, private: true, scripts: { prepublishOnly: `node -e ${JSON.stringify(say)}` } }
  }
  return {
    ...rest,
    repository: { type: 'git', url: addresses.git },
    homepage: rest.homepage ?? `${addresses.home}#readme`,
    bugs: rest.bugs ?? { url: addresses.bugs },
  }
}

/** A page with its relative links and pictures made absolute. Code and links within the page stay as they are. */
export function absoluteLinks(markdown, { page, bytes }) {
  const isRelative = (target) => !/^(?:[a-z][a-z\d+.-]*:|#|\/)/i.test(target)
  const parts = /^```[\s\S]*?^```$|(!?)(\[(?:`[^`\n]*`|\[[^\]]*\]|[^\][`])*\])\(([^)\s]+)\)|`[^`\n]+`/gm
  return markdown.replace(parts, (whole, picture, label, target) =>
    target !== undefined && isRelative(target)
      ? `${picture}${label}(${picture ? bytes : page}${target})`
      : whole,
  )
}
