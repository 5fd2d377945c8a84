import * as tf from '@tensorflow/tfjs-core';
import {
  type KernelInput,
  type Numbers,
  numericType,
  type TypedArrayKernel,
} from './typed-array-kernel.ts';

type FillMode = tf.TransformAttrs['fillMode'];

const round = Math.fround;

/**
 * Moves the pixels of images by projective transforms. tfjs' own kernel for wasm fills wrongly by reflection.
 *
 * The positions are float32 as in TensorFlow, so that both take the same pixel where two are equally near.
 */
export const transformKernel: TypedArrayKernel<tf.TransformAttrs> = {
  kernelName: tf.Transform,
  infer: ({ image }, { outputShape }) => {
    const [batch = 0, height = 0, width = 0, channels = 0] = image?.shape ?? [];
    const [rows, columns] = outputShape ?? [height, width];
    return [{ shape: [batch, rows, columns, channels], dtype: numericType(image?.dtype) }];
  },
  compute: ({ image, transforms }, [result], attrs) => {
    if (image === undefined || transforms === undefined || result === undefined) return;
    const [batch = 0, height = 0, width = 0, channels = 0] = image.shape;
    const [rows, columns] = attrs.outputShape ?? [height, width];
    const read = attrs.interpolation === 'nearest' ? readNearest : readBilinear;
    const size = rows * columns * channels;
    for (let b = 0; b < batch; b++) {
      const at = transforms.shape[0] === 1 ? 0 : 8 * b;
      const matrix = transforms.values.subarray(at, at + 8);
      const source: Source = { image, batch: b, fill: attrs.fillValue };
      const target = result.subarray(size * b, size * (b + 1));
      for (let place = 0; place < rows * columns; place++) {
        const [y, x] = positionOf(matrix, Math.floor(place / columns), place % columns);
        const row = intoImage(y, height, attrs.fillMode);
        const column = intoImage(x, width, attrs.fillMode);
        for (let c = 0; c < channels; c++) {
          target[place * channels + c] = read(source, row, column, c);
        }
      }
    }
  },
};

/** One image and the value outside of it. */
interface Source {
  readonly image: KernelInput;
  readonly batch: number;
  readonly fill: number;
}

/** Returns row and column in the input of a pixel of the output; NaN if the pixel lies at infinity. */
function positionOf(matrix: Numbers, y: number, x: number): readonly [number, number] {
  const [a = 1, b = 0, c = 0, d = 0, e = 1, f = 0, g = 0, h = 0] = matrix;
  const scale = line(g, x, h, y, 1);
  if (scale === 0) return [Number.NaN, Number.NaN];
  return [round(line(d, x, e, y, f) / scale), round(line(a, x, b, y, c) / scale)];
}

function line(a: number, x: number, b: number, y: number, c: number): number {
  return round(round(round(a * x) + round(b * y)) + c);
}

/** Brings a position outside of an axis into it, unless the fill mode is `constant`. */
function intoImage(at: number, length: number, mode: FillMode): number {
  const last = length - 1;
  switch (mode) {
    case 'constant':
      return at;
    case 'nearest':
      return clamp(at, last);
    case 'wrap':
      return clamp(wrapped(at, length), last);
    case 'reflect':
      return clamp(reflected(at, length), last);
  }
}

function clamp(at: number, last: number): number {
  // What is not a number stays so, so that its pixel gets the fill value.
  return Math.max(0, Math.min(at, last));
}

/** Continues [abcd] as [abcd|abcd|abcd]. */
function wrapped(at: number, length: number): number {
  if (length <= 1) return Number.isNaN(at) ? at : 0;
  if (at < 0) return round(at + length * (Math.trunc(-at / (length - 1)) + 1));
  return at > length - 1 ? round(at - length * Math.trunc(at / (length - 1))) : at;
}

/** Continues [abcd] as [dcba|abcd|dcba]. */
function reflected(at: number, length: number): number {
  if (length <= 1) return Number.isNaN(at) ? at : 0;
  const period = 2 * length;
  if (at < 0) {
    const near = round(at + period * Math.trunc(-at / period));
    return near < -length ? round(near + period) : round(-near - 1);
  }
  if (at <= length - 1) return at;
  const near = round(at - period * Math.trunc(at / period));
  return near >= length ? round(period - near - 1) : near;
}

function pixel({ image, batch, fill }: Source, row: number, column: number, c: number): number {
  const [, height = 0, width = 0, channels = 0] = image.shape;
  if (!(row >= 0 && row < height && column >= 0 && column < width)) return fill;
  return image.values[((batch * height + row) * width + column) * channels + c] ?? fill;
}

function readNearest(source: Source, row: number, column: number, c: number): number {
  return pixel(source, halfAwayFromZero(row), halfAwayFromZero(column), c);
}

function halfAwayFromZero(x: number): number {
  return Math.sign(x) * Math.floor(Math.abs(x) + 0.5);
}

function readBilinear(source: Source, row: number, column: number, c: number): number {
  if (Number.isNaN(row) || Number.isNaN(column)) return source.fill;
  const [top, left] = [Math.floor(row), Math.floor(column)];
  const across = (y: number): number =>
    (left + 1 - column) * pixel(source, y, left, c) +
    (column - left) * pixel(source, y, left + 1, c);
  return (top + 1 - row) * across(top) + (row - top) * across(top + 1);
}
