import { isMetaBackend, isTracing } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import { epsilon } from '../../losses/clip.ts';
import { boolAttr, callOneOp, callOp, intAttr, standIn, typeAttr } from './op-call.ts';
import { onlyShapes } from './without-values.ts';

/** Sequences of labels, with their lengths where they are not all equally long. */
interface Labels {
  readonly labels: tf.Tensor;
  readonly labelLengths: tf.Tensor;
  readonly inputLengths: tf.Tensor;
}

const whole = (x: tf.Tensor): tf.Tensor => tf.cast(x, 'int32');

/** A mask of the first places of each row. */
function firstPlaces(lengths: tf.Tensor, size: number): tf.Tensor {
  const places = tf.expandDims(tf.range(0, size, 1, 'int32'), 0);
  return tf.less(places, tf.expandDims(lengths, 1));
}

/** Losses of logits, [steps, batch, classes], whose last class stands for no label. */
function losses(logits: tf.Tensor, { labels, labelLengths, inputLengths }: Labels): tf.Tensor {
  const mask = firstPlaces(labelLengths, labels.shape[1] ?? 0);
  const indices = callOneOp({
    op: 'Where',
    inputs: [mask],
    outputs: [{ shape: [null, 2], dtype: 'int32' }],
  });
  const values = indices.size === 0 ? tf.tensor1d([], 'int32') : tf.gatherND(labels, indices);
  const [loss = logits] = callOp({
    op: 'CTCLoss',
    inputs: [logits, indices, values, inputLengths],
    types: [null, 'int64', 'int32', 'int32'],
    outputs: [
      { shape: [logits.shape[1] ?? null], dtype: 'float32' },
      { shape: logits.shape, dtype: 'float32' },
    ],
  });
  return loss;
}

/** Arguments of {@link ctc_loss}. */
export interface CtcLossOptions {
  /** True for logits of shape [steps, batch, classes]; else [batch, steps, classes]. */
  readonly inTime: boolean;
  /** The class that stands for no label. */
  readonly blank: number;
}

/** Negative logarithms of the probabilities of labels, [batch]. Equals `tf.nn.ctc_loss` with dense labels. */
export function ctcLosses(logits: tf.Tensor, given: Labels, options: CtcLossOptions): tf.Tensor {
  const { inTime, blank } = options;
  const x = inTime ? logits : tf.transpose(logits, [1, 0, 2]);
  const [steps = 0, batch = 0, classes = 0] = x.shape;
  if (onlyShapes()) return tf.zeros([batch]);
  const [labelLengths, inputLengths] = [whole(given.labelLengths), whole(given.inputLengths)];
  const labels = whole(given.labels);
  const zero = tf.scalar(0, 'int32');
  const one = tf.scalar(1, 'int32');
  const isEmpty = tf.equal(labelLengths, zero);
  // The op takes no entry without labels, and the last class for none.
  const shifted = tf.where(tf.less(labels, tf.scalar(blank, 'int32')), labels, tf.sub(labels, one));
  const [before, none, after] = tf.split(x, [blank, 1, classes - blank - 1], 2);
  if (!before || !none || !after) throw new TypeError('Logits have no classes.');
  const loss = losses(tf.concat([before, after, none], 2), {
    labels: tf.maximum(shifted, zero),
    labelLengths: tf.maximum(labelLengths, one),
    inputLengths,
  });
  const blanks = tf.reshape(tf.slice(tf.logSoftmax(x), [0, 0, blank], [steps, batch, 1]), [
    steps,
    batch,
  ]);
  const counted = tf.cast(tf.transpose(firstPlaces(inputLengths, steps)), 'float32');
  return tf.where(isEmpty, tf.neg(tf.sum(tf.mul(blanks, counted), 0)), loss);
}

/** Logarithms of probabilities, [batch, steps, classes], as logits by steps. */
const logitsOf = (y_pred: tf.Tensor): tf.Tensor =>
  tf.log(tf.add(tf.transpose(y_pred, [1, 0, 2]), epsilon()));

