/** The family of ERNIE, as transformers has it. */
import type { JsonRecord } from '../../format/json-file.ts'
import { flag, integer } from '../config-values.ts'
import { bertSpec, floats } from '../modules.ts'
import { BERT_STYLE, MAX_ROWS, readConfig } from '../read-config.ts'
import type { ModelSpec } from '../spec.ts'
import { BERT_HEADS } from './bert.ts'

/**
 * BERT whose embeddings may have a row for the task of pre-training in addition (Sun et al. 2020, arXiv
 * 1907.12412). It is row 0 for each token where no task is stated, as by transformers, so it becomes part of the
 * token types'. Defaults: transformers' ErnieConfig.
 */
export function readErnie(json: JsonRecord): ModelSpec {
  const spec = bertSpec(readConfig(json, BERT_STYLE), { prefix: 'ernie.', heads: BERT_HEADS })
  if (!flag(json, 'use_task_id', false)) return spec
  const rows = integer(json, 'task_type_vocab_size', 1, MAX_ROWS, 3)
  const tasks = floats('{encoder}embeddings.task_type_embeddings.weight', rows, spec.config.embeddingSize)
  const added = { ...tasks, part: { index: 0, count: rows, blocks: 1 } }
  return {
    ...spec,
    embeddings: { ...spec.embeddings, tokenTypes: { ...spec.embeddings.tokenTypes!, added } },
  }
}
