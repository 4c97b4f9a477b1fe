// #region handler
import { loadRecognizer } from 'iobert'

// Loaded when Lambda starts an instance, before its first request; every request of the instance uses it. There is one at a
// time, so the model may run on this thread: to start a worker takes as long as to load it.
const ner = await loadRecognizer({ inline: true })

/** A function URL's or an API Gateway's request, its body the text. */
export async function handler({ body = '', isBase64Encoded = false }) {
  const text = isBase64Encoded ? Buffer.from(body, 'base64').toString() : body
  if (!text) return answer(400, { error: 'Send the text as the body of a POST' })
  return answer(200, await ner.recognize(text))
}

function answer(statusCode, content) {
  return { statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify(content) }
}
// #endregion
