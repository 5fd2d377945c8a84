import * as tf from '@tensorflow/tfjs-core';

/** Moves an axis to the end. */
export function last_axis(x: tf.Tensor, axis: number): tf.Tensor {
  const from = axis < 0 ? axis + x.rank : axis;
  if (from === x.rank - 1) return x;
  const order = x.shape.map((_, i) => i).filter((i) => i !== from);
  return tf.transpose(x, [...order, from]);
}

/**
 * Computes the crossentropy of each row of `labels` and the softmax of `logits`, both `[…, classes]`.
 *
 * The gradient is `softmax − labels` whatever the labels sum to, as that of the TensorFlow op
 * `SoftmaxCrossEntropyWithLogits`.
 */
export function softmax_crossentropies(labels: tf.Tensor, logits: tf.Tensor): tf.Tensor {
  return crossentropies(logits, (logSoftmax) => tf.mul(labels, logSoftmax), labels);
}

/**
 * Computes the crossentropy of class numbers `[n]` and the softmax of `logits`, `[n, classes]`; equals the
 * TensorFlow op `SparseSoftmaxCrossEntropyWithLogits`.
 */
export function sparse_softmax_crossentropies(labels: tf.Tensor, logits: tf.Tensor): tf.Tensor {
  const classes = tf.range(0, logits.shape.at(-1) ?? 0, 1, 'int32');
  const isLabel = tf.equal(tf.expandDims(labels, -1), classes);
  // A product would turn a logit of −∞ of another class into NaN.
  const pick = (logSoftmax: tf.Tensor): tf.Tensor =>
    tf.where(isLabel, logSoftmax, tf.zerosLike(logSoftmax));
  return crossentropies(logits, pick, tf.cast(isLabel, 'float32'));
}

function crossentropies(
  logits: tf.Tensor,
  weigh: (logSoftmax: tf.Tensor) => tf.Tensor,
  labels: tf.Tensor,
): tf.Tensor {
  const differentiable = tf.customGrad((...inputs) => {
    const x = inputs[0] as tf.Tensor;
    const save = inputs[1] as unknown as tf.GradSaveFunc;
    const logSoftmax = tf.logSoftmax(x);
    save([logSoftmax, labels]);
    return {
      value: tf.neg(tf.sum(weigh(logSoftmax), -1)),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [logs, target] = saved as [tf.Tensor, tf.Tensor];
        return tf.mul(tf.expandDims(dy, -1), tf.sub(tf.exp(logs), target));
      },
    };
  });
  return differentiable(logits);
}
