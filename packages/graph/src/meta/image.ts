import * as tf from '@tensorflow/tfjs-core';
import { input, type MetaInputs, type MetaKernel, type MetaSpec, metaKernel } from './kernel.ts';

interface ResizeAttrs {
  readonly size: [number, number];
}

function resized(inputs: MetaInputs, { size: [height, width] }: ResizeAttrs): MetaSpec {
  const { shape, dtype } = input(inputs, 'images');
  return { shape: [shape[0] ?? 0, height, width, shape[3] ?? 0], dtype };
}

function cropped(
  inputs: MetaInputs,
  { cropSize: [height, width] }: tf.CropAndResizeAttrs,
): MetaSpec {
  const boxes = input(inputs, 'boxes').shape[0] ?? 0;
  const channels = input(inputs, 'image').shape[3] ?? 0;
  return { shape: [boxes, height, width, channels], dtype: 'float32' };
}

function transformed(inputs: MetaInputs, { outputShape }: tf.TransformAttrs): MetaSpec {
  const { shape } = input(inputs, 'image');
  const [batch = 1, height = 1, width = 1, channels = 1] = shape;
  const [rows, columns] = outputShape ?? [height, width];
  return { shape: [batch, rows, columns, channels], dtype: 'float32' };
}

const sameImage = (inputs: MetaInputs): MetaSpec => input(inputs, 'image');
const floatImages = (inputs: MetaInputs): MetaSpec => ({
  shape: input(inputs, 'images').shape,
  dtype: 'float32',
});

/** Kernels that work on images. */
export const imageKernels: readonly MetaKernel[] = [
  metaKernel<ResizeAttrs>(tf.ResizeBilinear, (inputs, attrs) => ({
    ...resized(inputs, attrs),
    dtype: 'float32',
  })),
  metaKernel<ResizeAttrs>(tf.ResizeNearestNeighbor, resized),
  metaKernel(tf.ResizeBilinearGrad, floatImages),
  metaKernel(tf.ResizeNearestNeighborGrad, floatImages),
  metaKernel(tf.CropAndResize, cropped),
  metaKernel(tf.Transform, transformed),
  metaKernel(tf.RotateWithOffset, sameImage),
  metaKernel(tf.FlipLeftRight, sameImage),
];
