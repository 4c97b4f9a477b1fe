// The clients of language models that people use, each with a `fetch` that masks. What they send has no name that was found,
// and what they give back has all names in it again. `baseURL` is the provider's own, or for a server of one's own as here.
import { createAnthropic } from '@ai-sdk/anthropic'
import { createOpenAI } from '@ai-sdk/openai'
import Anthropic from '@anthropic-ai/sdk'
import { ChatOpenAI } from '@langchain/openai'
import { generateText, streamText } from 'ai'
import { Ollama } from 'ollama'
import OpenAI from 'openai'

const apiKey = process.env.API_KEY ?? 'none'

// #region openai
export async function* openai(fetch, baseURL, question) {
  const client = new OpenAI({ apiKey, baseURL, fetch })
  const messages = [{ role: 'user', content: question }]
  const stream = await client.chat.completions.create({ model: 'gpt-5', messages, stream: true })
  for await (const { choices } of stream) yield choices[0].delta.content ?? ''
}
// #endregion

export async function* openaiResponses(fetch, baseURL, question) {
  const client = new OpenAI({ apiKey, baseURL, fetch })
  const input = [{ role: 'user', content: question }]
  const stream = client.responses.stream({ model: 'gpt-5', input })
  for await (const event of stream) if (event.type === 'response.output_text.delta') yield event.delta
  await stream.finalResponse()
}

export async function* anthropic(fetch, baseURL, question) {
  const client = new Anthropic({ apiKey, baseURL: baseURL.replace(/\/v1$/, ''), fetch })
  const messages = [{ role: 'user', content: question }]
  const stream = client.messages.stream({ model: 'claude-sonnet-5', max_tokens: 1000, messages })
  for await (const { delta } of stream) if (delta?.type === 'text_delta') yield delta.text
  await stream.finalMessage()
}

export async function* vercel(fetch, baseURL, question) {
  const provider = createOpenAI({ apiKey, baseURL, fetch })
  const messages = [{ role: 'user', content: question }]
  yield* streamText({ model: provider.chat('gpt-5'), messages }).textStream
}

export async function* vercelAnthropic(fetch, baseURL, question) {
  const provider = createAnthropic({ apiKey, baseURL, fetch })
  const messages = [{ role: 'user', content: question }]
  yield (await generateText({ model: provider('claude-sonnet-5'), messages })).text
}

export async function* langchain(fetch, baseURL, question) {
  const model = new ChatOpenAI({ apiKey, model: 'gpt-5', configuration: { baseURL, fetch } })
  for await (const { text } of await model.stream(question)) yield text
}

export async function* ollama(fetch, baseURL, question) {
  const client = new Ollama({ host: new URL(baseURL).origin, fetch })
  const messages = [{ role: 'user', content: question }]
  for await (const { message } of await client.chat({ model: 'gemma4', messages, stream: true }))
    yield message.content
}
