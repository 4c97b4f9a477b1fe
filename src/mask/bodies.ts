/**
 * What the bodies of the chat interfaces hold: OpenAI's chat completions and responses, Anthropic's messages, Ollama's,
 * and what others have that speak like them. A member that is not named here may hold a number, a boolean or null. What an
 * answer may have brought comes back with names in it again, so all of it is words: quotations and titles of sources too.
 *
 * Sources: the reference pages of these interfaces (OpenAI API reference; Anthropic Messages API; Ollama docs/api.md).
 */
import type { Place } from './places.ts'

const words: Place = { string: 'words' }
const setting: Place = { value: 'setting' }
const json: Place = { string: 'json' }
const anyWords: Place = { value: 'words' }
const image: Place = { value: 'image' }
const audio: Place = { value: 'audio' }
const file: Place = { value: 'file' }

/** Members that hold no words, by their names. */
const settings = (...names: string[]): Record<string, Place> =>
  Object.fromEntries(names.map((name) => [name, setting]))

const wordsOrList: Place = { string: 'words', items: words }

/** How a model is run; of it only what ends an answer is words. */
const runOptions: Place = { members: { stop: wordsOrList } }

/** Sources of an answer, which name and quote what they are. */
const sources: Place = {
  items: {
    members: {
      ...settings('type', 'file_id', 'container_id', 'encrypted_index'),
      url: words,
      title: words,
      filename: words,
      cited_text: words,
      document_title: words,
      source: words,
      url_citation: { members: { url: words, title: words } },
    },
  },
}

const wordsOrParts = (types: Record<string, Place>): Place => ({
  string: 'words',
  items: { string: 'words', types },
})

/** A function that the model called; its arguments are JSON that it wrote, with names in them again. */
const calledFunction: Place = { members: { ...settings('name'), arguments: json } }

const chatParts: Record<string, Place> = {
  text: { members: { text: words, ...settings('cache_control') } },
  refusal: { members: { refusal: words } },
  image_url: image,
  input_audio: audio,
  file,
}

const chatMessage: Place = {
  members: {
    ...settings('role', 'tool_call_id', 'cache_control'),
    audio: { members: { ...settings('id'), transcript: words } },
    annotations: sources,
    content: wordsOrParts(chatParts),
    refusal: words,
    reasoning: words,
    reasoning_content: words,
    function_call: calledFunction,
    tool_calls: {
      items: {
        members: {
          ...settings('id', 'type', 'index'),
          function: calledFunction,
          custom: { members: { ...settings('name'), input: words } },
        },
      },
    },
  },
}

export const chat: Place = {
  members: {
    messages: { items: chatMessage },
    ...settings('model', 'tools', 'tool_choice', 'functions', 'function_call', 'response_format'),
    stop: wordsOrList,
    ...settings(
      'stream_options',
      'modalities',
      'audio',
      'logit_bias',
      'reasoning_effort',
      'reasoning',
      'verbosity',
    ),
    ...settings(
      'service_tier',
      'prompt_cache_retention',
      'provider',
      'models',
      'thinking',
      'chat_template_kwargs',
    ),
    prediction: { types: { content: { members: { content: wordsOrParts(chatParts) } } } },
    user: words,
    safety_identifier: words,
    prompt_cache_key: words,
    metadata: anyWords,
  },
}

const responseParts: Record<string, Place> = {
  input_text: { members: { text: words } },
  output_text: { members: { text: words, annotations: sources, logprobs: anyWords } },
  reasoning_text: { members: { text: words } },
  summary_text: { members: { text: words } },
  text: { members: { text: words } },
  refusal: { members: { refusal: words } },
  input_image: image,
  input_audio: audio,
  input_file: file,
}

const ids = settings('id', 'status', 'call_id', 'name', 'namespace', 'phase', 'created_by')

