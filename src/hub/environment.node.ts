/** Reads the environment variables of the Hub. */
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { posix, win32 } from 'node:path'
import { checkEndpoint, DEFAULT_ENDPOINT } from './urls.ts'

/** What the environment says about the Hub, with the names and precedence of Python's huggingface_hub. */
export interface HubEnvironment {
  readonly endpoint: string
  /** The folder that holds `models--owner--name`. */
  readonly cacheDir: string
  readonly offline: boolean
  readonly symlinks: boolean
  readonly token: string | undefined
  /** Milliseconds to wait for a file's metadata. */
  readonly metadataTimeout: number
  /** Milliseconds to wait for the next piece of a file. */
  readonly downloadTimeout: number
}

/**
 * Reads `HF_ENDPOINT`, `HF_HOME`, `HF_HUB_CACHE`, `HUGGINGFACE_HUB_CACHE`, `XDG_CACHE_HOME`, `HF_HUB_OFFLINE`,
 * `TRANSFORMERS_OFFLINE`, `HF_TOKEN`, `HF_TOKEN_PATH` (a file), `HF_HUB_DISABLE_IMPLICIT_TOKEN`,
 * `HF_HUB_DISABLE_SYMLINKS`, `HF_HUB_ETAG_TIMEOUT` and `HF_HUB_DOWNLOAD_TIMEOUT` (seconds).
 *
 * @throws {RangeError} where `HF_ENDPOINT` is no address
 */
export function readEnvironment(
  environment: Environment = process.env,
  platform: NodeJS.Platform = process.platform,
): HubEnvironment {
  const value = (name: string): string | undefined => environment[name] || undefined
  const { join } = platform === 'win32' ? win32 : posix
  const ownHome = homeOf(environment, platform)
  const path = (text: string): string => expandPath(text, environment, platform)
  const cacheHome = value('XDG_CACHE_HOME') ?? join(ownHome, '.cache')
  const home = path(value('HF_HOME') ?? join(cacheHome, 'huggingface'))
  return {
    endpoint: checkEndpoint(value('HF_ENDPOINT') ?? DEFAULT_ENDPOINT),
    cacheDir: path(value('HF_HUB_CACHE') ?? value('HUGGINGFACE_HUB_CACHE') ?? join(home, 'hub')),
    offline: isTrue(value('HF_HUB_OFFLINE') ?? value('TRANSFORMERS_OFFLINE')),
    symlinks: !isTrue(value('HF_HUB_DISABLE_SYMLINKS')),
    token: isTrue(value('HF_HUB_DISABLE_IMPLICIT_TOKEN'))
      ? undefined
      : (cleanToken(value('HF_TOKEN')) ?? readToken(path(value('HF_TOKEN_PATH') ?? join(home, 'token')))),
    metadataTimeout: milliseconds(value('HF_HUB_ETAG_TIMEOUT')),
    downloadTimeout: milliseconds(value('HF_HUB_DOWNLOAD_TIMEOUT')),
  }
}

function isTrue(value: string | undefined): boolean {
  return value !== undefined && ['1', 'ON', 'YES', 'TRUE'].includes(value.toUpperCase())
}

function milliseconds(seconds: string | undefined): number {
  const value = Number(seconds)
  return Number.isInteger(value) && value > 0 ? value * 1000 : 10_000
}

type Environment = Readonly<Record<string, string | undefined>>

/** On Windows Python asks for USERPROFILE, whatever a shell says in HOME. */
function homeOf(environment: Environment, platform: NodeJS.Platform): string {
  return environment[platform === 'win32' ? 'USERPROFILE' : 'HOME'] || homedir()
}

/** `~`, `$NAME`, `${NAME}` and on Windows `%NAME%`, as Python's expanduser and expandvars do. */
function expandPath(path: string, environment: Environment, platform: NodeJS.Platform): string {
  const absolute = path.replace(/^~(?=$|[/\\])/, () => homeOf(environment, platform))
  const names = platform === 'win32' ? /\$(?:(\w+)|\{([^}]*)\})|%([^%]+)%/g : /\$(?:(\w+)|\{([^}]*)\})/g
  return absolute.replace(names, (whole: string, ...found: (string | undefined)[]) => {
    const name = found.slice(0, platform === 'win32' ? 3 : 2).find((one) => one !== undefined)
    return environment[name ?? ''] ?? whole
  })
}

function readToken(path: string): string | undefined {
  try {
    return cleanToken(readFileSync(path, 'utf8'))
  } catch {
    // No token file is the usual case; one that cannot be read is no token either, as in Python.
    return undefined
  }
}

/** As Python: line breaks wherever they are. What is still no token is refused where it is to be sent. */
function cleanToken(token: string | undefined): string | undefined {
  return token?.replace(/[\r\n]/g, '').trim() || undefined
}
