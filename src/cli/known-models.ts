/**
 * Models of the Hub that people use for entities, with what is known about them offline: `iobert models`
 * prints them, and docs/which-model.md has the same rows. `iobert info` finds out whether one loads as it is
 * today.
 */

/** The tasks for `--task`, with descriptions. */
export const TASKS: ReadonlyMap<string, string> = new Map([
  ['news', 'persons, organisations, places'],
  ['pii', 'personal data'],
  ['medicine', 'clinical and biomedical texts'],
  ['arabic', 'Arabic'],
  ['turkish', 'Turkish'],
  ['thai', 'Thai'],
  ['french', 'French'],
  ['languages', 'ten and more languages'],
  ['security', 'threats: malware, indicators, vulnerabilities'],
  ['own-types', 'types that you name when you ask'],
])

export interface KnownModel {
  readonly id: string
  /** Names of tasks. */
  readonly tasks: readonly string[]
  readonly languages: string
  /** Its `model_type`; for GLiNER, that of the encoder. */
  readonly modelType: string
  readonly isGliner: boolean
  readonly layers: number
  readonly hiddenSize: number
  /** Inner size of a gated feed-forward block; other models have four times the hidden size and no gate. */
  readonly gatedSize?: number
  /** In millions. */
  readonly parameters: number
  /** The weight file seen in a listing of the repository; empty if none was seen. */
  readonly weights: string
  /** As stated on its card or its page on the Hub, or `none named`; empty if neither could be read. */
  readonly licence: string
  readonly note: string
}

/**
 * id | tasks | languages | family | layers x hidden size (x inner size of a gated block) | millions of
 * parameters | weights | licence | note. Read from stored copies of Hub pages of various dates; what they do
 * not show is left empty.
 * of pages of the Hub, of other dates each; what they did not show is left empty.
 */
