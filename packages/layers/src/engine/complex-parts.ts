import * as tf from '@tensorflow/tfjs-core';

/** Real and imaginary parts of complex numbers. */
export type ComplexParts = readonly [real: tf.Tensor, imaginary: tf.Tensor];

const known = new WeakMap<object, ComplexParts>();

/**
 * Makes a complex tensor. While gradients are taken, its parts travel with it, since the tape of tfjs takes only real
 * numbers.
 */
export function complexOf([real, imaginary]: ComplexParts): tf.Tensor {
  const made = tf.complex(real, imaginary);
  if (tf.engine().isTapeOn()) known.set(made, [real, imaginary]);
  return made;
}

/** The parts that travel with a tensor; none for most. */
export function travellingParts(tensor: tf.Tensor): readonly tf.Tensor[] {
  return known.get(tensor) ?? [];
}

/** Real and imaginary part of a tensor; of real numbers the latter is zero. */
export function partsOf(x: tf.Tensor): ComplexParts {
  const parts = known.get(x);
  if (parts?.every(({ isDisposed }) => !isDisposed)) return parts;
  if (x.dtype === 'complex64') return [tf.real(x), tf.imag(x)];
  const real = tf.cast(x, 'float32');
  return [real, tf.zerosLike(real)];
}
