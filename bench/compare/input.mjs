// The text that all engines compute, cut to a number of pieces.
import { importOurs } from './engines.mjs'

const TEXT =
  'Angela Merkel met Tim Cook in Berlin on Tuesday, where the German chancellor and the head of Apple spoke about a new ' +
  'research centre that the company plans to open near the Technical University of Munich next spring. ' +
  'The Norwegian Red Cross said two of its doctors, Ingrid Solberg and Kåre Nilsen, had reached the camp outside Goma. ' +
  'Real Madrid beat Ajax 3-1 at the Santiago Bernabeu after goals by Bellingham and Vinicius Junior. ' +
  'Shares of Siemens rose 2.4 percent in Frankfurt while the Nikkei fell in Tokyo, Reuters and the Financial Times wrote. '

/** The first pieces of it, over and over, `[CLS]` and `[SEP]` included; `folder` has the vocabulary. */
export async function pieceIds(folder, tokens) {
  const { loadTokenizer } = await importOurs()
  const tokenizer = await loadTokenizer(folder)
  const pieces = tokenizer.encode(TEXT.repeat(Math.ceil(tokens / 100))).ids
  if (pieces.length < tokens) throw new Error(`The text has ${pieces.length} pieces, wanted ${tokens}`)
  return [...pieces.slice(0, tokens - 1), pieces.at(-1)]
}
