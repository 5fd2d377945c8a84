import { UnsupportedError } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';
import { extractPatches } from '../composed/extract-patches.ts';
import { type PixelGrid, type ResizeMethod, spansOf } from '../composed/resampling.ts';
import type { Attrs } from '../executor/attrs.ts';
import type { OpBuilder, OpFamily } from '../executor/op-node.ts';
import { integersOf, numberOf, onDevice, onHost, shapeOf, type Value } from '../executor/values.ts';
import { RESAMPLE } from '../kernels/resample.ts';
import { checkedShape, composed, inputAt } from './define.ts';

function gridOf(attrs: Attrs): PixelGrid {
  if (attrs.bool('align_corners')) return 'align_corners';
  return attrs.has('half_pixel_centers') && attrs.bool('half_pixel_centers')
    ? 'half_pixel'
    : 'corner';
}

/** Height and width of an image that a graph asks for. */
function sizeOfImage(value: Value): [number, number] {
  const [height = 0, width = 0] = checkedShape(integersOf(value));
  return [height, width];
}

function resample(
  images: tf.Tensor,
  size: readonly [number, number],
  method: ResizeMethod,
  grid: PixelGrid,
): tf.Tensor {
  const [batch = 0, , , channels = 0] = images.shape;
  checkedShape([batch, ...size, channels]);
  const floats = tf.cast(images, 'float32');
  return tf
    .engine()
    .runKernel(RESAMPLE, { images: floats }, { size, method, antialias: false, grid });
}

function resize(method: ResizeMethod): OpBuilder {
  return ({ attrs, where }) => {
    const grid = method === 'area' && !attrs.bool('align_corners') ? 'corner' : gridOf(attrs);
    if (method === 'area' && grid === 'align_corners') {
      throw new UnsupportedError(`${where}: areas with aligned corners are not computed.`);
    }
    return (inputs) =>
      tf.tidy(() =>
        resample(onDevice(inputAt(inputs, 0)), sizeOfImage(inputAt(inputs, 1)), method, grid),
      );
  };
}

/** Takes for each pixel the nearest one; whatever the type is, it stays. */
const nearest: OpBuilder = ({ attrs }) => {
  const grid = gridOf(attrs);
  return (inputs) => {
    const size = sizeOfImage(inputAt(inputs, 1));
    return tf.tidy(() => {
      const x = onDevice(inputAt(inputs, 0));
      const [batch = 0, height = 0, width = 0, channels = 0] = x.shape;
      checkedShape([batch, ...size, channels]);
      const places = (length: number, wanted: number): tf.Tensor1D =>
        tf.tensor1d(
          spansOf('nearest', length, wanted, false, grid).map(({ start }) => start),
          'int32',
        );
      return tf.gather(tf.gather(x, places(height, size[0]), 1), places(width, size[1]), 2);
    });
  };
};

/** Gradient of a resizing by its image, whose size the second input gives: an image, or a height and a width. */
function resizeGradient(method: ResizeMethod): OpBuilder {
  return ({ attrs }) => {
    const grid = gridOf(attrs);
    return (inputs) => {
      const given = inputAt(inputs, 1);
      const [height, width] =
        method === 'nearest'
          ? sizeOfImage(given)
          : (shapeOf(given).slice(1, 3) as [number, number]);
      return tf.tidy(() => {
        const dy = onDevice(inputAt(inputs, 0));
        const [batch = 0, rows = 0, columns = 0, channels = 0] = dy.shape;
        const image = tf.zeros(checkedShape([batch, height, width, channels]));
        const forward = (x: tf.Tensor): tf.Tensor => resample(x, [rows, columns], method, grid);
        return tf.grad(forward)(image, dy);
      });
    };
  };
}

const METHODS: ReadonlyMap<string, ResizeMethod> = new Map([
  ['triangle', 'bilinear'],
  ['keyscubic', 'bicubic'],
  ['lanczos3', 'lanczos3'],
  ['lanczos5', 'lanczos5'],
  ['gaussian', 'gaussian'],
  ['mitchellcubic', 'mitchellcubic'],
]);

