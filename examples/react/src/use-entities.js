// #region hook
import { loadRecognizer } from 'iobert'
import { useEffect, useState } from 'react'

/** One model for the whole page: components come and go, and StrictMode mounts each twice. */
let recognizer
function getRecognizer() {
  recognizer ??= loadRecognizer(new URL(`${import.meta.env.BASE_URL}weights/`, location.href)).catch(
    (error) => {
      recognizer = undefined
      throw error
    },
  )
  return recognizer
}

/** @returns the entities of the last text that was read; undefined until the first is */
export function useEntities(text) {
  const [state, setState] = useState({})
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
  return state
}
// #endregion
