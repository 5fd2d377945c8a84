/** Most bytes to which a constant may grow when its file holds one value for many elements; seen are some 100 KB. */
export const MAX_FILLED_BYTES: number = 256 * 1024 * 1024;
