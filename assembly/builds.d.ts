/**
 * What the build sets. `WHOLE_BUILD` is 0 in the small build that most pages load: int8 BERT alone, without
 * float32 attention, windows, relative and rotary positions, and tiles of 16 channels.
 */

declare const WHOLE_BUILD: bool
/** A number for what both sides must agree on; not set where asc is called by itself (kernels.ts). */
declare const INTERFACE_HASH: i32
