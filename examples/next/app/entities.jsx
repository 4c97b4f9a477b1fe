// #region component
'use client'

import { useEffect, useState } from 'react'

/** Loaded in the browser, when a component first asks: the server renders the page without the engine. */
let recognizer
function getRecognizer() {
  recognizer ??= import('iobert')
    .then(({ loadRecognizer }) => loadRecognizer(new URL('/weights/', location.href)))
    .catch((error) => {
      recognizer = undefined
      throw error
    })
  return recognizer
}

export function Entities() {
  const [text, setText] = useState('Angela Merkel met Tim Cook in Berlin.')
  const [{ entities, error }, setState] = useState({})
  useEffect(() => {
    let current = true
    getRecognizer()
      .then((ner) => ner.recognize(text))
      .then(
        ({ entities }) => current && setState({ entities }),
        (error) => current && setState({ error }),
      )
    return () => {
      current = false
    }
  }, [text])
  return (
    <>
      <textarea
        rows={5}
        cols={60}
        aria-label="Text"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      {error && <p role="alert">{error.message}</p>}
      <ul>
        {entities?.map(({ start, type, text }) => (
          <li key={start}>
            {type} {text}
          </li>
        ))}
      </ul>
    </>
  )
}
// #endregion
