/** Most bytes of an index file; an index of 12,000 tensors has 1 MB. */
export const MAX_INDEX_BYTES: number = 256 * 1024 * 1024;

/** Most bytes of all keys of an index together, once their common prefixes are written out; 12,000 tensors need 1 MB. */
export const MAX_KEY_BYTES: number = 256 * 1024 * 1024;

/** Most bytes that a block may take up uncompressed; TensorFlow writes blocks of about 256 KiB. */
export const MAX_BLOCK_BYTES: number = 64 * 1024 * 1024;

/** Most bytes of a `checkpoint` state file; one that lists 10,000 checkpoints has 1 MB. */
export const MAX_STATE_BYTES: number = 16 * 1024 * 1024;

/** Most shards of a checkpoint; files name them with five digits. */
export const MAX_SHARDS = 99_999;
