/** Deepest nesting that a decoder follows; Keras configs seen nest 31 deep, protobuf messages 14. */
export const MAX_RECURSION = 100;

/** Most axes of a tensor; TensorFlow allows 254, files seen use 8. */
export const MAX_RANK = 254;

/** Longest key of a store, in UTF-16 units; the longest seen has 187. */
export const MAX_KEY_LENGTH = 4096;

/** Most tensors of one file; a BERT-sized training checkpoint has about 1,200. */
export const MAX_TENSORS = 1_000_000;

/** Most bytes of one JSON text; the largest model config seen has 3 MB. */
export const MAX_JSON_BYTES: number = 256 * 1024 * 1024;

/** Most bytes of one protobuf message, protobuf's own cap; the largest graph seen has 41 MB. */
export const MAX_MESSAGE_BYTES = 2_147_483_647;

/** Most entries of a zip archive; a `.keras` file has 3, a zipped SavedModel about 20. */
export const MAX_ZIP_ENTRIES = 65_536;

/** Most bytes of the directory of a zip archive; that of 65,536 entries takes about 7 MB. */
export const MAX_ZIP_DIRECTORY_BYTES: number = 64 * 1024 * 1024;

/** Most bytes that one deflated zip entry may inflate to in memory; zipped weights seen have 550 MB. */
export const MAX_INFLATED_BYTES: number = 4 * 1024 * 1024 * 1024;

/** Largest inflation of a zip entry; deflate cannot exceed 1,032, weights seen reach 9. */
export const MAX_INFLATION_RATIO = 1_100;

/** Most bytes taken into memory from a server that ignores ranges; models seen have 550 MB. */
export const MAX_HTTP_BODY_BYTES: number = 4 * 1024 * 1024 * 1024;
