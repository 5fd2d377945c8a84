import type { CustomObjects } from '@km/keras';
import * as tf from '@tensorflow/tfjs-core';

type Unary = (x: tf.Tensor) => tf.Tensor;

/** What the Python functions of Lambda layers compute, by entry and layer; their bytecode is never run. */
const LAMBDAS: ReadonlyMap<string, Readonly<Record<string, Unary>>> = new Map([
  ['dl4j/ex_lambda_sequential_lambda', { lambda_1: tf.square, lambda_2: (x) => tf.mul(x, 3) }],
  ['dl4j/ex_lambda_model_lambda', { lambda_3: tf.square, lambda_4: (x) => tf.mul(x, 3) }],
  [
    'dl4j/ex_deepfm_deepfm',
    {
      cat_embed_2d_genure_mean: (x) => tf.mean(x, 1, true),
      embed_1d_mean: (x) => tf.mean(x, 1),
      sum_of_tensors: (x) => tf.sum(x, 1),
      square_of_tensors: tf.square,
      lambda_1: (x) => tf.mul(x, 0.5),
    },
  ],
]);

/** Functions of the Lambda layers of an entry, by layer name. */
export function lambdasOf(id: string): CustomObjects {
  if (id.startsWith('dl4j/w_space_to_depth')) {
    return { space_to_depth_x2: spaceToDepth };
  }
  return { ...LAMBDAS.get(id) } as CustomObjects;
}

/** `tf.nn.space_to_depth(x, 2)` of `[batch, rows, columns, channels]`. */
function spaceToDepth(x: tf.Tensor): tf.Tensor {
  const [batch = 1, rows = 2, columns = 2, channels = 1] = x.shape;
  const blocks = tf.reshape(x, [batch, rows / 2, 2, columns / 2, 2, channels]);
  const turned = tf.transpose(blocks, [0, 1, 3, 2, 4, 5]);
  return tf.reshape(turned, [batch, rows / 2, columns / 2, 4 * channels]);
}
