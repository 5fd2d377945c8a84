import { extractPatches, toChannelsLast } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import type { Connections } from './connections.ts';

/** Multiplies each window of the inputs with its own kernel; the result has the data format of the inputs. */
export function localProduct(x: tf.Tensor, kernel: tf.Tensor, by: Connections): tf.Tensor {
  return by.implementation === 1 ? windowProduct(x, kernel, by) : denseProduct(x, kernel, by);
}

/** Multiplies position by position; the features of a window are in the order of the data format. */
function windowProduct(x: tf.Tensor, kernel: tf.Tensor, by: Connections): tf.Tensor {
  const first = by.channelsFirst;
  const images = toChannelsLast(x, first ? 'channels_first' : 'channels_last');
  const patches = extractPatches(images, { sizes: by.kernel, strides: by.strides });
  const [batch = 1] = x.shape;
  const [positions = 1, features = 1] = kernel.shape;
  const window = features / by.channels;
  const rows = first
    ? tf.transpose(tf.reshape(patches, [batch, positions, window, by.channels]), [1, 0, 3, 2])
    : tf.transpose(tf.reshape(patches, [batch, positions, features]), [1, 0, 2]);
  const products = tf.matMul(tf.reshape(rows, [positions, batch, features]), kernel);
  const order = first ? [1, 2, 0] : [1, 0, 2];
  const shape = first ? [by.filters, ...by.output] : [...by.output, by.filters];
  return tf.reshape(tf.transpose(products, order), [batch, ...shape]);
}

/** Multiplies with one matrix in which pairs that are not connected are zero. */
function denseProduct(x: tf.Tensor, kernel: tf.Tensor, by: Connections): tf.Tensor {
  const shape = by.channelsFirst ? [by.filters, ...by.output] : [...by.output, by.filters];
  const outputs = shape.reduce((size, n) => size * n, 1);
  const inputs = by.places.length / outputs;
  const [batch = 1] = x.shape;
  const matrix = by.implementation === 2 ? masked(kernel, by) : scattered(kernel, by);
  const product = tf.matMul(tf.reshape(x, [batch, inputs]), tf.reshape(matrix, [inputs, outputs]));
  return tf.reshape(product, [batch, ...shape]);
}

function masked(kernel: tf.Tensor, by: Connections): tf.Tensor {
  const mask = Float32Array.from(by.places, (place) => (place === by.count ? 0 : 1));
  return tf.mul(tf.reshape(kernel, [by.places.length]), tf.tensor1d(mask));
}

/** Places the entries of the kernel, and a zero where there is none. */
function scattered(kernel: tf.Tensor, by: Connections): tf.Tensor {
  const entries = tf.concat([kernel, tf.zeros([1])]);
  return tf.gather(entries, tf.tensor1d(by.places, 'int32'));
}
