/** What the files of a model's weights are called. */

export const WEIGHTS: string = 'model.safetensors'
export const INDEX: string = 'model.safetensors.index.json'
/** PyTorch's own form of weights, a pickle. */
export const PYTORCH_WEIGHTS: string = 'pytorch_model.bin'
export const PYTORCH_INDEX: string = 'pytorch_model.bin.index.json'
