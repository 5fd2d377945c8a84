import { isTracing, tracedOp } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import { type ComplexParts, complexOf, partsOf } from '../../engine/complex-parts.ts';

/** The kernel of `@km/graph` that transforms rows. */
const KERNEL = 'FourierTransform';

/** Transforms the last axis; the inverse is scaled. Equals TensorFlow's `FFT` and `IFFT`. */
function transformLast([real, imag]: ComplexParts, inverse: boolean): ComplexParts {
  if (isTracing()) {
    const outputs = [{ shape: real.shape, dtype: 'complex64' as const }];
    const op = inverse ? 'IFFT' : 'FFT';
    const [value = real] = tracedOp({ op, inputs: [tf.complex(real, imag)], outputs });
    return [tf.real(value), tf.imag(value)];
  }
  const inputs = { real, imag };
  const [re = real, im = imag]: tf.Tensor[] = tf.engine().runKernel(KERNEL, inputs, { inverse });
  const length = real.shape.at(-1) ?? 1;
  return inverse ? [tf.div(re, length), tf.div(im, length)] : [re, im];
}

/** Transforms an axis by moving it to the end. */
function transformAxis(parts: ComplexParts, axis: number, inverse: boolean): ComplexParts {
  const last = parts[0].rank - 1;
  if (axis === last) return transformLast(parts, inverse);
  const order = parts[0].shape.map((_, i) => (i === axis ? last : i === last ? axis : i));
  const moved = (x: tf.Tensor): tf.Tensor => tf.transpose(x, order);
  const [re, im] = transformLast([moved(parts[0]), moved(parts[1])], inverse);
  return [moved(re), moved(im)];
}

/** Transforms the last axes, the innermost first. */
export function transform(x: ComplexParts, axes: number, inverse: boolean): ComplexParts {
  let parts = x;
  for (let i = 1; i <= axes; i++) parts = transformAxis(parts, x[0].rank - i, inverse);
  return parts;
}

/** Cuts the last axes or fills them up with zeros. */
export function fitLast(x: tf.Tensor, lengths: readonly number[]): tf.Tensor {
  const first = x.rank - lengths.length;
  const wanted = x.shape.map((size, axis) => lengths[axis - first] ?? size);
  if (wanted.every((size, axis) => size === x.shape[axis])) return x;
  const sizes = x.shape.map((size, axis) => Math.min(size, wanted[axis] ?? size));
  const begin = x.shape.map(() => 0);
  const cut = tf.slice(x, begin, sizes);
  return tf.pad(
    cut,
    sizes.map((size, axis): [number, number] => [0, (wanted[axis] ?? size) - size]),
  );
}

/** Transforms real numbers; of the last axis only the half that is no mirror image is given. */
export function realTransform(x: tf.Tensor, lengths: readonly number[]): ComplexParts {
  const fitted = fitLast(x, lengths);
  const [re, im] = transform([fitted, tf.zerosLike(fitted)], lengths.length, false);
  const half = Math.floor((lengths.at(-1) ?? 0) / 2) + 1;
  return [fitLast(re, [half]), fitLast(im, [half])];
}

/** Turns half a spectrum back into real numbers. */
export function realInverse(x: tf.Tensor, lengths: readonly number[]): tf.Tensor {
  const last = lengths.at(-1) ?? 0;
  const sizes = [...lengths.slice(0, -1), Math.floor(last / 2) + 1];
  let [re, im] = partsOf(x);
  [re, im] = [fitLast(re, sizes), fitLast(im, sizes)];
  for (let i = 2; i <= lengths.length; i++) [re, im] = transformAxis([re, im], re.rank - i, true);
  return transformLast(mirrored([re, im], last), true)[0];
}

/** Completes half a spectrum by the mirror image that belongs to real numbers. */
function mirrored([re, im]: ComplexParts, length: number): ComplexParts {
  const rest = length - (re.shape.at(-1) ?? 0);
  if (rest <= 0) return [re, im];
  const start = re.shape.map((_, axis) => (axis === re.rank - 1 ? 1 : 0));
  const size = re.shape.map((count, axis) => (axis === re.rank - 1 ? rest : count));
  const tail = (x: tf.Tensor): tf.Tensor => tf.reverse(tf.slice(x, start, size), -1);
  return [tf.concat([re, tail(re)], -1), tf.concat([im, tf.neg(tail(im))], -1)];
}

/** Complex numbers from their parts, transformed. */
export const transformed = (x: tf.Tensor, axes: number, inverse: boolean): tf.Tensor =>
  complexOf(transform(partsOf(x), axes, inverse));
