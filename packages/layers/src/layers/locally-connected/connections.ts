import { convLength } from '../sizes.ts';

/** What the connections of a locally connected layer depend on. */
export interface ConnectionOptions {
  /** Sizes of the spatial axes of the input. */
  readonly input: readonly number[];
  readonly channels: number;
  readonly filters: number;
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly padding: 'valid' | 'same';
  readonly channelsFirst: boolean;
  readonly implementation: 1 | 2 | 3;
}

/** The connections of a locally connected layer. */
export interface Connections extends ConnectionOptions {
  /** Sizes of the spatial axes of the output. */
  readonly output: readonly number[];
  readonly kernelShape: readonly number[];
  /**
   * For every pair of input and output element, row-major `[inputs, outputs]`: its place in the list of kernel entries
   * (implementation 3), which ends with a zero for pairs that are not connected. Empty with implementation 1.
   */
  readonly places: Int32Array;
  /** Number of connected pairs, which is the place of the zero. */
  readonly count: number;
}

/** Finds the connections of a layer; equals Keras's `conv_kernel_idxs`. */
export function connectionsOf(options: ConnectionOptions): Connections {
  const { input, channels, filters, kernel, strides, padding, channelsFirst } = options;
  const output = input.map((n, i) =>
    Math.max(convLength(n, kernel[i] ?? 1, padding, strides[i] ?? 1) ?? 0, 0),
  );
  if (output.includes(0)) {
    throw new RangeError(
      `A window of ${JSON.stringify(kernel)} does not fit in an input of ${JSON.stringify(input)}.`,
    );
  }
  const positions = product(output);
  switch (options.implementation) {
    case 1: {
      const shape = [positions, product(kernel) * channels, filters];
      return { ...options, output, kernelShape: shape, places: new Int32Array(0), count: 0 };
    }
    case 2: {
      const shape = channelsFirst
        ? [channels, ...input, filters, ...output]
        : [...input, channels, ...output, filters];
      return { ...options, output, kernelShape: shape, ...placesOf(options, output) };
    }
    case 3: {
      const { places, count } = placesOf(options, output);
      return { ...options, output, kernelShape: [count], places, count };
    }
  }
}

/** Counts the connected pairs in the order of output element, then input element. */
function placesOf(
  options: ConnectionOptions,
  output: readonly number[],
): { places: Int32Array; count: number } {
  const { input, channels, filters, channelsFirst } = options;
  const [inPositions, outPositions] = [positionsOf(input), positionsOf(output)];
  const [inSize, outSize] = [inPositions.length, outPositions.length];
  const outputs = outSize * filters;
  const connected = new Uint8Array(inSize * outSize);
  outPositions.forEach((at, o) => {
    inPositions.forEach((from, i) => {
      if (isConnected(from, at, options)) connected[i * outSize + o] = 1;
    });
  });
  const places = new Int32Array(inSize * channels * outputs).fill(-1);
  let count = 0;
  for (let out = 0; out < outputs; out++) {
    const o = channelsFirst ? out % outSize : Math.floor(out / filters);
    for (let source = 0; source < inSize * channels; source++) {
      const i = channelsFirst ? source % inSize : Math.floor(source / channels);
      if (connected[i * outSize + o] === 0) continue;
      places[source * outputs + out] = count;
      count += 1;
    }
  }
  for (let k = 0; k < places.length; k++) if (places[k] === -1) places[k] = count;
  return { places, count };
}

/** True if an input position lies in the window of an output position; `same` centers the window, as Keras does here. */
function isConnected(
  from: readonly number[],
  at: readonly number[],
  options: ConnectionOptions,
): boolean {
  return from.every((position, axis) => {
    const size = options.kernel[axis] ?? 1;
    const before = Math.floor(size / 2);
    const shift = options.padding === 'valid' ? before : 0;
    const center = (at[axis] ?? 0) * (options.strides[axis] ?? 1) + shift;
    return position >= center - before && position < center + size - before;
  });
}

/** Lists all positions of a grid, row-major. */
function positionsOf(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (found, n) => found.flatMap((at) => Array.from({ length: n }, (_, i) => [...at, i])),
    [[]],
  );
}

const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);
