/** How a filter or pooling window slides along one spatial axis. */
export interface Window {
  /** Length of the input along this axis. */
  readonly input: number;
  /** Length of the output along this axis; 0 if the window does not fit. */
  readonly output: number;
  readonly filter: number;
  readonly stride: number;
  readonly dilation: number;
  /** Padding in front of the first element. */
  readonly before: number;
  /** Padding behind the last element. */
  readonly after: number;
}

/** Padding of a convolution or pooling: a TensorFlow scheme, or elements before and after per spatial axis. */
export type WindowPadding = 'same' | 'valid' | ReadonlyArray<readonly [number, number]>;

/** Lengths along the spatial axes of a convolution or pooling, one entry per axis. */
export interface WindowSizes {
  readonly input: readonly number[];
  readonly filter: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
}

/** Computes padding and output length per spatial axis as TensorFlow's `GetWindowedOutputSize` does. */
export function windowsOf(sizes: WindowSizes, padding: WindowPadding): Window[] {
  return sizes.input.map((input, axis) => {
    const filter = sizes.filter[axis] ?? 1;
    const stride = sizes.strides[axis] ?? 1;
    const dilation = sizes.dilations[axis] ?? 1;
    const span = (filter - 1) * dilation + 1;
    if (padding === 'same') {
      const output = Math.ceil(input / stride);
      const total = Math.max((output - 1) * stride + span - input, 0);
      const before = Math.floor(total / 2);
      return { input, output, filter, stride, dilation, before, after: total - before };
    }
    const [before, after] = padding === 'valid' ? [0, 0] : (padding[axis] ?? [0, 0]);
    const output = Math.max(Math.floor((input + before + after - span) / stride) + 1, 0);
    return { input, output, filter, stride, dilation, before, after };
  });
}

/** Returns the number of elements a dilated window spans. */
export function spanOf(window: Window): number {
  return (window.filter - 1) * window.dilation + 1;
}

type TfjsPadding = 'same' | 'valid' | number | ReadonlyArray<readonly number[]>;

/** Translates the `pad` attribute of a tfjs kernel; `spatialRank` is the number of spatial axes. */
export function paddingOf(
  pad: TfjsPadding,
  spatialRank: number,
  channelsFirst: boolean = false,
): WindowPadding {
  if (pad === 'same' || pad === 'valid') return pad;
  if (typeof pad === 'number')
    return Array.from({ length: spatialRank }, () => [pad, pad] as const);
  const pairs = pad.map(([before = 0, after = 0]) => [before, after] as const);
  if (pairs.length === spatialRank) return pairs;
  const first = channelsFirst ? 2 : 1;
  return pairs.slice(first, first + spatialRank);
}

/** Repeats a number for every spatial axis; an array is returned as it is. */
export function perAxis(value: number | readonly number[], spatialRank: number): number[] {
  return typeof value === 'number' ? new Array<number>(spatialRank).fill(value) : [...value];
}
