import type * as tf from '@tensorflow/tfjs-core';
import { type PixelGrid, type ResizeMethod, type Span, spansOf } from '../composed/resampling.ts';
import type { Numbers, TypedArrayKernel } from './typed-array-kernel.ts';

/** Name of the kernel that resizes images by any filter. */
export const RESAMPLE = 'Resample';
/** Name of the kernel that computes the gradient of {@link RESAMPLE}. */
export const RESAMPLE_GRAD = 'ResampleGrad';

/** Attributes of a resizing. */
export interface ResampleAttrs {
  /** Height and width of the output. */
  readonly size: readonly [number, number];
  readonly method: ResizeMethod;
  readonly antialias: boolean;
  readonly grid: PixelGrid;
}

/** Attributes of the gradient; `inputSize` is the height and width of the images that were resized. */
export interface ResampleGradAttrs extends ResampleAttrs {
  readonly inputSize: readonly [number, number];
}

type Spread = (line: Numbers, spans: readonly Span[], target: Float32Array, axis: Axis) => void;

interface Axis {
  readonly outer: number;
  readonly input: number;
  readonly inner: number;
}

/** Weights neighbouring pixels along height, then width. */
export const resampleKernel: TypedArrayKernel<ResampleAttrs> = {
  kernelName: RESAMPLE,
  infer: ({ images }, { size }) => [
    { shape: [images?.shape[0] ?? 0, ...size, images?.shape[3] ?? 0], dtype: 'float32' },
  ],
  compute: ({ images }, [result], attrs) => {
    if (images === undefined || result === undefined) return;
    const [batch = 0, height = 0, width = 0, channels = 0] = images.shape;
    const rows = spans(attrs, height, 0);
    const columns = spans(attrs, width, 1);
    const tall = new Float32Array(batch * attrs.size[0] * width * channels);
    gather(images.values, rows, tall, { outer: batch, input: height, inner: width * channels });
    const wide = new Float32Array(result.length);
    const outer = batch * attrs.size[0];
    gather(tall, columns, wide, { outer, input: width, inner: channels });
    result.set(wide);
  },
};

/** Spreads gradients over the pixels they were weighted from. */
export const resampleGradKernel: TypedArrayKernel<ResampleGradAttrs> = {
  kernelName: RESAMPLE_GRAD,
  infer: ({ dy }, { inputSize }) => [
    { shape: [dy?.shape[0] ?? 0, ...inputSize, dy?.shape[3] ?? 0], dtype: 'float32' },
  ],
  compute: ({ dy }, [result], attrs) => {
    if (dy === undefined || result === undefined) return;
    const [batch = 0, , , channels = 0] = dy.shape;
    const [height, width] = attrs.inputSize;
    const outer = batch * attrs.size[0];
    const tall = new Float32Array(outer * width * channels);
    scatter(dy.values, spans(attrs, width, 1), tall, { outer, input: width, inner: channels });
    const whole = new Float32Array(result.length);
    const axis = { outer: batch, input: height, inner: width * channels };
    scatter(tall, spans(attrs, height, 0), whole, axis);
    result.set(whole);
  },
};

function spans(
  { method, size, antialias, grid }: ResampleAttrs,
  input: number,
  axis: 0 | 1,
): Span[] {
  return spansOf(method, input, size[axis], antialias, grid);
}

const gather: Spread = (source, lines, target, { outer, input, inner }) => {
  for (let o = 0, to = 0; o < outer; o++) {
    for (const { start, weights } of lines) {
      weights.forEach((weight, k) => {
        addScaled(source, (o * input + start + k) * inner, weight, target, to, inner);
      });
      to += inner;
    }
  }
};

const scatter: Spread = (source, lines, target, { outer, input, inner }) => {
  for (let o = 0, from = 0; o < outer; o++) {
    for (const { start, weights } of lines) {
      weights.forEach((weight, k) => {
        addScaled(source, from, weight, target, (o * input + start + k) * inner, inner);
      });
      from += inner;
    }
  }
};

function addScaled(
  source: Numbers,
  from: number,
  scale: number,
  target: Float32Array,
  to: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) {
    target[to + i] = (target[to + i] ?? 0) + scale * (source[from + i] ?? 0);
  }
}

/** Translates the attributes of the resizing kernels of tfjs. */
export function gridOf(attrs: tf.ResizeBilinearAttrs): PixelGrid {
  if (attrs.alignCorners) return 'align_corners';
  return attrs.halfPixelCenters ? 'half_pixel' : 'corner';
}
