import * as tf from '@tensorflow/tfjs-core';
import { gradientOf, zeroGradient } from './define.ts';

/** Inverts projective transforms, each given by the first eight elements of a 3×3 matrix whose last element is 1. */
function inverse(transforms: tf.Tensor): tf.Tensor {
  const [a, b, c, d, e, f, g, h] = tf.split(transforms, 8, 1) as [
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
  ];
  const minor = (p: tf.Tensor, q: tf.Tensor, r: tf.Tensor, s: tf.Tensor): tf.Tensor =>
    tf.sub(tf.mul(p, q), tf.mul(r, s));
  const one = tf.scalar(1);
  const adjugate = [
    minor(e, one, f, h),
    minor(c, h, b, one),
    minor(b, f, c, e),
    minor(f, g, d, one),
    minor(a, one, c, g),
    minor(c, d, a, f),
    minor(d, h, e, g),
    minor(b, g, a, h),
  ];
  return tf.div(tf.concat(adjugate, 1), minor(a, e, b, d));
}

/** Gradient of moving pixels: as in TensorFlow, the gradient moved back by the inverse transform. */
export const transformGradients: readonly tf.GradConfig[] = [
  gradientOf(
    tf.Transform,
    ['image', 'transforms'],
    (dy, { image, transforms }, attrs: tf.TransformAttrs) => ({
      image: () => {
        const [, height = 1, width = 1] = image.shape;
        return tf.image.transform(
          dy as tf.Tensor4D,
          inverse(transforms) as tf.Tensor2D,
          attrs.interpolation,
          attrs.fillMode,
          0,
          [height, width],
        );
      },
      transforms: () => zeroGradient(transforms),
    }),
  ),
];