const responseItems: Record<string, Place> = {
  message: { members: { ...ids, ...settings('role'), content: wordsOrParts(responseParts) } },
  function_call: { members: { ...ids, arguments: json } },
  function_call_output: { members: { ...ids, output: wordsOrParts(responseParts) } },
  custom_tool_call: { members: { ...ids, input: words } },
  custom_tool_call_output: { members: { ...ids, output: wordsOrParts(responseParts) } },
  reasoning: {
    members: {
      ...ids,
      ...settings('encrypted_content'),
      summary: { items: { types: responseParts } },
      content: { items: { types: responseParts } },
    },
  },
  web_search_call: {
    members: {
      ...ids,
      action: {
        members: {
          ...settings('type', 'url'),
          query: words,
          queries: { items: words },
          pattern: words,
          sources,
        },
      },
    },
  },
  item_reference: { members: ids },
}

export const responses: Place = {
  members: {
    instructions: words,
    input: { string: 'words', items: { types: responseItems, members: responseItems['message']!.members! } },
    ...settings(
      'model',
      'tools',
      'tool_choice',
      'text',
      'reasoning',
      'include',
      'truncation',
      'service_tier',
    ),
    ...settings(
      'previous_response_id',
      'conversation',
      'stream_options',
      'prompt_cache_retention',
      'context_management',
    ),
    prompt: { members: { ...settings('id', 'version'), variables: anyWords } },
    user: words,
    safety_identifier: words,
    prompt_cache_key: words,
    metadata: anyWords,
  },
}

const cached = settings('cache_control')

const messageParts: Record<string, Place> = {
  text: { members: { text: words, ...cached, citations: sources } },
  image,
  document: {
    members: {
      title: words,
      context: words,
      ...cached,
      ...settings('citations'),
      source: {
        types: {
          text: { members: { data: words, ...settings('media_type') } },
          content: {
            members: {
              content: {
                string: 'words',
                items: { types: { text: { members: { text: words, ...cached } }, image } },
              },
            },
          },
          base64: file,
          url: file,
          file,
        },
      },
    },
  },
  search_result: {
    members: {
      source: words,
      title: words,
      content: { items: { types: { text: { members: { text: words, ...cached } } } } },
      ...cached,
      ...settings('citations'),
    },
  },
  tool_use: { members: { ...settings('id', 'name', 'caller'), input: anyWords, ...cached } },
  server_tool_use: { members: { ...settings('id', 'name', 'caller'), input: anyWords, ...cached } },
  // The provider wrote these itself, from masked texts, and compares the signature: they go back as they came.
  thinking: setting,
  redacted_thinking: setting,
  web_search_tool_result: setting,
}
messageParts['tool_result'] = {
  members: {
    ...settings('tool_use_id'),
    ...cached,
    content: {
      string: 'words',
      items: {
        types: {
          text: messageParts['text']!,
          image,
          document: messageParts['document']!,
          search_result: messageParts['search_result']!,
          tool_reference: setting,
        },
      },
    },
  },
}

export const messages: Place = {
  members: {
    system: wordsOrParts({ text: messageParts['text']! }),
    messages: { items: { members: { ...settings('role'), content: wordsOrParts(messageParts) } } },
    metadata: anyWords,
    stop_sequences: wordsOrList,
    ...settings('model', 'tools', 'tool_choice', 'thinking', 'mcp_servers', 'container', 'betas'),
    ...settings(
      'service_tier',
      'context_management',
      'output_config',
      'output_format',
      'cache_control',
      'speed',
    ),
  },
}

const ollamaSettings = settings('model', 'format', 'keep_alive', 'tools', 'think')

export const ollama: Place = {
  members: {
    messages: {
      items: {
        members: {
          ...settings('role', 'tool_name', 'tool_call_id'),
          content: words,
          thinking: words,
          images: image,
          tool_calls: {
            items: {
              members: {
                ...settings('id', 'type'),
                function: { members: { ...settings('name', 'index'), arguments: anyWords } },
              },
            },
          },
        },
      },
    },
    prompt: words,
    system: words,
    suffix: words,
    images: image,
    ...ollamaSettings,
    template: words,
    options: runOptions,
    ...settings('context'),
  },
}

/** Texts alone: completions of the old kind, and embeddings. */
export const texts: Place = {
  members: {
    prompt: { string: 'words', items: words },
    input: { string: 'words', items: words },
    suffix: words,
    user: words,
    stop: wordsOrList,
    options: runOptions,
    ...settings('model', 'encoding_format', 'logit_bias', 'stream_options', 'keep_alive'),
  },
}
