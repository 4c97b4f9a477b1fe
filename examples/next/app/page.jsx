import { Entities } from './entities'

export default function Page() {
  return (
    <main>
      <h1>Names in text</h1>
      <Entities />
    </main>
  )
}