/**
 * Measures how improbable labels are in sequences of predictions, [batch, 1].
 *
 * @param y_true Labels, [batch, longest].
 * @param y_pred Probabilities, [batch, steps, classes]; the last class stands for no label.
 * @param input_length Numbers of steps, [batch, 1].
 * @param label_length Numbers of labels, [batch, 1]; at least one each, and not more than there are steps.
 */
export function ctc_batch_cost(
  y_true: tf.Tensor,
  y_pred: tf.Tensor,
  input_length: tf.Tensor,
  label_length: tf.Tensor,
): tf.Tensor {
  const [batch = 0] = y_pred.shape;
  if (onlyShapes()) return tf.zeros([batch, 1]);
  const loss = losses(logitsOf(y_pred), {
    labels: whole(y_true),
    labelLengths: whole(tf.squeeze(label_length, [-1])),
    inputLengths: whole(tf.squeeze(input_length, [-1])),
  });
  return tf.expandDims(loss, 1);
}

/** How {@link ctc_decode} looks for labels. */
export interface CtcDecodeOptions {
  /** True, the default, for the likeliest class of each step; false for a search with a beam. */
  readonly greedy?: boolean;
  /** Number of prefixes that the search remembers; default 100. */
  readonly beam_width?: number;
  /** Number of sequences that the search gives for each entry; default 1. */
  readonly top_paths?: number;
}

/** A search for labels as the ops of TensorFlow take it. */
function decoders(
  logits: tf.Tensor,
  lengths: tf.Tensor,
  { greedy = true, beam_width = 100, top_paths = 1 }: CtcDecodeOptions,
): { readonly parts: readonly tf.Tensor[]; readonly paths: number } {
  const paths = greedy ? 1 : top_paths;
  const count = <T>(make: () => T): T[] => Array.from({ length: paths }, make);
  const attrs = { merge_repeated: boolAttr(true) };
  const parts = callOp({
    op: greedy ? 'CTCGreedyDecoder' : 'CTCBeamSearchDecoder',
    inputs: [logits, lengths],
    types: [null, 'int32'],
    attrs: greedy
      ? attrs
      : { ...attrs, beam_width: intAttr(beam_width), top_paths: intAttr(top_paths) },
    outputs: [
      ...count(() => ({ shape: [null, 2], dtype: 'int32' as const })),
      ...count(() => ({ shape: [null], dtype: 'int32' as const })),
      ...count(() => ({ shape: [2], dtype: 'int32' as const })),
      { shape: [logits.shape[1] ?? null, paths], dtype: 'float32' as const },
    ],
  });
  return { parts, paths };
}

/**
 * Finds the likeliest labels in sequences of predictions.
 *
 * @param y_pred Probabilities, [batch, steps, classes]; the last class stands for no label.
 * @param input_length Numbers of steps, [batch].
 * @returns Labels, [batch, steps] for each path, filled up with −1; and the logarithms of their probabilities,
 * [batch, paths], which are those of the classes by steps where the search is greedy, without their sign.
 */
export function ctc_decode(
  y_pred: tf.Tensor,
  input_length: tf.Tensor,
  options: CtcDecodeOptions = {},
): [decoded: tf.Tensor[], log_prob: tf.Tensor] {
  const [batch = 0, steps = 0] = y_pred.shape;
  if (isMetaBackend() && !isTracing()) {
    const count = options.greedy === false ? (options.top_paths ?? 1) : 1;
    const decoded = Array.from({ length: count }, () => standIn([batch, steps], 'int32'));
    return [decoded, tf.zeros([batch, count])];
  }
  const { parts, paths } = decoders(logitsOf(y_pred), whole(input_length), options);
  const shape = tf.tensor1d([batch, steps], 'int32');
  const decoded = parts.slice(0, paths).map((indices, path) =>
    callOneOp({
      op: 'SparseToDense',
      inputs: [indices, shape, parts[paths + path] ?? indices, tf.scalar(-1, 'int32')],
      types: ['int64', 'int64', 'int64', 'int64'],
      attrs: { T: typeAttr('int64'), Tindices: typeAttr('int64') },
      outputs: [{ shape: [batch, steps], dtype: 'int32' }],
    }),
  );
  return [decoded, parts.at(-1) ?? shape];
}