const TABLE = `
dslim/bert-base-NER | news | English | bert | 12x768 | 108 | model.safetensors | MIT |
dslim/bert-base-NER-uncased | news | English | bert | 12x768 | 109 | model.safetensors | MIT |
dslim/bert-large-NER | news | English | bert | 24x1024 | 334 | | |
dslim/distilbert-NER | news | English | distilbert | 6x768 | 65 | | |
dbmdz/bert-large-cased-finetuned-conll03-english | news | English | bert | 24x1024 | 334 | | | IOB1 labels
elastic/distilbert-base-uncased-finetuned-conll03-english | news | English | distilbert | 6x768 | 66 | | |
FacebookAI/xlm-roberta-large-finetuned-conll03-english | news | English | xlm-roberta | 24x1024 | 560 | | |
Jean-Baptiste/roberta-large-ner-english | news | English | roberta | 24x1024 | 355 | | |
tner/roberta-large-ontonotes5 | news | English | roberta | 24x1024 | 355 | pytorch_model.bin | none named | 18 types; decoded by the CRF that it was trained with
Davlan/bert-base-multilingual-cased-ner-hrl | languages, arabic | ten | bert | 12x768 | 178 | | |
Davlan/distilbert-base-multilingual-cased-ner-hrl | languages, arabic | ten | distilbert | 6x768 | 135 | | |
Davlan/xlm-roberta-base-ner-hrl | languages, arabic | ten | xlm-roberta | 12x768 | 278 | model.safetensors | AFL 3.0 |
Davlan/xlm-roberta-large-ner-hrl | languages, arabic | ten | xlm-roberta | 24x1024 | 560 | model.safetensors | AFL 3.0 |
Babelscape/wikineural-multilingual-ner | languages | nine of Europe | bert | 12x768 | 178 | | |
orgcatorg/bert-base-multilingual-cased-ner | languages, thai | a hundred | bert | 12x768 | 178 | model.safetensors | Apache 2.0 |
Jean-Baptiste/camembert-ner | french | French | camembert | 12x768 | 110 | model.safetensors | MIT |
CAMeL-Lab/bert-base-arabic-camelbert-msa-ner | arabic | Arabic | bert | 12x768 | 109 | pytorch_model.bin | Apache 2.0 |
savasy/bert-base-turkish-ner-cased | turkish | Turkish | bert | 12x768 | 110 | model.safetensors | none named |
akdeniz27/bert-base-turkish-cased-ner | turkish | Turkish | bert | 12x768 | 110 | model.safetensors | MIT |
pythainlp/thainer-corpus-v2-base-model | thai | Thai | camembert | 12x768 | 106 | | |
StanfordAIMI/stanford-deidentifier-base | pii, medicine | English | bert | 12x768 | 109 | pytorch_model.bin | MIT | licence as directories of models list it
obi/deid_roberta_i2b2 | pii, medicine | English | roberta | 24x1024 | 355 | pytorch_model.bin | MIT |
lakshyakh93/deberta_finetuned_pii | pii | English | deberta | 12x768 | 139 | pytorch_model.bin | MIT |
iiiorg/piiranha-v1-detect-personal-information | pii, languages | six of Europe | deberta-v2 | 12x768 | 278 | | CC BY-NC-ND 4.0 | 256 pieces at once
OpenMed/OpenMed-PII-SuperClinical-Large-434M-v1 | pii, medicine | English | deberta-v2 | 24x1024 | 434 | | Apache 2.0 | licence as the card of a model made from it says
OpenMed/OpenMed-PII-Spanish-BioClinicalBERT-Base-110M-v1 | pii, medicine | Spanish | bert | 12x768 | 108 | | Apache 2.0 |
d4data/biomedical-ner-all | medicine | English | distilbert | 6x768 | 66 | model.safetensors | Apache 2.0 |
cisco-ai/SecureBERT2.0-NER | security | English | modernbert | 22x768x1152 | 150 | | Apache 2.0 |
attack-vector/SecureModernBERT-NER | security | English | modernbert | 28x1024x2624 | 396 | | MIT | 22 types
urchade/gliner_multi_pii-v1 | own-types, pii, languages | many | gliner deberta-v2 | 12x768 | 289 | | |
urchade/gliner_small-v2.1 | own-types | English | gliner deberta-v2 | 6x768 | 166 | | Apache 2.0 |
urchade/gliner_multi-v2.1 | own-types, languages | many | gliner deberta-v2 | 12x768 | 289 | | Apache 2.0 |
`

export const knownModels: readonly KnownModel[] = TABLE.trim()
  .split('\n')
  .map((line) => {
    const [id, tasks, languages, family, shape, parameters, weights, licence, note] = line
      .split('|')
      .map((cell) => cell.trim()) as [string, string, string, string, string, string, string, string, string]
    const [layers, hiddenSize, gatedSize] = shape.split('x').map(Number) as [number, number, number?]
    const isGliner = family.startsWith('gliner ')
    return {
      id,
      tasks: tasks.split(', '),
      languages,
      modelType: family.replace('gliner ', ''),
      isGliner,
      layers,
      hiddenSize,
      ...(gatedSize === undefined ? {} : { gatedSize }),
      parameters: Number(parameters),
      weights,
      licence,
      note,
    }
  })

/**
 * Cost of a token relative to BERT-base: the multiplications of the encoder's linear layers, 12 L H²; with
 * gates L (4 H² + 3 H I).
 */
export function workOf({ layers, hiddenSize, gatedSize }: KnownModel): number {
  const layer = gatedSize === undefined ? 12 * hiddenSize ** 2 : hiddenSize * (4 * hiddenSize + 3 * gatedSize)
  return (layers * layer) / (12 * 12 * 768 ** 2)
}

/** The command that finds entities with the model. */
export function callOf({ isGliner }: KnownModel): string {
  return isGliner ? 'loadGliner' : 'loadRecognizer'
}
