import * as tf from '@tensorflow/tfjs-core';
import { gradientOf, maskOf, zeroGradient } from './define.ts';

const product = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);

/**
 * Sums the gradients of gathered slices into the slices they were taken from.
 *
 * The axes of the gradient are [batch, outer, indices, inner]; they are brought to [batch · indices, outer · inner],
 * summed per index and brought back.
 */
function gatherGradient(
  dy: tf.Tensor,
  x: tf.Tensor,
  indices: tf.Tensor,
  attrs: tf.GatherV2Attrs,
): tf.Tensor {
  const axis = attrs.axis < 0 ? attrs.axis + x.rank : attrs.axis;
  const batch = attrs.batchDims < 0 ? attrs.batchDims + indices.rank : attrs.batchDims;
  const batches = product(x.shape.slice(0, batch));
  const outer = x.shape.slice(batch, axis);
  const inner = x.shape.slice(axis + 1);
  const length = x.shape[axis] ?? 1;
  const count = product(indices.shape.slice(batch));
  const grouped = tf.reshape(dy, [batches, product(outer), count, product(inner)]);
  const rows = tf.reshape(swapMiddle(grouped), [batches * count, product(outer) * product(inner)]);
  const sums = tf.unsortedSegmentSum(
    rows,
    segmentIds(indices, batches, count, length),
    batches * length,
  );
  const back = swapMiddle(tf.reshape(sums, [batches, length, product(outer), product(inner)]));
  return tf.reshape(back, x.shape);
}

function swapMiddle(x: tf.Tensor): tf.Tensor {
  const [a = 1, b = 1, c = 1, d = 1] = x.shape;
  return b === 1 || c === 1 ? tf.reshape(x, [a, c, b, d]) : tf.transpose(x, [0, 2, 1, 3]);
}

function segmentIds(
  indices: tf.Tensor,
  batches: number,
  count: number,
  length: number,
): tf.Tensor1D {
  const flat = tf.cast(tf.reshape(indices, [batches, count]), 'int32');
  if (batches === 1) return tf.reshape(flat, [count]);
  const offsets = tf.reshape(tf.range(0, batches * length, length, 'int32'), [batches, 1]);
  return tf.reshape(tf.add(flat, offsets), [batches * count]);
}

/** Gathers the gradient of each summed row; rows with a negative id took no part in a sum. */
function segmentSumGradient(dy: tf.Tensor, ids: tf.Tensor): tf.Tensor {
  const gathered = tf.gather(dy, tf.cast(tf.maximum(ids, 0), 'int32'));
  const kept = maskOf(tf.greaterEqual(ids, 0));
  return tf.mul(gathered, tf.reshape(kept, [...ids.shape, ...dy.shape.slice(1).map(() => 1)]));
}

function topKGradient(dy: tf.Tensor, x: tf.Tensor, indices: tf.Tensor): tf.Tensor {
  const length = x.shape[x.rank - 1] ?? 1;
  const rows = x.size / length;
  const ids = segmentIds(indices, rows, indices.size / rows, length);
  return tf.reshape(tf.unsortedSegmentSum(tf.reshape(dy, [dy.size]), ids, x.size), x.shape);
}

/** Gradients of the kernels that read or write elements at computed positions, as TensorFlow defines them. */
export const gatherGradients: readonly tf.GradConfig[] = [
  gradientOf(tf.GatherV2, ['x', 'indices'], (dy, { x, indices }, attrs: tf.GatherV2Attrs) => ({
    x: () => gatherGradient(dy, x, indices, attrs),
    indices: () => zeroGradient(indices),
  })),
  gradientOf(tf.GatherNd, ['params', 'indices'], (dy, { params, indices }) => ({
    params: () => tf.scatterND(tf.cast(indices, 'int32'), dy, params.shape),
    indices: () => zeroGradient(indices),
  })),
  gradientOf(tf.ScatterNd, ['indices'], (dy, { indices }) => ({
    updates: () => tf.gatherND(dy, tf.cast(indices, 'int32')),
    indices: () => zeroGradient(indices),
  })),
  gradientOf(tf.TensorScatterUpdate, ['indices', 'updates'], (dy, { indices, updates }) => ({
    tensor: () => tf.tensorScatterUpdate(dy, indices, zeroGradient(updates)),
    updates: () => tf.gatherND(dy, tf.cast(indices, 'int32')),
    indices: () => zeroGradient(indices),
  })),
  gradientOf(tf.SparseToDense, ['sparseIndices'], (dy, { sparseIndices }) => ({
    sparseValues: () => tf.gatherND(dy, tf.cast(sparseIndices, 'int32')),
    sparseIndices: () => zeroGradient(sparseIndices),
  })),
  gradientOf(tf.UnsortedSegmentSum, ['segmentIds'], (dy, { segmentIds: ids }) => ({
    x: () => segmentSumGradient(dy, ids),
    segmentIds: () => zeroGradient(ids),
  })),
  {
    kernelName: tf.TopK,
    inputsToSave: ['x'],
    outputsToSave: [false, true],
    gradFunc: (dy, [x, indices]) => ({
      x: () => topKGradient(first(dy), required(x), required(indices)),
    }),
  },
];

function first(dy: tf.Tensor | tf.Tensor[]): tf.Tensor {
  return required(Array.isArray(dy) ? dy[0] : dy);
}

function required(tensor: tf.Tensor | undefined): tf.Tensor {
  if (tensor === undefined)
    throw new TypeError('a tensor that the gradient of TopK needs is missing');
  return tensor;
}
