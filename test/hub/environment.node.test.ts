/** The Hub's environment variables mean the same as in Python. */
import { writeFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { readEnvironment } from '#dist/hub/environment.node.js'
import { temporaryFolder } from './sample.ts'

const HOME = temporaryFolder()

test('readEnvironment finds the cache folder in the order that Python has', () => {
  const folder = (more: Record<string, string>): string =>
    readEnvironment({ HOME, ...more }, 'linux').cacheDir
  assert.is(folder({}), posix.join(HOME, '.cache/huggingface/hub'))
  assert.is(folder({ XDG_CACHE_HOME: '/xdg' }), '/xdg/huggingface/hub')
  assert.is(folder({ XDG_CACHE_HOME: '/xdg', HF_HOME: '/hf' }), '/hf/hub')
  assert.is(folder({ HF_HOME: '~/hf' }), posix.join(HOME, 'hf/hub'))
  assert.is(folder({ HF_HOME: '/hf', HUGGINGFACE_HUB_CACHE: '/old' }), '/old')
  assert.is(folder({ HUGGINGFACE_HUB_CACHE: '/old', HF_HUB_CACHE: '$BASE/x', BASE: '/new' }), '/new/x')
  assert.is(folder({ HF_HUB_CACHE: '' }), posix.join(HOME, '.cache/huggingface/hub'))
})

test('readEnvironment finds the cache folder on Windows as Python does there', () => {
  const USERPROFILE = 'C:\\Users\\ada'
  const folder = (more: Record<string, string>): string =>
    readEnvironment({ USERPROFILE, HOME: '/c/Users/ada', ...more }, 'win32').cacheDir
  assert.is(folder({}), 'C:\\Users\\ada\\.cache\\huggingface\\hub')
  assert.is(folder({ HF_HOME: '~\\hf' }), 'C:\\Users\\ada\\hf\\hub')
  assert.is(folder({ HF_HOME: 'D:/hf' }), 'D:\\hf\\hub')
  assert.is(folder({ HF_HUB_CACHE: '%BASE%\\x', BASE: 'E:' }), 'E:\\x')
  assert.is(folder({ HF_HUB_CACHE: ['$BASE', '%NONE%', '$' + '{BASE}'].join('/'), BASE: 'b' }), 'b/%NONE%/b')
  assert.is(
    readEnvironment({ HOME: '/h', HF_HUB_CACHE: '%BASE%/x', BASE: 'b' }, 'linux').cacheDir,
    '%BASE%/x',
  )
})

test('readEnvironment takes the token from HF_TOKEN, else from the token file, else from nowhere', () => {
  writeFileSync(join(HOME, 'token'), 'from-home\n')
  writeFileSync(join(HOME, 'other'), '  from-path \n')
  const token = (more: Record<string, string>): string | undefined =>
    readEnvironment({ HF_HOME: HOME, ...more }).token
  assert.is(token({}), 'from-home')
  assert.is(token({ HF_TOKEN: 'direct\r\n' }), 'direct')
  assert.is(token({ HF_TOKEN: '', HF_TOKEN_PATH: join(HOME, 'other') }), 'from-path')
  assert.is(token({ HF_TOKEN: 'direct', HF_HUB_DISABLE_IMPLICIT_TOKEN: 'true' }), undefined)
  assert.is(readEnvironment({ HOME: '/nowhere' }).token, undefined)
})

test('readEnvironment reads the address, offline in all spellings, links and timeouts', () => {
  assert.is(readEnvironment({ HOME }).endpoint, 'https://huggingface.co')
  assert.is(readEnvironment({ HOME, HF_ENDPOINT: 'https://mirror/' }).endpoint, 'https://mirror')
  assert.throws(
    () => readEnvironment({ HOME, HF_ENDPOINT: 'mirror' }),
    (error: unknown) => error instanceof RangeError,
  )
  for (const yes of ['1', 'ON', 'yes', 'True']) {
    assert.ok(readEnvironment({ HOME, HF_HUB_OFFLINE: yes }).offline)
    assert.ok(readEnvironment({ HOME, TRANSFORMERS_OFFLINE: yes }).offline)
    assert.not.ok(readEnvironment({ HOME, HF_HUB_DISABLE_SYMLINKS: yes }).symlinks)
  }
  for (const no of ['0', '', 'off', 'no'])
    assert.not.ok(readEnvironment({ HOME, HF_HUB_OFFLINE: no }).offline)
  assert.is(readEnvironment({ HOME }).metadataTimeout, 10_000)
  assert.is(readEnvironment({ HOME, HF_HUB_ETAG_TIMEOUT: '3' }).metadataTimeout, 3000)
  assert.is(readEnvironment({ HOME, HF_HUB_DOWNLOAD_TIMEOUT: 'soon' }).downloadTimeout, 10_000)
})

test.run()
