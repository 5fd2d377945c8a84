import type { ResizeMethod } from '@km/graph';

/** Ways to compute the pixels of a resized image. */
export type Interpolation = ResizeMethod;

/** Names of the interpolations. */
export const INTERPOLATIONS: readonly Interpolation[] = [
  'nearest',
  'bilinear',
  'bicubic',
  'area',
  'lanczos3',
  'lanczos5',
  'gaussian',
  'mitchellcubic',
];
