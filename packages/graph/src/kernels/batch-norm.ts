import * as tf from '@tensorflow/tfjs-core';
import { arrayLoops, type ChannelLoops, type Channels, nativeLoops } from './channel-loops.ts';
import type { OutputSpec, TypedArrayKernel } from './typed-array-kernel.ts';

/** Name of the kernel that normalizes by the moments of its own input. */
export const BATCH_NORM_TRAINING = 'FusedBatchNormTraining';
/** Name of the kernel that computes the gradients of {@link BATCH_NORM_TRAINING}. */
export const BATCH_NORM_TRAINING_GRAD = 'FusedBatchNormTrainingGrad';

/** Attributes of both kernels. */
export interface BatchNormAttrs {
  readonly epsilon: number;
}

type Vectors = Readonly<Record<string, ArrayLike<number> | undefined>>;

function vectorLike(x: { readonly shape: readonly number[] } | undefined): OutputSpec {
  return { shape: x?.shape.slice(-1) ?? [], dtype: 'float32' };
}

function channelsOf(count: number, value: (channel: number) => number): Channels {
  const values = new Float64Array(count);
  for (let c = 0; c < count; c++) values[c] = value(c);
  return values;
}

/** Normalizes by the moments of `x` and returns these. */
function train<T>(
  loops: ChannelLoops<T>,
  [x, y]: readonly [T, T],
  { scale, offset }: Vectors,
  { rows, channels, epsilon }: { rows: number; channels: number; epsilon: number },
): readonly [mean: Channels, variance: Channels] {
  const mean = loops.sums(x, channels).map((sum) => sum / rows);
  // Σ (x − m)² = Σ x (x − m), since the distances add up to zero.
  const variance = loops.products(x, x, mean).map((sum) => sum / rows);
  const factor = variance.map((value, c) => (scale?.[c] ?? 1) / Math.sqrt(value + epsilon));
  const shift = channelsOf(channels, (c) => offset?.[c] ?? 0);
  loops.normalize(x, [mean, factor, shift], y);
  return [mean, variance];
}

/** Writes the gradient by the input and returns those by scale and offset. */
function differentiate<T>(
  loops: ChannelLoops<T>,
  [dy, x, dx]: readonly [T, T, T],
  { scale, mean, variance, dMean, dVariance }: Vectors,
  { rows, channels, epsilon }: { rows: number; channels: number; epsilon: number },
): readonly [dScale: Channels, dOffset: Channels] {
  const means = channelsOf(channels, (c) => mean?.[c] ?? 0);
  const inverse = channelsOf(channels, (c) => 1 / Math.sqrt((variance?.[c] ?? 0) + epsilon));
  const totals = loops.sums(dy, channels);
  const products = loops.products(dy, x, means);
  const factor = inverse.map((value, c) => (scale?.[c] ?? 1) * value);
  const slope = products.map((product, c) => {
    const direct = -(factor[c] ?? 0) * product * (inverse[c] ?? 0) ** 2;
    return (direct + 2 * (dVariance?.[c] ?? 0)) / rows;
  });
  const shift = totals.map((total, c) => ((dMean?.[c] ?? 0) - (factor[c] ?? 0) * total) / rows);
  loops.normalizeGrad(dy, x, [means, factor, slope, shift], dx);
  return [products.map((product, c) => product * (inverse[c] ?? 0)), totals];
}

/**
 * Normalizes the channels, the last axis, by their mean and biased variance over all other axes, then scales and
 * shifts. Gives the result, the mean and the variance. Equals the computation of TensorFlow's `FusedBatchNormV3` in
 * training, whose variance output is the unbiased one.
 */
export const batchNormTrainingKernel: TypedArrayKernel<BatchNormAttrs> = {
  kernelName: BATCH_NORM_TRAINING,
  infer: ({ x }) => [{ shape: x?.shape ?? [], dtype: 'float32' }, vectorLike(x), vectorLike(x)],
  compute: ({ x, scale, offset }, [y, mean, variance], { epsilon }) => {
    if (x === undefined || y === undefined || mean === undefined || variance === undefined) return;
    const size = { rows: x.values.length / mean.length, channels: mean.length, epsilon };
    const vectors = { scale: scale?.values, offset: offset?.values };
    const [means, variances] = train(arrayLoops, [x.values, y], vectors, size);
    mean.set(means);
    variance.set(variances);
  },
  native: (call, { epsilon }) => {
    const [y, mean, variance] = call.outputs;
    const { x, scale, offset } = call.inputs;
    if (x === undefined || y === undefined || mean === undefined || variance === undefined) return;
    const size = { rows: x.size / mean.size, channels: mean.size, epsilon };
    const vectors = { scale: call.copyOf(scale), offset: call.copyOf(offset) };
    const [means, variances] = train(nativeLoops(call), [x, y], vectors, size);
    call.floats(mean.address, mean.size).set(means);
    call.floats(variance.address, variance.size).set(variances);
  },
};

