/** Names of models become URLs, with each part escaped. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { checkEndpoint, filesUrl, parseHubId, resolveUrl } from '#dist/hub/urls.js'

const isRangeError = (error: unknown): boolean => error instanceof RangeError

test('parseHubId reads owner, name and revision', () => {
  assert.equal(parseHubId('dslim/bert-base-NER'), { repository: 'dslim/bert-base-NER', revision: 'main' })
  assert.equal(parseHubId('a/b@refs/pr/1'), { repository: 'a/b', revision: 'refs/pr/1' })
  assert.equal(parseHubId('a/b@v1', 'v2').revision, 'v2')
  for (const id of ['bert-base-cased', 'a/b', 'A_1/x.y-z_0', `a/${'b'.repeat(96)}`]) parseHubId(id)
})

test('parseHubId refuses what the Hub has no model for, and revisions that are paths', () => {
  const ids = [
    '',
    '/',
    'a/',
    '/b',
    'a/b/c',
    'a/../b',
    '..',
    'a/b..c',
    'a/b--c',
    'a/-b',
    'a/b.',
    'a/b.git',
    'a b/c',
  ]
  for (const id of [...ids, 'a\\b/c', './a', 'a/b\0', `a/${'b'.repeat(97)}`, 'a/b%2f..', 'é/b']) {
    assert.throws(() => parseHubId(id), isRangeError, id)
  }
  for (const revision of [
    '',
    '..',
    '../x',
    'a/../b',
    '/a',
    'a/',
    'a//b',
    '.git',
    'a b',
    'a\nb',
    'a:b',
    'a\\b',
    '~x',
  ]) {
    assert.throws(() => parseHubId('a/b', revision), isRangeError, revision)
  }
})

test('resolveUrl quotes the revision as one part and the file name by parts', () => {
  const id = { repository: 'a/b', revision: 'refs/pr/1' }
  assert.is(
    resolveUrl('https://huggingface.co', id, '1_Pooling/config #1.json'),
    'https://huggingface.co/a/b/resolve/refs%2Fpr%2F1/1_Pooling/config%20%231.json',
  )
  assert.is(filesUrl('https://x', id), 'https://x/api/models/a/b/revision/refs%2Fpr%2F1?blobs=true')
})

test('checkEndpoint drops the slash at the end and refuses what is no web address', () => {
  assert.is(checkEndpoint('https://mirror.example/hub//'), 'https://mirror.example/hub')
  for (const bad of ['huggingface.co', 'ftp://x', 'file:///etc', ''])
    assert.throws(() => checkEndpoint(bad), isRangeError)
})

test.run()
