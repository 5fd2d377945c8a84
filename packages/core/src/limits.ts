// "Seen" is the largest value in some 440 published Keras models of 2017 to 2024.

/** Deepest nesting that a decoder follows; configs seen nest 11 deep. */
export const MAX_RECURSION = 100;

/** Most axes of a tensor, which is TensorFlow's own cap; variables seen have 5. */
export const MAX_RANK = 254;

/** Longest key of a store, in UTF-16 units; keys seen have 144. */
export const MAX_KEY_LENGTH = 4096;

/** Most tensors of one file; files seen have 385, training checkpoints of large language models a few thousand. */
export const MAX_TENSORS = 1_000_000;

/** Most bytes of one JSON text; model configs seen have 43 KB, one with the constants of a large model in it some MB. */
export const MAX_JSON_BYTES: number = 256 * 1024 * 1024;

/** Most bytes of one protobuf message, which is protobuf's own cap; graphs seen have 3.9 MB. */
export const MAX_MESSAGE_BYTES = 2_147_483_647;

/** Most entries of a zip archive; `.keras` files seen have 3, zipped SavedModels some 20. */
export const MAX_ZIP_ENTRIES = 65_536;

/** Most bytes of the directory of a zip archive; one of 65,536 entries with short names takes about 7 MB. */
export const MAX_ZIP_DIRECTORY_BYTES: number = 64 * 1024 * 1024;

/** Most bytes that one deflated zip entry may inflate to in memory; the weights of VGG19 have 575 MB. */
export const MAX_INFLATED_BYTES: number = 4 * 1024 * 1024 * 1024;

/** Largest factor by which a zip entry may inflate; deflate itself reaches 1,032, weights seldom exceed 2. */
export const MAX_INFLATION_RATIO = 1_100;

/** Most bytes taken into memory from a server that ignores ranges; the weights of VGG19 have 575 MB. */
export const MAX_HTTP_BODY_BYTES: number = 4 * 1024 * 1024 * 1024;

/** Most bytes to which a constant may grow when its file holds one value for many elements; seen are some 100 KB. */
export const MAX_FILLED_BYTES: number = 256 * 1024 * 1024;
