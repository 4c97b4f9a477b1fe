// The service worker may not start workers; an offscreen page may.
chrome.offscreen.createDocument({
  url: 'offscreen.html',
  reasons: ['WORKERS'],
  justification: 'Recognise entities in a worker',
})
