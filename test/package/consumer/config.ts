/** A file of the model by its name, where JSON modules are. */
import config from 'iobert/weights/config.json' with { type: 'json' }

export const layers: number = config.num_hidden_layers
