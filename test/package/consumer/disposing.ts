/** \`using\`, from TypeScript 5.2 on and with \`lib: esnext.disposable\`. */
import { loadModel, loadRecognizer } from 'iobert'

export async function run(): Promise<number> {
  using ner = await loadRecognizer()
  using model = await loadModel()
  const disposable: Disposable = model
  void disposable
  return (await ner.recognize('Berlin')).entities.length
}
