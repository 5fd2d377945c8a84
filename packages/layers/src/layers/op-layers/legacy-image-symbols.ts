import { isTracing } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import { boolAttr, callOneOp, callOp, typeAttr } from './op-call.ts';
import { type SymbolArgs, type SymbolFunction, toOperand } from './symbol-args.ts';
import { onlyShapes } from './without-values.ts';

type Entry = readonly [name: string, fn: SymbolFunction];
type Grid = 'half_pixel' | 'align_corners' | 'corner';
type Method = 'bilinear' | 'nearest' | 'bicubic' | 'area';

/** The kernel of `@km/graph` that resizes. */
const KERNEL = 'Resample';

function resample(given: tf.Tensor, args: SymbolArgs, method: Method): tf.Tensor {
  const whole = method === 'nearest' && given.dtype === 'int32';
  const images = tf.cast(given, 'float32');
  const half = args.flag('half_pixel_centers');
  const grid: Grid = args.flag('align_corners') ? 'align_corners' : half ? 'half_pixel' : 'corner';
  const size = args.numbers('size');
  if (method === 'nearest')
    return tf.cast(nearest(images, size, grid), whole ? 'int32' : 'float32');
  if (isTracing()) return writtenResize(images, size, method, args);
  const attrs = { size, method, antialias: false, grid };
  return tf.engine().runKernel(KERNEL, { images }, attrs) as tf.Tensor;
}

const OPS = { bilinear: 'ResizeBilinear', bicubic: 'ResizeBicubic', area: 'ResizeArea' } as const;

/** The op of TensorFlow in a function that is traced. */
function writtenResize(
  images: tf.Tensor,
  size: readonly number[],
  method: keyof typeof OPS,
  args: SymbolArgs,
): tf.Tensor {
  const [batch = 1, , , channels = 1] = images.shape;
  const half = { half_pixel_centers: boolAttr(args.flag('half_pixel_centers')) };
  return callOneOp({
    op: OPS[method],
    inputs: [images, tf.tensor1d([...size], 'int32')],
    attrs: {
      T: typeAttr('float32'),
      align_corners: boolAttr(args.flag('align_corners')),
      ...(method === 'area' ? {} : half),
    },
    outputs: [{ shape: [batch, ...size, channels], dtype: 'float32' }],
  });
}

/** Takes for each pixel the one that its grid tells. */
function nearest(images: tf.Tensor, size: readonly number[], grid: Grid): tf.Tensor {
  const places = (length: number, wanted: number): tf.Tensor1D => {
    const scale =
      grid === 'align_corners' && wanted > 1 ? (length - 1) / (wanted - 1) : length / wanted;
    const indices = Array.from({ length: wanted }, (_, i) => {
      const at = grid === 'half_pixel' ? (i + 0.5) * scale : i * scale;
      const place =
        grid === 'align_corners' ? Math.round(Math.fround(at)) : Math.floor(Math.fround(at));
      return Math.min(place, length - 1);
    });
    return tf.tensor1d(indices, 'int32');
  };
  const [, rows = 1, columns = 1] = images.shape;
  const [height = 1, width = 1] = size;
  return tf.gather(tf.gather(images, places(rows, height), 1), places(columns, width), 2);
}

const METHODS: readonly Method[] = ['bilinear', 'nearest', 'bicubic', 'area'];

/** Resizes as TensorFlow 1 did, where the method is a number or a name. */
const resizeImages: SymbolFunction = (input, args) => {
  const given = args.raw('method');
  const method =
    typeof given === 'number' ? METHODS[given] : METHODS.find((name) => name === given);
  const x = toOperand(input);
  const images = x.rank === 3 ? tf.expandDims(x, 0) : x;
  const resized = resample(images, args, method ?? 'bilinear');
  return x.rank === 3 ? tf.squeeze(resized, [0]) : resized;
};

