import * as tf from '@tensorflow/tfjs-core';

/** Computes the rectified linear unit, with an optional slope below, cap above and threshold. */
export function relu(
  x: tf.Tensor,
  alpha = 0,
  max_value: number | null = null,
  threshold = 0,
): tf.Tensor {
  if (alpha === 0 && max_value === null && threshold === 0) return tf.relu(x);
  if (alpha !== 0 && max_value === null && threshold === 0) return tf.leakyRelu(x, alpha);
  const positive = positivePart(x, max_value, threshold);
  if (alpha === 0) return positive;
  const below = threshold === 0 ? tf.neg(x) : tf.add(tf.neg(x), threshold);
  return tf.sub(positive, tf.mul(alpha, tf.relu(below)));
}

function positivePart(x: tf.Tensor, max_value: number | null, threshold: number): tf.Tensor {
  if (threshold === 0 && max_value === 6) return tf.relu6(x);
  const kept =
    threshold === 0 ? tf.relu(x) : tf.mul(x, tf.cast(tf.greater(x, threshold), 'float32'));
  return max_value === null ? kept : tf.clipByValue(kept, 0, max_value);
}

/** Computes the rectified linear unit capped at 6. */
export function relu6(x: tf.Tensor): tf.Tensor {
  return tf.relu6(x);
}

/** Computes x above zero and `alpha` times x below. */
export function leaky_relu(x: tf.Tensor, alpha = 0.2): tf.Tensor {
  return tf.leakyRelu(x, alpha);
}
