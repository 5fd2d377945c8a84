import { extractPatches, resizeImages } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import type { Interpolation } from '../preprocessing/interpolations.ts';
import { type SymbolArgs, type SymbolFunction, toOperand, unary } from './symbol-args.ts';

type Entry = readonly [name: string, fn: SymbolFunction];

/** Axis of the rows, counted from the end; the columns follow, then the channels. */
const ROWS = -3;
const COLUMNS = -2;

const sizeOf = (x: tf.Tensor): readonly [rows: number, columns: number] => {
  const [rows = 1, columns = 1] = x.shape.slice(ROWS);
  return [rows, columns];
};

/** Runs a function of a batch of images on a single image too. */
function batched(x: tf.Tensor, run: (images: tf.Tensor) => tf.Tensor): tf.Tensor {
  return x.rank === 3 ? tf.squeeze(run(tf.expandDims(x, 0)), [0]) : run(x);
}

function resize(input: unknown, args: SymbolArgs): tf.Tensor {
  const [wantedHeight = 1, wantedWidth = 1] = args.numbers('size');
  const method = args.text('method', 'bilinear') as Interpolation;
  const antialias = args.flag('antialias');
  const x = toOperand(input);
  const [rows, columns] = sizeOf(x);
  const keeps = args.flag('preserve_aspect_ratio');
  const scale = Math.min(wantedHeight / rows, wantedWidth / columns);
  const size: [number, number] = keeps
    ? [Math.round(rows * scale), Math.round(columns * scale)]
    : [wantedHeight, wantedWidth];
  return batched(x, (images) => resizeImages(images, size, { method, antialias }));
}

/** Cuts a part out of images. */
function cut(x: tf.Tensor, top: number, left: number, height: number, width: number): tf.Tensor {
  const outer = x.shape.slice(0, ROWS);
  const begin = [...outer.map(() => 0), top, left, 0];
  return tf.slice(x, begin, [...outer, height, width, x.shape.at(-1) ?? 1]);
}

/** Puts images into larger ones that are zero elsewhere. */
function place(x: tf.Tensor, top: number, left: number, height: number, width: number): tf.Tensor {
  const [rows, columns] = sizeOf(x);
  const outer = x.shape.slice(0, ROWS).map((): [number, number] => [0, 0]);
  const down: [number, number] = [top, height - rows - top];
  return tf.pad(x, [...outer, down, [left, width - columns - left], [0, 0]]);
}

const inBox =
  (change: typeof cut): SymbolFunction =>
  (input, args) =>
    change(
      toOperand(input),
      args.number('offset_height', 0),
      args.number('offset_width', 0),
      args.number('target_height', 1),
      args.number('target_width', 1),
    );

/** Cuts or pads images around their middle to a size. */
function centered(x: tf.Tensor, height: number, width: number): tf.Tensor {
  const [rows, columns] = sizeOf(x);
  const spare = (length: number, target: number): number =>
    Math.max(Math.floor((length - target) / 2), 0);
  const small = cut(
    x,
    spare(rows, height),
    spare(columns, width),
    Math.min(rows, height),
    Math.min(columns, width),
  );
  return place(small, spare(height, rows), spare(width, columns), height, width);
}

function centralCrop(input: unknown, args: SymbolArgs): tf.Tensor {
  const x = toOperand(input);
  const fraction = args.number('central_fraction', 1);
  const [rows, columns] = sizeOf(x);
  const [top, left] = [rows, columns].map((n) => Math.trunc((n - n * fraction) / 2));
  return cut(x, top ?? 0, left ?? 0, rows - 2 * (top ?? 0), columns - 2 * (left ?? 0));
}