const scaleAndTranslate: OpBuilder = ({ attrs, where }) => {
  const method = METHODS.get(attrs.string('kernel_type'));
  const antialias = attrs.bool('antialias');
  if (method === undefined) {
    throw new UnsupportedError(`${where}: the filter ${attrs.string('kernel_type')} is not known.`);
  }
  return (inputs) => {
    const size = sizeOfImage(inputAt(inputs, 1));
    const scale = Array.from(onHost(inputAt(inputs, 2), 'float32').data, Number);
    const moved = Array.from(onHost(inputAt(inputs, 3), 'float32').data, Number);
    return tf.tidy(() => {
      const images = tf.cast(onDevice(inputAt(inputs, 0)), 'float32');
      const fits = [0, 1].every(
        (axis) =>
          Math.abs((scale[axis] ?? 1) - (size[axis] ?? 0) / (images.shape[axis + 1] ?? 1)) < 1e-5,
      );
      if (!fits || moved.some((offset) => offset !== 0)) {
        throw new UnsupportedError('Images are only scaled as a whole, without being moved.');
      }
      const grid: PixelGrid = 'half_pixel';
      return tf.engine().runKernel(RESAMPLE, { images }, { size, method, antialias, grid });
    });
  };
};

const cropAndResize: OpBuilder = ({ attrs }) => {
  const method = attrs.string('method') === 'nearest' ? 'nearest' : 'bilinear';
  const outside = attrs.float('extrapolation_value');
  return (inputs) => {
    const size = sizeOfImage(inputAt(inputs, 3));
    return tf.tidy(() => {
      const image = tf.cast(onDevice(inputAt(inputs, 0)), 'float32') as tf.Tensor4D;
      const boxes = onDevice(inputAt(inputs, 1)) as tf.Tensor2D;
      const indices = onDevice(inputAt(inputs, 2)) as tf.Tensor1D;
      checkedShape([boxes.shape[0], ...size, image.shape[3]]);
      if (boxes.shape[0] === 0) return tf.zeros([0, ...size, image.shape[3]]);
      return tf.image.cropAndResize(image, boxes, indices, size, method, outside);
    });
  };
};

type FillMode = tf.TransformAttrs['fillMode'];

const projectiveTransform: OpBuilder = ({ attrs, op }) => {
  const interpolation = attrs.string('interpolation') === 'BILINEAR' ? 'bilinear' : 'nearest';
  const fillMode = attrs.string('fill_mode').toLowerCase() as FillMode;
  const hasFill = op === 'ImageProjectiveTransformV3';
  return (inputs) => {
    const outputShape = sizeOfImage(inputAt(inputs, 2));
    const fillValue = hasFill ? numberOf(inputAt(inputs, 3)) : 0;
    return tf.tidy(() => {
      const image = onDevice(inputAt(inputs, 0));
      const transforms = onDevice(inputAt(inputs, 1));
      checkedShape([image.shape[0] ?? 0, ...outputShape, image.shape[3] ?? 0]);
      return tf
        .engine()
        .runKernel(
          tf.Transform,
          { image, transforms },
          { interpolation, fillMode, fillValue, outputShape },
        );
    });
  };
};

