// #region route
import { loadRecognizer } from 'iobert'

/** One model for all requests; the development server loads this module anew at each change, so it is kept beside. */
function getRecognizer() {
  globalThis.recognizer ??= loadRecognizer().catch((error) => {
    globalThis.recognizer = undefined
    throw error
  })
  return globalThis.recognizer
}

export async function POST(request) {
  const text = await request.text()
  if (text === '') return Response.json({ error: 'Send the text as the body' }, { status: 400 })
  try {
    const ner = await getRecognizer()
    return Response.json(await ner.recognize(text, { signal: request.signal }))
  } catch (error) {
    return Response.json({ error: error.message }, { status: 500 })
  }
}
// #endregion
