/** Imports a file of the model by its name, if JSON modules are available. */
import config from 'iobert/weights/config.json' with { type: 'json' }

export const layers: number = config.num_hidden_layers