/** Resizes without changing the proportions, and fills up with zeros. */
function resizeWithPad(input: unknown, args: SymbolArgs): tf.Tensor {
  const x = toOperand(input);
  const [height, width] = [args.number('target_height', 1), args.number('target_width', 1)];
  const [rows, columns] = sizeOf(x);
  const ratio = Math.max(columns / width, rows / height);
  const [down, across] = [Math.floor(rows / ratio), Math.floor(columns / ratio)];
  const [top, left] = [(height - rows / ratio) / 2, (width - columns / ratio) / 2];
  const method = args.text('method', 'bilinear') as Interpolation;
  const options = { method, antialias: args.flag('antialias') };
  const small = batched(x, (images) => resizeImages(images, [down, across], options));
  return place(small, Math.max(Math.floor(top), 0), Math.max(Math.floor(left), 0), height, width);
}

function cropAndResize(input: unknown, args: SymbolArgs): tf.Tensor {
  const x = toOperand(input) as tf.Tensor4D;
  const size = args.numbers('crop_size') as [number, number];
  const owners = tf.cast(args.tensor('box_indices'), 'int32') as tf.Tensor1D;
  const method = args.text('method', 'bilinear') as 'bilinear';
  const boxes = args.tensor('boxes', x) as tf.Tensor2D;
  return tf.image.cropAndResize(
    x,
    boxes,
    owners,
    size,
    method,
    args.number('extrapolation_value', 0),
  );
}

function patches(input: unknown, args: SymbolArgs): tf.Tensor {
  const inner = (name: string): number[] => args.numbers(name).slice(1, -1);
  const padding = args.text('padding', 'VALID').toUpperCase() === 'SAME' ? 'same' : 'valid';
  const first = args.raw('sizes') === null ? 'ksizes' : 'sizes';
  const [sizes, strides, rates] = [inner(first), inner('strides'), inner('rates')];
  return extractPatches(toOperand(input), { sizes, strides, rates, padding });
}

/** Multiplies the channels with a matrix, given row by row. */
const mixed = (matrix: readonly number[]): SymbolFunction => {
  const width = matrix.length / 3;
  return unary((x) => {
    const flat = tf.reshape(x, [x.size / 3, 3]);
    const result = tf.matMul(flat as tf.Tensor2D, tf.tensor2d([...matrix], [3, width]));
    return tf.reshape(result, [...x.shape.slice(0, -1), width]);
  });
};

const RGB_TO_GRAY = [0.2989, 0.587, 0.114];
const RGB_TO_YUV = [
  0.299, -0.14714119, 0.61497538, 0.587, -0.28886916, -0.51496512, 0.114, 0.43601035, -0.10001026,
];
const YUV_TO_RGB = [1, 1, 1, 0, -0.394642334, 2.03206185, 1.13988303, -0.58062185, 0];
const RGB_TO_YIQ = [
  0.299, 0.59590059, 0.2115, 0.587, -0.27455667, -0.52273617, 0.114, -0.32134392, 0.31119955,
];
const YIQ_TO_RGB = [
  1, 1, 1, 0.95598634, -0.27201283, -1.10674021, 0.6208248, -0.64720424, 1.70423049,
];

function adjustContrast(input: unknown, args: SymbolArgs): tf.Tensor {
  const x = toOperand(input);
  const mean = tf.mean(x, [x.rank + ROWS, x.rank + COLUMNS], true);
  return tf.add(tf.mul(tf.sub(x, mean), args.tensor('contrast_factor', x)), mean);
}

/** Moves colours away from or towards their grey; as in TensorFlow's HSV, the largest channel stays. */
function adjustSaturation(input: unknown, args: SymbolArgs): tf.Tensor {
  const x = toOperand(input);
  const top = tf.max(x, -1, true);
  const range = tf.sub(top, tf.min(x, -1, true));
  const saturation = tf.div(range, tf.maximum(top, 1e-30));
  const wanted = tf.clipByValue(tf.mul(saturation, args.tensor('saturation_factor', x)), 0, 1);
  const factor = tf.div(wanted, tf.maximum(saturation, 1e-30));
  return tf.sub(top, tf.mul(tf.sub(top, x), factor));
}