/**
 * Computes the gradients of {@link BATCH_NORM_TRAINING} by its input, scale and offset. `dMean` and `dVariance` are the
 * gradients of the two moments.
 */
export const batchNormTrainingGradKernel: TypedArrayKernel<BatchNormAttrs> = {
  kernelName: BATCH_NORM_TRAINING_GRAD,
  infer: ({ x }) => [{ shape: x?.shape ?? [], dtype: 'float32' }, vectorLike(x), vectorLike(x)],
  compute: ({ dy, x, ...others }, [dx, dScale, dOffset], { epsilon }) => {
    if (dy === undefined || x === undefined || dx === undefined) return;
    if (dScale === undefined || dOffset === undefined) return;
    const size = { rows: x.values.length / dScale.length, channels: dScale.length, epsilon };
    const vectors = Object.fromEntries(
      Object.entries(others).map(([name, input]) => [name, input.values]),
    );
    const [scales, offsets] = differentiate(arrayLoops, [dy.values, x.values, dx], vectors, size);
    dScale.set(scales);
    dOffset.set(offsets);
  },
  native: (call, { epsilon }) => {
    const { dy, x, ...others } = call.inputs;
    const [dx, dScale, dOffset] = call.outputs;
    if (dy === undefined || x === undefined || dx === undefined) return;
    if (dScale === undefined || dOffset === undefined) return;
    const size = { rows: x.size / dScale.size, channels: dScale.size, epsilon };
    const vectors = Object.fromEntries(
      Object.entries(others).map(([name, place]) => [name, call.copyOf(place)]),
    );
    const [scales, offsets] = differentiate(nativeLoops(call), [dy, x, dx], vectors, size);
    call.floats(dScale.address, dScale.size).set(scales);
    call.floats(dOffset.address, dOffset.size).set(offsets);
  },
};

/** Computes mean, factor and offset of each channel. */
function inferenceVectors(
  { mean, variance, scale, offset }: Vectors,
  channels: number,
  epsilon: number,
): readonly [Channels, Channels, Channels] {
  return [
    channelsOf(channels, (c) => mean?.[c] ?? 0),
    channelsOf(channels, (c) => (scale?.[c] ?? 1) / Math.sqrt((variance?.[c] ?? 0) + epsilon)),
    channelsOf(channels, (c) => offset?.[c] ?? 0),
  ];
}

/** Normalizes the channels, the last axis, by given moments. Equals TensorFlow's `FusedBatchNormV3` in inference. */
export const fusedBatchNormKernel: TypedArrayKernel<tf.FusedBatchNormAttrs> = {
  kernelName: tf.FusedBatchNorm,
  serves: ({ x, ...vectors }) =>
    Object.values(vectors).every(
      (vector) =>
        vector === undefined || tf.util.arraysEqual([...vector.shape], x?.shape.slice(-1) ?? []),
    ),
  infer: ({ x }) => [{ shape: x?.shape ?? [], dtype: 'float32' }],
  compute: ({ x, ...others }, [y], { varianceEpsilon }) => {
    if (x === undefined || y === undefined) return;
    const vectors = Object.fromEntries(
      Object.entries(others).map(([name, input]) => [name, input.values]),
    );
    const channels = x.shape.at(-1) ?? 0;
    arrayLoops.normalize(x.values, inferenceVectors(vectors, channels, varianceEpsilon), y);
  },
  native: (call, { varianceEpsilon }) => {
    const { x, ...others } = call.inputs;
    const [y] = call.outputs;
    if (x === undefined || y === undefined) return;
    const vectors = Object.fromEntries(
      Object.entries(others).map(([name, place]) => [name, call.copyOf(place)]),
    );
    const channels = x.shape.at(-1) ?? 0;
    const by = inferenceVectors(vectors, channels, varianceEpsilon);
    nativeLoops(call).normalize(x, by, y);
  },
};
