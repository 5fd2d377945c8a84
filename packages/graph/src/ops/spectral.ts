import * as tf from '@tensorflow/tfjs-core';
import type { OpBuilder, OpFamily } from '../executor/op-node.ts';
import { integersOf } from '../executor/values.ts';
import { FOURIER } from '../kernels/fourier.ts';
import { complexResult, pairOf } from './complex.ts';
import { checkedShape, inputAt } from './define.ts';

type Pair = readonly [real: tf.Tensor, imag: tf.Tensor];

/** Transforms the last axis; the inverse is scaled. */
function transformLast([real, imag]: Pair, inverse: boolean): Pair {
  if (real.size === 0) return [real, imag];
  const [re = real, im = imag]: tf.Tensor[] = tf
    .engine()
    .runKernel(FOURIER, { real, imag }, { inverse });
  const length = real.shape.at(-1) ?? 1;
  return inverse ? [tf.div(re, length), tf.div(im, length)] : [re, im];
}

/** Transforms an axis by moving it to the end. */
function transformAxis(pair: Pair, axis: number, inverse: boolean): Pair {
  const rank = pair[0].rank;
  if (axis === rank - 1) return transformLast(pair, inverse);
  const perm = pair[0].shape.map((_, i) => (i === axis ? rank - 1 : i === rank - 1 ? axis : i));
  const [re, im] = transformLast(
    [tf.transpose(pair[0], perm), tf.transpose(pair[1], perm)],
    inverse,
  );
  return [tf.transpose(re, perm), tf.transpose(im, perm)];
}

function transform(axes: number, inverse: boolean): OpBuilder {
  return () => (inputs) =>
    complexResult(() => {
      let pair: Pair = pairOf(inputAt(inputs, 0));
      for (let i = 1; i <= axes; i++) pair = transformAxis(pair, pair[0].rank - i, inverse);
      return [tf.clone(pair[0]), tf.clone(pair[1])];
    });
}

/** Cuts or pads the last axes with zeros. */
function fitLast(x: tf.Tensor, lengths: readonly number[]): tf.Tensor {
  const first = x.rank - lengths.length;
  const sizes = x.shape.map((size, axis) => Math.min(size, lengths[axis - first] ?? size));
  const cut = tf.slice(
    x,
    x.shape.map(() => 0),
    sizes,
  );
  const pads = sizes.map((size, axis): [number, number] => [
    0,
    (lengths[axis - first] ?? size) - size,
  ]);
  return tf.pad(cut, pads);
}

/** Transforms real numbers; of the last axis only the half that is no mirror image is given. */
function realTransform(axes: number): OpBuilder {
  return () => (inputs) => {
    const lengths = checkedShape(integersOf(inputAt(inputs, 1)));
    return complexResult(() => {
      const [x] = pairOf(inputAt(inputs, 0));
      const fitted = fitLast(x, lengths);
      let pair: Pair = [fitted, tf.zerosLike(fitted)];
      for (let i = 1; i <= axes; i++) pair = transformAxis(pair, fitted.rank - i, false);
      const half = Math.floor((lengths.at(-1) ?? 0) / 2) + 1;
      return [fitLast(pair[0], [half]), fitLast(pair[1], [half])];
    });
  };
}

/** Completes a half spectrum by the mirror image that belongs to real numbers. */
function mirrored([re, im]: Pair, length: number): Pair {
  const half = Math.floor(length / 2) + 1;
  const rest = length - half;
  const [wideRe, wideIm] = [fitLast(re, [half]), fitLast(im, [half])];
  if (rest <= 0) return [wideRe, wideIm];
  const start = wideRe.shape.map((_, axis) => (axis === wideRe.rank - 1 ? 1 : 0));
  const size = wideRe.shape.map((count, axis) => (axis === wideRe.rank - 1 ? rest : count));
  const tail = (part: tf.Tensor): tf.Tensor => tf.reverse(tf.slice(part, start, size), -1);
  return [tf.concat([wideRe, tail(wideRe)], -1), tf.concat([wideIm, tf.neg(tail(wideIm))], -1)];
}

function realInverse(axes: number): OpBuilder {
  return () => (inputs) => {
    const lengths = checkedShape(integersOf(inputAt(inputs, 1)));
    return tf.tidy(() => {
      const value = inputAt(inputs, 0);
      const [re, im] = pairOf(value);
      const last = lengths.at(-1) ?? 0;
      const sizes = [...lengths.slice(0, -1), Math.floor(last / 2) + 1];
      let pair: Pair = [fitLast(re, sizes), fitLast(im, sizes)];
      for (let i = 2; i <= axes; i++) pair = transformAxis(pair, re.rank - i, true);
      return tf.clone(transformLast(mirrored(pair, last), true)[0]);
    });
  };
}

/** Fourier transforms. */
export const spectralOps: OpFamily = {
  FFT: transform(1, false),
  FFT2D: transform(2, false),
  FFT3D: transform(3, false),
  IFFT: transform(1, true),
  IFFT2D: transform(2, true),
  IFFT3D: transform(3, true),
  RFFT: realTransform(1),
  RFFT2D: realTransform(2),
  RFFT3D: realTransform(3),
  IRFFT: realInverse(1),
  IRFFT2D: realInverse(2),
  IRFFT3D: realInverse(3),
};
