import { useState } from 'react'
import { useEntities } from './use-entities.js'

export function App() {
  const [text, setText] = useState('Angela Merkel met Tim Cook in Berlin.')
  const { entities, error } = useEntities(text)
  return (
    <main>
      <textarea
        rows={5}
        cols={60}
        aria-label="Text"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      {error && <p role="alert">{error.message}</p>}
      {!error && !entities && <p>Loading the model ...</p>}
      <ul>
        {entities?.map(({ start, type, text, score }) => (
          <li key={start}>
            {type} {text} {score.toFixed(3)}
          </li>
        ))}
      </ul>
    </main>
  )
}
