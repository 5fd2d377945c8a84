import { UnsupportedError } from '@km/core';
import * as attr from '../attr.ts';
import type { GraphTensor } from '../emitter.ts';
import type { KernelCall, KernelFamily, KernelWriter } from '../kernel-call.ts';
import { Varying } from '../numbers.ts';

const resize =
  (op: string): KernelWriter =>
  (call) =>
    call.emit.op(op, [call.tensor('images'), call.vector(call.numbers('size'))], {
      align_corners: attr.bool(call.flag('alignCorners')),
      half_pixel_centers: attr.bool(call.flag('halfPixelCenters')),
    });

/** Filters of `ScaleAndTranslate` by the names of the methods of `tf.image.resize`. */
const FILTERS: ReadonlyMap<string, string> = new Map([
  ['bilinear', 'triangle'],
  ['bicubic', 'keyscubic'],
  ['lanczos3', 'lanczos3'],
  ['lanczos5', 'lanczos5'],
  ['gaussian', 'gaussian'],
  ['mitchellcubic', 'mitchellcubic'],
]);

/** Resizing by the methods that tfjs lacks, as `tf.image.resize` chooses ops for them. */
function resample(call: KernelCall): GraphTensor {
  const { emit } = call;
  const method = String(call.attr('method'));
  const images = call.tensor('images');
  const size = call.vector(call.numbers('size'));
  if (method === 'area') return emit.op('ResizeArea', [images, size]);
  if (method === 'bicubic' && !call.flag('antialias')) {
    return emit.op('ResizeBicubic', [images, size], { half_pixel_centers: attr.bool(true) });
  }
  const filter = FILTERS.get(method);
  if (filter === undefined) throw new UnsupportedError(`No op resizes by '${method}'.`);
  return emit.op(
    'ScaleAndTranslate',
    [images, size, scales(call), emit.constant('float32', [2], [0, 0])],
    {
      kernel_type: attr.text(filter),
      antialias: attr.bool(call.flag('antialias')),
    },
  );
}

/** Target lengths divided by the lengths of the images. */
function scales(call: KernelCall): GraphTensor {
  const { emit } = call;
  const lengths = call.shape('images').slice(1, 3);
  const targets = call.numbers('size');
  const isFixed = [...lengths, ...targets].every((length) => !(length instanceof Varying));
  if (isFixed) {
    const ratios = targets.map((target, axis) => Number(target) / Number(lengths[axis]));
    return emit.constant('float32', [2], ratios.map(Math.fround));
  }
  const [target, length] = [targets, lengths].map((sizes) =>
    emit.cast(call.vector(sizes), 'float32'),
  );
  return emit.op(
    'RealDiv',
    [target, length].filter((x) => x !== undefined),
  );
}

/** Kernels that sample images. */
export const imageWriters: KernelFamily = {
  ResizeBilinear: resize('ResizeBilinear'),
  ResizeNearestNeighbor: resize('ResizeNearestNeighbor'),
  Resample: resample,
  Transform: (call) =>
    call.emit.op(
      'ImageProjectiveTransformV3',
      [
        call.tensor('image'),
        call.tensor('transforms'),
        call.vector(call.outputShape().slice(1, 3)),
        call.emit.scalar(call.fixed('fillValue', 0), 'float32'),
      ],
      {
        interpolation: attr.text(String(call.attr('interpolation')).toUpperCase()),
        fill_mode: attr.text(String(call.attr('fillMode')).toUpperCase()),
      },
    ),
  CropAndResize: (call) =>
    call.emit.op(
      'CropAndResize',
      [
        call.tensor('image'),
        call.tensor('boxes'),
        call.tensor('boxInd'),
        call.vector(call.numbers('cropSize')),
      ],
      {
        method: attr.text(String(call.attr('method') ?? 'bilinear')),
        extrapolation_value: attr.float(call.fixed('extrapolationValue', 0)),
      },
    ),
};
