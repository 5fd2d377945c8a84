/**
 * Puts inputs, labels and weights together as `fit` takes them from iterables: what is missing at the end is left out.
 * Equals `keras.utils.pack_x_y_sample_weight`.
 */
export function pack_x_y_sample_weight<X, Y, W>(
  x: X,
  y: Y | null = null,
  sample_weight: W | null = null,
): X | [X] | [X, Y] | [X, Y, W] {
  if (y === null) return Array.isArray(x) ? [x] : x;
  return sample_weight === null ? [x, y] : [x, y, sample_weight];
}

/**
 * Takes inputs, labels and weights apart, with null for what is missing; equals `keras.utils.unpack_x_y_sample_weight`.
 * @throws RangeError for more than three parts.
 */
export function unpack_x_y_sample_weight(
  data: unknown,
): [x: unknown, y: unknown, sample_weight: unknown] {
  if (!Array.isArray(data)) return [data, null, null];
  if (data.length < 1 || data.length > 3) {
    throw new RangeError(
      `Data is [x], [x, y] or [x, y, sample_weight], not a list of ${data.length}.`,
    );
  }
  const [x, y = null, sample_weight = null] = data as unknown[];
  return [x, y, sample_weight];
}