/** Scales each image to mean zero and variance one. */
const standardized = (x: tf.Tensor): tf.Tensor => {
  const axes = [x.rank + ROWS, x.rank + COLUMNS, x.rank - 1];
  const mean = tf.mean(x, axes, true);
  const deviation = tf.sqrt(tf.mean(tf.square(tf.sub(x, mean)), axes, true));
  const count = x.shape.slice(ROWS).reduce((a, b) => a * b, 1);
  return tf.div(tf.sub(x, mean), tf.maximum(deviation, 1 / Math.sqrt(count)));
};

/** Turns images by quarters, against the clock. */
function quarterTurns(input: unknown, args: SymbolArgs): tf.Tensor {
  const x = toOperand(input);
  const turns = ((args.number('k', 1) % 4) + 4) % 4;
  const [rows, columns] = [x.rank + ROWS, x.rank + COLUMNS];
  if (turns === 0) return tf.clone(x);
  if (turns === 2) return tf.reverse(x, [rows, columns]);
  return turns === 1 ? tf.reverse(exchanged(x), [rows]) : tf.reverse(exchanged(x), [columns]);
}

/** Exchanges rows and columns. */
function exchanged(x: tf.Tensor): tf.Tensor {
  const outer = x.shape.slice(0, ROWS).map((_, i) => i);
  return tf.transpose(x, [...outer, x.rank + COLUMNS, x.rank + ROWS, x.rank - 1]);
}

function peakSignalToNoise(input: unknown, args: SymbolArgs): tf.Tensor {
  const a = toOperand(input);
  const errors = tf.squaredDifference(a, args.tensor('b', a));
  const mean = tf.mean(errors, [a.rank + ROWS, a.rank + COLUMNS, a.rank - 1]);
  const peak = 20 * Math.log10(args.number('max_val', 1));
  return tf.sub(peak, tf.mul(tf.log(mean), 10 / Math.LN10));
}

/** Returns the functions of `tf.image` by their names without `tf.`. */
export function imageSymbols(): readonly Entry[] {
  const gray = mixed(RGB_TO_GRAY);
  return [
    ['image.resize', resize],
    ['image.crop_to_bounding_box', inBox(cut)],
    ['image.pad_to_bounding_box', inBox(place)],
    [
      'image.resize_with_crop_or_pad',
      (input, args) =>
        centered(toOperand(input), args.number('target_height', 1), args.number('target_width', 1)),
    ],
    ['image.resize_with_pad', resizeWithPad],
    ['image.central_crop', centralCrop],
    ['image.crop_and_resize', cropAndResize],
    ['image.extract_patches', patches],
    ['image.extract_image_patches', patches],
    ['image.flip_left_right', unary((x) => tf.reverse(x, [x.rank + COLUMNS]))],
    ['image.flip_up_down', unary((x) => tf.reverse(x, [x.rank + ROWS]))],
    ['image.transpose', unary(exchanged)],
    ['image.rot90', quarterTurns],
    ['image.rgb_to_grayscale', gray],
    ['image.grayscale_to_rgb', unary((x) => tf.tile(x, [...x.shape.slice(1).map(() => 1), 3]))],
    ['image.rgb_to_yuv', mixed(RGB_TO_YUV)],
    ['image.yuv_to_rgb', mixed(YUV_TO_RGB)],
    ['image.rgb_to_yiq', mixed(RGB_TO_YIQ)],
    ['image.yiq_to_rgb', mixed(YIQ_TO_RGB)],
    ['image.per_image_standardization', unary(standardized)],
    [
      'image.adjust_brightness',
      (input, args) => tf.add(toOperand(input), args.tensor('delta', toOperand(input))),
    ],
    ['image.adjust_contrast', adjustContrast],
    ['image.adjust_saturation', adjustSaturation],
    [
      'image.adjust_gamma',
      (input, args) =>
        tf.mul(tf.pow(toOperand(input), args.number('gamma', 1)), args.number('gain', 1)),
    ],
    ['image.psnr', peakSignalToNoise],
  ];
}
