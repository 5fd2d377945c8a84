/** Most bytes that the strings of one attribute may decode to; the longest model config seen has 270,696. */
export const MAX_ATTRIBUTE_BYTES: number = 256 * 1024 * 1024;

/** Most links of one group; the largest model seen has 1,100 layers. */
export const MAX_LINKS = 1_000_000;

/** Most groups that a search visits; the largest weights file seen has about 4,000. */
export const MAX_GROUPS = 100_000;

/** Most blocks of one object header; files seen use 3. */
export const MAX_HEADER_BLOCKS = 65_536;

/** Largest ratio of a dataset's size to its file's; deflate cannot exceed 1,032. */
export const MAX_EXPANSION = 1_100;

/** Most bytes that a file may have to be read through h5wasm, which holds it in memory. */
export const MAX_H5WASM_BYTES: number = 2 * 1024 * 1024 * 1024 - 1;