/** Hue, saturation and value of colours, the channels apart. */
function toHsv(rgb: tf.Tensor): [tf.Tensor, tf.Tensor, tf.Tensor] {
  const [r, g, b] = tf.unstack(rgb, -1) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const value = tf.max(rgb, -1);
  const range = tf.sub(value, tf.min(rgb, -1));
  const isGrey = tf.equal(range, 0);
  const safeRange = tf.where(isGrey, tf.onesLike(range), range);
  const isBlack = tf.equal(value, 0);
  const saturation = tf.where(
    isBlack,
    tf.zerosLike(value),
    tf.div(range, tf.where(isBlack, tf.onesLike(value), value)),
  );
  const sixth = (a: tf.Tensor, c: tf.Tensor, offset: number): tf.Tensor =>
    tf.add(tf.div(tf.sub(a, c), tf.mul(safeRange, 6)), offset);
  const hue = tf.where(
    tf.equal(r, value),
    sixth(g, b, 0),
    tf.where(tf.equal(g, value), sixth(b, r, 2 / 6), sixth(r, g, 4 / 6)),
  );
  const turned = tf.where(tf.less(hue, 0), tf.add(hue, 1), hue);
  return [tf.where(isGrey, tf.zerosLike(hue), turned), saturation, value];
}

function fromHsv([hue, saturation, value]: readonly [tf.Tensor, tf.Tensor, tf.Tensor]): tf.Tensor {
  const channel = (offset: number, scale: number, sign: 1 | -1): tf.Tensor => {
    const distance = tf.abs(tf.sub(tf.mul(hue, 6), offset));
    return tf.clipByValue(tf.add(tf.mul(distance, sign), scale), 0, 1);
  };
  const parts = [channel(3, -1, 1), channel(2, 2, -1), channel(4, 2, -1)];
  return tf.stack(
    parts.map((part) => tf.mul(value, tf.add(tf.mul(tf.sub(part, 1), saturation), 1))),
    -1,
  );
}

const colours: OpFamily = {
  RGBToHSV: composed(
    () =>
      (...[rgb]) =>
        tf.stack(toHsv(rgb as tf.Tensor), -1),
  ),
  HSVToRGB: composed(() => (...[hsv]) => {
    const [h, s, v] = tf.unstack(hsv as tf.Tensor, -1) as [tf.Tensor, tf.Tensor, tf.Tensor];
    return fromHsv([h, s, v]);
  }),
  AdjustHue: composed(() => (...[images, delta]) => {
    const [h, s, v] = toHsv(images as tf.Tensor);
    return fromHsv([tf.mod(tf.add(tf.add(h, delta as tf.Tensor), 1), 1), s, v]);
  }),
  AdjustSaturation: composed(() => (...[images, scale]) => {
    const [h, s, v] = toHsv(images as tf.Tensor);
    return fromHsv([h, tf.clipByValue(tf.mul(s, scale as tf.Tensor), 0, 1), v]);
  }),
  AdjustContrastv2: composed(() => (...[images, factor]) => {
    const x = images as tf.Tensor;
    const mean = tf.mean(x, [x.rank - 3, x.rank - 2], true);
    return tf.add(tf.mul(tf.sub(x, mean), factor as tf.Tensor), mean);
  }),
};

const imagePatches: OpBuilder = ({ attrs }) => {
  const spatial = (name: string): number[] => attrs.ints(name).slice(1, -1);
  const options = {
    sizes: spatial('ksizes'),
    strides: spatial('strides'),
    rates: attrs.has('rates') ? spatial('rates') : 1,
    padding: attrs.string('padding') === 'SAME' ? ('same' as const) : ('valid' as const),
  };
  return (inputs) => tf.tidy(() => extractPatches(onDevice(inputAt(inputs, 0)), options));
};

/** Ops of images. */
export const imageOps: OpFamily = {
  ResizeBilinearGrad: resizeGradient('bilinear'),
  ResizeBicubicGrad: resizeGradient('bicubic'),
  ResizeNearestNeighborGrad: resizeGradient('nearest'),
  ResizeBilinear: resize('bilinear'),
  ResizeBicubic: resize('bicubic'),
  ResizeArea: resize('area'),
  ResizeNearestNeighbor: nearest,
  ScaleAndTranslate: scaleAndTranslate,
  CropAndResize: cropAndResize,
  ImageProjectiveTransformV2: projectiveTransform,
  ImageProjectiveTransformV3: projectiveTransform,
  ExtractImagePatches: imagePatches,
  ExtractVolumePatches: imagePatches,
  ...colours,
};
