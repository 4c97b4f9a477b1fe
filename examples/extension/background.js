// #region background
// A service worker may not start workers, and is ended when it idles: an offscreen page holds the model.
let creating

chrome.runtime.onMessage.addListener(({ type }, _sender, answer) => {
  if (type !== 'ready?') return false
  makeOffscreenPage().then(
    () => answer({}),
    (error) => answer({ error: error.message }),
  )
  return true
})

async function makeOffscreenPage() {
  if ((await chrome.runtime.getContexts({ contextTypes: ['OFFSCREEN_DOCUMENT'] })).length > 0) return
  creating ??= chrome.offscreen
    .createDocument({
      url: 'offscreen.html',
      reasons: ['WORKERS'],
      justification: 'Recognises names in a worker',
    })
    .finally(() => {
      creating = undefined
    })
  await creating
}
// #endregion
