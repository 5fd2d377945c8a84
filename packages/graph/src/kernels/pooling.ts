import * as tf from '@tensorflow/tfjs-core';
import { paddingOf, perAxis, type Window, windowsOf } from '../composed/window.ts';
import { type Numbers, numericType, type TypedArrayKernel } from './typed-array-kernel.ts';

/** Attributes of the pooling kernels of tfjs; channels are last. */
export interface PoolAttrs {
  readonly filterSize: number | readonly number[];
  readonly strides: number | readonly number[];
  readonly pad: 'same' | 'valid' | number | ReadonlyArray<readonly number[]>;
}

/** Name of the kernel that finds the position of each maximum. */
export const MAX_POOL_POSITIONS = 'MaxPoolPositions';

const OUTSIDE = -1;

/** Computes the windows of a pooling over the axes between batch and channels. */
export function poolWindows(shape: readonly number[], attrs: PoolAttrs): Window[] {
  const rank = shape.length - 2;
  return windowsOf(
    {
      input: shape.slice(1, -1),
      filter: perAxis(attrs.filterSize, rank),
      strides: perAxis(attrs.strides, rank),
      dilations: perAxis(1, rank),
    },
    paddingOf(attrs.pad, rank),
  );
}

/**
 * Finds for each output of a maximum pooling the flat position in `x` of the first element that attains the maximum.
 * The gradient of the pooling is a scatter along these positions, as in TensorFlow's `MaxPoolGrad`.
 */
export const maxPoolPositionsKernel: TypedArrayKernel<PoolAttrs> = {
  kernelName: MAX_POOL_POSITIONS,
  infer: ({ x }, attrs) => [{ shape: pooledShape(x?.shape ?? [], attrs), dtype: 'int32' }],
  compute: ({ x }, [positions], attrs) => {
    if (x === undefined || positions === undefined) return;
    const channels = x.shape[x.shape.length - 1] ?? 1;
    const best = new Float64Array(channels);
    forEachWindow(x.shape, attrs, (place, pixels) => {
      best.fill(Number.NEGATIVE_INFINITY);
      const to = place * channels;
      positions.fill(OUTSIDE, to, to + channels);
      for (const pixel of pixels) keepLarger(x.values, pixel * channels, best, positions, to);
    });
  },
};

/** Maximum pooling in three dimensions; the wasm kernel of tfjs returns zero where all elements are negative. */
export const maxPool3dKernel: TypedArrayKernel<PoolAttrs> = {
  kernelName: tf.MaxPool3D,
  infer: ({ x }, attrs) => [
    { shape: pooledShape(x?.shape ?? [], attrs), dtype: numericType(x?.dtype) },
  ],
  compute: (inputs, [maxima], attrs) => {
    const { x } = inputs;
    if (x === undefined || maxima === undefined) return;
    const positions = new Int32Array(maxima.length);
    maxPoolPositionsKernel.compute(inputs, [positions], attrs);
    positions.forEach((position, i) => {
      maxima[i] = x.values[position] ?? 0;
    });
  },
};

/**
 * Gradient of an average pooling: each gradient is shared by the elements that its window covers, padding not counted.
 * Equals TensorFlow's `AvgPoolGrad`; the kernels of tfjs count the padding.
 */
export const avgPoolGradKernel: TypedArrayKernel<PoolAttrs> = averageGradient(tf.AvgPoolGrad);

/** The same in three dimensions. Equals TensorFlow's `AvgPool3DGrad`. */
export const avgPool3dGradKernel: TypedArrayKernel<PoolAttrs> = averageGradient(tf.AvgPool3DGrad);

function averageGradient(kernelName: string): TypedArrayKernel<PoolAttrs> {
  return {
    kernelName,
    infer: ({ input }) => [{ shape: input?.shape ?? [], dtype: 'float32' }],
    compute: ({ dy, input }, [gradient], attrs) => {
      if (dy === undefined || input === undefined || gradient === undefined) return;
      const channels = input.shape[input.shape.length - 1] ?? 1;
      gradient.fill(0);
      forEachWindow(input.shape, attrs, (place, pixels) => {
        const share = 1 / pixels.length;
        for (const pixel of pixels) {
          addScaled(dy.values, place * channels, share, gradient, pixel * channels, channels);
        }
      });
    },
  };
}

function pooledShape(shape: readonly number[], attrs: PoolAttrs): number[] {
  const outputs = poolWindows(shape, attrs).map(({ output }) => output);
  return [shape[0] ?? 0, ...outputs, shape[shape.length - 1] ?? 0];
}

function keepLarger(
  values: Numbers,
  from: number,
  best: Float64Array,
  positions: Numbers,
  to: number,
): void {
  for (let c = 0; c < best.length; c++) {
    const value = values[from + c] ?? 0;
    // The second condition gives a window of NaN or -∞ only its first element.
    if (value > (best[c] ?? 0) || positions[to + c] === OUTSIDE) {
      best[c] = Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value;
      positions[to + c] = from + c;
    }
  }
}

function addScaled(
  source: Numbers,
  from: number,
  scale: number,
  target: Numbers,
  to: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) {
    target[to + i] = (target[to + i] ?? 0) + scale * (source[from + i] ?? 0);
  }
}

/** Calls `visit` with the number of each output place and the pixels, in row-major order, that its window covers. */
function forEachWindow(
  shape: readonly number[],
  attrs: PoolAttrs,
  visit: (place: number, pixels: readonly number[]) => void,
): void {
  const windows = poolWindows(shape, attrs);
  const pixelsPerImage = windows.reduce((n, { input }) => n * input, 1);
  const places = coveredPixels(windows);
  for (let image = 0, place = 0; image < (shape[0] ?? 0); image++) {
    for (const pixels of places) {
      visit(
        place++,
        pixels.map((pixel) => image * pixelsPerImage + pixel),
      );
    }
  }
}

/** Lists for each output place of one image the pixels that its window covers. */
function coveredPixels(windows: readonly Window[]): number[][] {
  return windows.reduce<number[][]>(
    (places, window) =>
      places.flatMap((pixels) =>
        covered(window).map((line) =>
          pixels.flatMap((pixel) => line.map((i) => pixel * window.input + i)),
        ),
      ),
    [[0]],
  );
}

function covered({ input, output, filter, stride, before }: Window): number[][] {
  return Array.from({ length: output }, (_, place) =>
    Array.from({ length: filter }, (__, tap) => place * stride - before + tap).filter(
      (i) => i >= 0 && i < input,
    ),
  );
}
