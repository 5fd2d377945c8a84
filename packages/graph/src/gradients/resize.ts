import * as tf from '@tensorflow/tfjs-core';
import type { ResizeMethod } from '../composed/resampling.ts';
import { CROP_GRAD_BOXES, CROP_GRAD_IMAGE } from '../kernels/crop-and-resize.ts';
import { gridOf, RESAMPLE, RESAMPLE_GRAD, type ResampleAttrs } from '../kernels/resample.ts';
import { gradientOf, zeroGradient } from './define.ts';

function resampleGradient(dy: tf.Tensor, images: tf.Tensor, attrs: ResampleAttrs): tf.Tensor {
  const [, height = 1, width = 1] = images.shape;
  return tf.engine().runKernel(
    RESAMPLE_GRAD,
    { dy },
    {
      method: attrs.method,
      antialias: attrs.antialias,
      grid: attrs.grid,
      size: [...attrs.size],
      inputSize: [height, width],
    },
  );
}

function tfjsResize(kernelName: string, method: ResizeMethod): tf.GradConfig {
  return gradientOf(kernelName, ['images'], (dy, { images }, attrs: tf.ResizeBilinearAttrs) => ({
    images: () =>
      resampleGradient(dy, images, {
        size: attrs.size,
        method,
        antialias: false,
        grid: gridOf(attrs),
      }),
  }));
}

const cropGradient = gradientOf(
  tf.CropAndResize,
  ['image', 'boxes', 'boxInd'],
  (dy, { image, boxes, boxInd }, { method }: tf.CropAndResizeAttrs) => ({
    image: () =>
      tf
        .engine()
        .runKernel(CROP_GRAD_IMAGE, { dy, boxes, boxInd }, { imageShape: image.shape, method }),
    boxes: () => tf.engine().runKernel(CROP_GRAD_BOXES, { dy, image, boxes, boxInd }),
    boxInd: () => zeroGradient(boxInd),
  }),
);

/** Gradients of resizing and cropping images. */
export const resizeGradients: readonly tf.GradConfig[] = [
  tfjsResize(tf.ResizeBilinear, 'bilinear'),
  tfjsResize(tf.ResizeNearestNeighbor, 'nearest'),
  gradientOf(RESAMPLE, ['images'], (dy, { images }, attrs: ResampleAttrs) => ({
    images: () => resampleGradient(dy, images, attrs),
  })),
  cropGradient,
  gradientOf(RESAMPLE_GRAD, [], (ddx, _, attrs: tf.NamedAttrMap) => ({
    dy: () => tf.engine().runKernel(RESAMPLE, { images: ddx }, attrs),
  })),
];
