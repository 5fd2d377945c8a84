import type { KernelInput, Numbers, OutputSpec, TypedArrayKernel } from './typed-array-kernel.ts';

/** Name of the kernel that normalizes by the moments of its own input. */
export const BATCH_NORM_TRAINING = 'FusedBatchNormTraining';
/** Name of the kernel that computes the gradients of {@link BATCH_NORM_TRAINING}. */
export const BATCH_NORM_TRAINING_GRAD = 'FusedBatchNormTrainingGrad';

/** Attributes of both kernels. */
export interface BatchNormAttrs {
  readonly epsilon: number;
}

function vectorLike(x: { readonly shape: readonly number[] } | undefined): OutputSpec {
  return { shape: x?.shape.slice(-1) ?? [], dtype: 'float32' };
}

function sumsOf(values: Numbers, channels: number): Float64Array {
  const sums = new Float64Array(channels);
  for (let row = 0; row < values.length; row += channels) {
    for (let c = 0; c < channels; c++) sums[c] = (sums[c] ?? 0) + (values[row + c] ?? 0);
  }
  return sums;
}

/** Sums, per channel, the products of one tensor with the other's distance from its mean. */
function sumsOfProducts(a: Numbers, b: Numbers, means: ArrayLike<number>): Float64Array {
  const channels = means.length;
  const sums = new Float64Array(channels);
  for (let row = 0; row < b.length; row += channels) {
    for (let c = 0; c < channels; c++) {
      const i = row + c;
      sums[c] = (sums[c] ?? 0) + (a[i] ?? 0) * ((b[i] ?? 0) - (means[c] ?? 0));
    }
  }
  return sums;
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
    if (x === undefined || scale === undefined || offset === undefined) return;
    if (y === undefined || mean === undefined || variance === undefined) return;
    const channels = mean.length;
    const values = x.values;
    const rows = values.length / channels;
    const sums = sumsOf(values, channels);
    const means = sums.map((sum) => sum / rows);
    // Σ (x − m)² = Σ x (x − m), since the distances add up to zero.
    const squares = sumsOfProducts(values, values, means);
    const factors = squares.map(
      (sum, c) => (scale.values[c] ?? 1) / Math.sqrt(sum / rows + epsilon),
    );
    const shifts = factors.map((factor, c) => (offset.values[c] ?? 0) - (means[c] ?? 0) * factor);
    for (let row = 0; row < values.length; row += channels) {
      for (let c = 0; c < channels; c++) {
        y[row + c] = (values[row + c] ?? 0) * (factors[c] ?? 0) + (shifts[c] ?? 0);
      }
    }
    mean.set(means);
    variance.set(squares.map((sum) => sum / rows));
  },
};

/**
 * Computes the gradients of {@link BATCH_NORM_TRAINING} by its input, scale and offset. `dMean` and `dVariance` are the
 * gradients of the two moments.
 */
export const batchNormTrainingGradKernel: TypedArrayKernel<BatchNormAttrs> = {
  kernelName: BATCH_NORM_TRAINING_GRAD,
  infer: ({ x }) => [{ shape: x?.shape ?? [], dtype: 'float32' }, vectorLike(x), vectorLike(x)],
  compute: (inputs, [dx, dScale, dOffset], { epsilon }) => {
    if (dx === undefined || dScale === undefined || dOffset === undefined) return;
    const { dy, x, scale, mean, variance, dMean, dVariance } = Object.fromEntries(
      Object.entries(inputs).map(([name, input]: [string, KernelInput]) => [name, input.values]),
    );
    if (dy === undefined || x === undefined || mean === undefined || variance === undefined) return;
    const channels = mean.length;
    const rows = x.length / channels;
    const inverse = Float64Array.from(variance, (value) => 1 / Math.sqrt(value + epsilon));
    const totals = sumsOf(dy, channels);
    const products = sumsOfProducts(dy, x, mean);
    // dx = factor · dy + slope · x + constant, one line per channel.
    const factors = inverse.map((value, c) => (scale?.[c] ?? 1) * value);
    const slopes = products.map((product, c) => {
      const direct = (-(factors[c] ?? 0) * product * (inverse[c] ?? 0) ** 2) / rows;
      return direct + (2 * (dVariance?.[c] ?? 0)) / rows;
    });
    const constants = totals.map(
      (total, c) =>
        ((dMean?.[c] ?? 0) - (factors[c] ?? 0) * total) / rows - (slopes[c] ?? 0) * (mean[c] ?? 0),
    );
    for (let row = 0; row < x.length; row += channels) {
      for (let c = 0; c < channels; c++) {
        const i = row + c;
        dx[i] =
          (factors[c] ?? 0) * (dy[i] ?? 0) + (slopes[c] ?? 0) * (x[i] ?? 0) + (constants[c] ?? 0);
      }
    }
    dScale.set(products.map((product, c) => product * (inverse[c] ?? 0)));
    dOffset.set(totals);
  },
};
