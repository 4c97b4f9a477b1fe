// The example's reader, with the stand-in.
import { serve } from '../../examples/queue/reader.mjs'
import { recognizer } from './queue-stand-in.mjs'

serve(recognizer)