/** Cuts windows around points out of images; what lies outside is uniform noise in TensorFlow unless told. */
const glimpse: SymbolFunction = (input, args) => {
  const x = toOperand(input);
  const [batch = 1, rows = 1, columns = 1, channels = 1] = x.shape;
  const [height = 1, width = 1] = args.numbers('size');
  // Without values, there need not be as many offsets as images.
  if (onlyShapes()) return tf.zeros([batch, height, width, channels]);
  const given = args.tensor('offsets');
  const [down = given, across = given] = tf.unstack(tf.cast(given, 'float32'), 1);
  const placed = (offset: tf.Tensor, length: number, size: number): tf.Tensor => {
    const middle = args.raw('normalized') === false ? offset : tf.mul(offset, length);
    const centered = args.raw('centered') !== false && args.raw('normalized') !== false;
    const center = centered ? tf.div(tf.add(middle, length), 2) : middle;
    const begin = tf.floor(tf.sub(center, size / 2));
    return tf.add(tf.expandDims(begin, 1), tf.range(0, size));
  };
  const [y, z] = [placed(down, rows, height), placed(across, columns, width)];
  const inside = (place: tf.Tensor, length: number): tf.Tensor =>
    tf.cast(tf.logicalAnd(tf.greaterEqual(place, 0), tf.less(place, length)), 'float32');
  const index = (place: tf.Tensor, length: number): tf.Tensor =>
    tf.cast(tf.clipByValue(place, 0, length - 1), 'int32');
  const lines = tf.gather(x, index(y, rows), 1, 1);
  const turned = tf.transpose(lines, [0, 2, 1, 3]);
  const found = tf.transpose(tf.gather(turned, index(z, columns), 1, 1), [0, 2, 1, 3]);
  const mask = tf.mul(
    tf.reshape(inside(y, rows), [batch, height, 1, 1]),
    tf.reshape(inside(z, columns), [batch, 1, width, 1]),
  );
  return tf.mul(found, tf.broadcastTo(mask, [batch, height, width, channels]));
};

/** Chooses the best of boxes that overlap. */
const suppress: SymbolFunction = (input, args) => {
  const boxes = toOperand(input);
  const inputs = [
    boxes,
    args.tensor('scores'),
    tf.scalar(args.number('max_output_size', 1), 'int32'),
    tf.scalar(args.number('iou_threshold', 0.5)),
    tf.scalar(args.number('score_threshold', Number.NEGATIVE_INFINITY)),
  ];
  const attrs = { T: typeAttr('float32'), T_threshold: typeAttr('float32') };
  const outputs = [{ shape: [null], dtype: 'int32' as const }];
  return callOneOp({ op: 'NonMaxSuppressionV3', inputs, attrs, outputs });
};

/** Blocks of neighbouring elements in three dimensions as channels. */
const volumePatches: SymbolFunction = (input, args) => {
  const x = toOperand(input);
  const [sizes, strides] = ['ksizes', 'strides'].map((name) => args.numbers(name).slice(1, -1));
  const padding = args.text('padding', 'VALID').toUpperCase();
  const [batch = 1, ...rest] = x.shape;
  const channels = rest.at(-1) ?? 1;
  const lengths = (sizes ?? []).map((size, i) => {
    const [length, step] = [rest[i] ?? 1, strides?.[i] ?? 1];
    return padding === 'SAME' ? Math.ceil(length / step) : Math.ceil((length - size + 1) / step);
  });
  const depth = (sizes ?? []).reduce((a, b) => a * b, channels);
  const all = (list: readonly number[] | undefined): { list: { i: bigint[] } } => ({
    list: { i: [1, ...(list ?? []), 1].map(BigInt) },
  });
  return callOp({
    op: 'ExtractVolumePatches',
    inputs: [x],
    attrs: {
      T: typeAttr('float32'),
      ksizes: all(sizes),
      strides: all(strides),
      padding: { s: new TextEncoder().encode(padding) },
    },
    outputs: [{ shape: [batch, ...lengths, depth], dtype: 'float32' }],
  });
};

/** Returns the functions of images that TensorFlow 1 brought, by their names without `tf.`. */
export function legacyImageSymbols(): readonly Entry[] {
  const by =
    (method: Method): SymbolFunction =>
    (input, args) =>
      resample(toOperand(input), args, method);
  return [
    ['image.resize_bilinear', by('bilinear')],
    ['image.resize_nearest_neighbor', by('nearest')],
    ['image.resize_bicubic', by('bicubic')],
    ['image.resize_area', by('area')],
    ['image.resize_images', resizeImages],
    ['image.extract_glimpse', glimpse],
    ['image.non_max_suppression', suppress],
    ['extract_volume_patches', volumePatches],
  ];
}
