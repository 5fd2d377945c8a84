import { MalformedError } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';
import { HostTensor } from '../executor/host-tensor.ts';
import type { OpBuilder, OpFamily } from '../executor/op-node.ts';
import { hostVector, integersOf, onDevice, onHost, type Value } from '../executor/values.ts';
import { beamLabels, type Decoded, greedyLabels } from '../numbers/ctc-decode.ts';
import { ctcLoss, logSoftmax } from '../numbers/ctc-loss.ts';
import { inputAt } from './define.ts';

/** Shape of logits: steps, then the batch, then classes. @throws MalformedError */
function sizesOf(logits: tf.Tensor): readonly [steps: number, batch: number, classes: number] {
  const [steps = 0, batch = 0, classes = 0] = logits.shape;
  if (logits.rank === 3 && classes > 0) return [steps, batch, classes];
  throw new MalformedError(`Logits of shape [${logits.shape.join(', ')}] are no sequences.`);
}

/** Numbers of steps of the entries of a batch. @throws MalformedError for more steps than there are. */
function lengthsOf(value: Value, steps: number, batch: number): number[] {
  const lengths = integersOf(value);
  if (lengths.length === batch && lengths.every((length) => length >= 0 && length <= steps)) {
    return lengths;
  }
  throw new MalformedError(
    `Sequences of ${batch} entries with ${steps} steps have the lengths [${lengths.join(', ')}].`,
  );
}

/** The logits of one entry, step by step. */
function entryOf(
  data: ArrayLike<number>,
  [steps, batch, classes]: readonly [number, number, number],
  entry: number,
): Float32Array {
  const own = new Float32Array(steps * classes);
  for (let t = 0; t < steps; t++) {
    const start = (t * batch + entry) * classes;
    for (let k = 0; k < classes; k++) own[t * classes + k] = data[start + k] ?? 0;
  }
  return own;
}

/** Labels of each entry of a batch, out of a sparse matrix. @throws MalformedError for what is no label. */
function labelsOf(indices: Value, values: Value, batch: number, classes: number): number[][] {
  const places = onHost(indices, 'int64');
  const labels: number[][] = Array.from({ length: batch }, () => []);
  for (const [i, label] of integersOf(values).entries()) {
    const own = labels[Number(places.data[2 * i])];
    if (own === undefined || label < 0 || label >= classes) {
      throw new MalformedError(`The label ${label} belongs to no entry, or is none.`);
    }
    own.push(label);
  }
  return labels;
}

const collapsed = (labels: readonly number[]): number[] =>
  labels.filter((label, i) => label !== labels[i - 1]);

/** Losses of sequences; the gradient that TensorFlow gives as the second output reaches the logits. */
const loss: OpBuilder = (node) => {
  const { attrs } = node;
  const collapses = attrs.bool('preprocess_collapse_repeated');
  const merges = attrs.bool('ctc_merge_repeated');
  const mayBeLonger = attrs.bool('ignore_longer_outputs_than_inputs');
  return (inputs) => {
    const given = onDevice(inputAt(inputs, 0));
    const sizes = sizesOf(given);
    const [steps, batch, classes] = sizes;
    const blank = node.op === 'CTCLossV2' ? 0 : classes - 1;
    const all = labelsOf(inputAt(inputs, 1), inputAt(inputs, 2), batch, classes);
    const lengths = lengthsOf(inputAt(inputs, 3), steps, batch);
    const data = given.dataSync();
    const losses = new Float32Array(batch);
    const gradients = new Float32Array(steps * batch * classes);
    for (const [entry, length] of lengths.entries()) {
      const found = all[entry] ?? [];
      const labels = collapses ? collapsed(found) : found;
      if (labels.length > length && !mayBeLonger) {
        throw new MalformedError(
          `Entry ${entry} has ${labels.length} labels in ${length} steps; there have to be as many steps.`,
        );
      }
      const logs = logSoftmax(entryOf(data, sizes, entry), classes);
      const result = ctcLoss({ logs, steps: length, classes, labels, blank, merges });
      losses[entry] = result.loss;
      for (let t = 0; t < length; t++) {
        const own = result.gradient.subarray(t * classes, (t + 1) * classes);
        gradients.set(own, (t * batch + entry) * classes);
      }
    }
    return differentiable(given, losses, gradients);
  };
};

