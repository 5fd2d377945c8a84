import { averagePooling, depthwiseConvolution } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import { type SymbolArgs, type SymbolFunction, toOperand } from './symbol-args.ts';

type Entry = readonly [name: string, fn: SymbolFunction];

/** Weights of the scales of `tf.image.ssim_multiscale` (Wang, Simoncelli and Bovik, 2003). */
const SCALES = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];

/** Settings of the structural similarity. */
interface Similarity {
  readonly peak: number;
  readonly size: number;
  readonly sigma: number;
  readonly k1: number;
  readonly k2: number;
}

function similarityOf(args: SymbolArgs): Similarity {
  return {
    peak: args.number('max_val', 1),
    size: args.number('filter_size', 11),
    sigma: args.number('filter_sigma', 1.5),
    k1: args.number('k1', 0.01),
    k2: args.number('k2', 0.03),
  };
}

/** A bell in two dimensions whose weights sum up to one, for each channel. */
function bell({ size, sigma }: Similarity, channels: number): tf.Tensor {
  const line = Array.from({ length: size }, (_, i) =>
    Math.exp(-0.5 * ((i - (size - 1) / 2) / sigma) ** 2),
  );
  const total = line.reduce((a, b) => a + b, 0) ** 2;
  const plane = line.flatMap((a) => line.map((b) => (a * b) / total));
  return tf.tile(tf.tensor4d(plane, [size, size, 1, 1]), [1, 1, channels, 1]);
}

/** Similarity of each channel, and the part of it that compares contrast and structure. */
function compare(
  x: tf.Tensor,
  y: tf.Tensor,
  settings: Similarity,
): readonly [whole: tf.Tensor, contrast: tf.Tensor] {
  const kernel = bell(settings, x.shape.at(-1) ?? 1);
  const smooth = (images: tf.Tensor): tf.Tensor => depthwiseConvolution(images, kernel, {});
  const c1 = (settings.k1 * settings.peak) ** 2;
  const c2 = (settings.k2 * settings.peak) ** 2;
  const [meanX, meanY] = [smooth(x), smooth(y)];
  const both = tf.mul(tf.mul(meanX, meanY), 2);
  const squares = tf.add(tf.square(meanX), tf.square(meanY));
  const luminance = tf.div(tf.add(both, c1), tf.add(squares, c1));
  const products = tf.mul(smooth(tf.mul(x, y)), 2);
  const powers = smooth(tf.add(tf.square(x), tf.square(y)));
  const contrast = tf.div(tf.add(tf.sub(products, both), c2), tf.add(tf.sub(powers, squares), c2));
  return [tf.mean(tf.mul(luminance, contrast), [1, 2]), tf.mean(contrast, [1, 2])];
}

/** Images as a batch, with the axes before theirs. */
function asBatch(x: tf.Tensor): readonly [images: tf.Tensor, outer: number[]] {
  const outer = x.shape.slice(0, -3);
  return [tf.reshape(x, [tf.util.sizeFromShape(outer), ...x.shape.slice(-3)]), outer];
}

const ssim: SymbolFunction = (input, args) => {
  const [x, outer] = asBatch(toOperand(input));
  const [y] = asBatch(args.tensor('img2', x));
  const [whole] = compare(x, y, similarityOf(args));
  if (args.flag('return_index_map')) {
    throw new RangeError('tf.image.ssim is known without return_index_map.');
  }
  return tf.reshape(tf.mean(whole, -1), outer);
};

/** Halves images; a missing last row or column is mirrored. */
function halved(x: tf.Tensor): tf.Tensor {
  const [, rows = 1, columns = 1] = x.shape;
  const pads: [number, number][] = [
    [0, 0],
    [0, rows % 2],
    [0, columns % 2],
    [0, 0],
  ];
  const even = rows % 2 || columns % 2 ? tf.mirrorPad(x, pads, 'symmetric') : x;
  return averagePooling(even, { poolSize: 2, strides: 2 });
}

const multiscale: SymbolFunction = (input, args) => {
  const given = args.raw('power_factors');
  const powers = given === null ? SCALES : args.numbers('power_factors');
  let [x, outer] = asBatch(toOperand(input));
  let [y] = asBatch(args.tensor('img2', x));
  const parts = powers.map((power, scale) => {
    if (scale > 0) [x, y] = [halved(x), halved(y)];
    const [whole, contrast] = compare(x, y, similarityOf(args));
    return tf.pow(tf.relu(scale === powers.length - 1 ? whole : contrast), power);
  });
  const product = parts.reduce((a, b) => tf.mul(a, b));
  outer = [...outer];
  return tf.reshape(tf.mean(product, -1), outer);
};

/** Returns the measures of similar images by their names without `tf.`. */
export function similaritySymbols(): readonly Entry[] {
  return [
    ['image.ssim', ssim],
    ['image.ssim_multiscale', multiscale],
  ];
}