/** Losses that pass a known gradient on, and that gradient. */
function differentiable(
  logits: tf.Tensor,
  losses: Float32Array,
  gradients: Float32Array,
): tf.Tensor[] {
  const [, batch] = sizesOf(logits);
  return tf.tidy(() => {
    const slope = tf.tensor(gradients, logits.shape);
    const value = tf.customGrad((_x, save) => {
      (save as tf.GradSaveFunc)([slope]);
      return {
        value: tf.tensor1d(losses),
        gradFunc: (dy: tf.Tensor, [saved = dy]: tf.Tensor[]) =>
          tf.mul(tf.reshape(dy, [1, batch, 1]), saved),
      };
    })(logits);
    return [value, slope];
  });
}

/** Sparse matrices of what was decoded: places, labels and shape. */
function sparse(rows: readonly Decoded[]): readonly [HostTensor, HostTensor, HostTensor] {
  const places = rows.flatMap(({ labels }, row) => labels.flatMap((_, i) => [row, i]));
  const longest = rows.reduce((most, { labels }) => Math.max(most, labels.length), 0);
  return [
    new HostTensor('int64', [places.length / 2, 2], places),
    hostVector(
      rows.flatMap(({ labels }) => labels),
      'int64',
    ),
    hostVector([rows.length, longest], 'int64'),
  ];
}

const greedy: OpBuilder = ({ attrs }) => {
  const merges = attrs.bool('merge_repeated');
  const wanted = attrs.int('blank_index');
  return (inputs) => {
    const given = onDevice(inputAt(inputs, 0));
    const sizes = sizesOf(given);
    const [steps, batch, classes] = sizes;
    const blank = wanted < 0 ? wanted + classes : wanted;
    const data = given.dataSync();
    const rows = lengthsOf(inputAt(inputs, 1), steps, batch).map((length, entry) => {
      const own = entryOf(data, sizes, entry).subarray(0, length * classes);
      return greedyLabels(own, classes, blank, merges);
    });
    const scores = rows.map(({ score }) => -score);
    return [...sparse(rows), new HostTensor('float32', [batch, 1], scores)];
  };
};

const beam: OpBuilder = ({ attrs }) => {
  const merges = attrs.bool('merge_repeated');
  const [width, paths] = [attrs.int('beam_width'), attrs.int('top_paths')];
  return (inputs) => {
    if (width < 1 || paths < 1 || paths > width) {
      throw new MalformedError(`A beam of ${width} prefixes is to give ${paths} sequences.`);
    }
    const given = onDevice(inputAt(inputs, 0));
    const sizes = sizesOf(given);
    const [steps, batch, classes] = sizes;
    const data = given.dataSync();
    const entries = lengthsOf(inputAt(inputs, 1), steps, batch).map((length, entry) => {
      const logs = logSoftmax(entryOf(data, sizes, entry), classes);
      return beamLabels(logs.subarray(0, length * classes), classes, width, paths, merges);
    });
    if (entries.some((found) => found.length < paths)) {
      throw new MalformedError(`The sequences are too short to give ${paths} different ones.`);
    }
    const found = Array.from({ length: paths }, (_, path) =>
      sparse(entries.map((rows) => rows[path] ?? { labels: [], score: 0 })),
    );
    const scores = entries.flatMap((rows) => rows.map(({ score }) => score));
    return [
      ...found.map(([places]) => places),
      ...found.map(([, labels]) => labels),
      ...found.map(([, , shape]) => shape),
      new HostTensor('float32', [batch, paths], scores),
    ];
  };
};

/** Ops that recognise sequences of labels, in which steps stand for labels or for none. */
export const ctcOps: OpFamily = {
  CTCLoss: loss,
  CTCLossV2: loss,
  CTCGreedyDecoder: greedy,
  CTCBeamSearchDecoder: beam,
};
