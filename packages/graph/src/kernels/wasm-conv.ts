import * as tf from '@tensorflow/tfjs-core';
import { type SimdFunctions, simdFunctions } from './simd/functions.ts';
import type { WasmBackend } from './wasm-backend.ts';
import { MOST_ROWS } from './wasm-product.ts';

type ConvInfo = tf.backend_util.Conv2DInfo;

/**
 * Up to so many output pixels a filter that is used for the first time is not worth packing, which is what the
 * convolution of tfjs begins with: a gradient step, or a program that predicts once, never comes to use the copy.
 */
const MOST_ROWS_ONCE = 1024;

const used = new WeakSet<object>();

/**
 * Convolves an image as a product of matrices, whose left operand lists the pixels under the filter for each output
 * pixel; null where the convolution of tfjs is faster.
 */
export function convolveByProduct(
  backend: WasmBackend,
  x: tf.TensorInfo,
  filter: tf.TensorInfo,
  attrs: tf.NamedAttrMap,
): tf.TensorInfo | null {
  const { strides, pad, dilations, dimRoundingMode, dataFormat } =
    attrs as unknown as tf.Conv2DAttrs;
  if (dataFormat !== 'NHWC' || x.dtype !== 'float32' || filter.dtype !== 'float32') return null;
  const info = tf.backend_util.computeConv2DInfo(
    x.shape as [number, number, number, number],
    filter.shape as [number, number, number, number],
    strides,
    dilations,
    pad,
    dimRoundingMode,
  );
  const rows = info.batchSize * info.outHeight * info.outWidth;
  const simd = isWorthwhile(rows, filter) ? simdFunctions(backend) : null;
  if (simd === null || rows === 0) return null;
  const addresses = [x, filter].map(({ dataId }) => backend.dataIdMap.get(dataId).memoryOffset);
  return multiplied(backend, simd, info, [addresses[0] ?? 0, addresses[1] ?? 0]);
}

function isWorthwhile(rows: number, { dataId }: tf.TensorInfo): boolean {
  if (rows <= MOST_ROWS) return true;
  const isFirst = !used.has(dataId);
  used.add(dataId);
  return isFirst && rows <= MOST_ROWS_ONCE;
}

function multiplied(
  backend: WasmBackend,
  simd: SimdFunctions,
  info: ConvInfo,
  [x, filter]: readonly [number, number],
): tf.TensorInfo {
  const { filterHeight, filterWidth, inChannels, outChannels, batchSize } = info;
  const rows = batchSize * info.outHeight * info.outWidth;
  const inner = filterHeight * filterWidth * inChannels;
  const out = backend.makeOutput([...info.outShape], 'float32');
  const { wasm } = backend;
  const patches = isPointwise(info) ? null : wasm._malloc(4 * rows * inner);
  try {
    if (patches !== null) listPatches(new Float32Array(wasm.HEAPU8.buffer), x, patches, info);
    backend.typedArrayFromHeap(out).fill(0);
    const to = backend.dataIdMap.get(out.dataId).memoryOffset;
    simd.product(patches ?? x, filter, to, rows, inner, outChannels);
  } finally {
    if (patches !== null) wasm._free(patches);
  }
  return out;
}

/** True when the pixels of the image are the rows of the left operand as they are. */
function isPointwise({ filterHeight, filterWidth, strideHeight, strideWidth, padInfo }: ConvInfo) {
  const { top, bottom, left, right } = padInfo;
  const size = filterHeight * filterWidth * strideHeight * strideWidth;
  return size === 1 && top + bottom + left + right === 0;
}

/** Writes, for each output pixel, the pixels under the filter in row-major order, zeros for the padding. */
function listPatches(heap: Float32Array, x: number, patches: number, info: ConvInfo): void {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth } = info;
  const { filterHeight, filterWidth, dilationHeight, padInfo } = info;
  const width = filterWidth * inChannels;
  let to = patches / 4;
  heap.fill(0, to, to + batchSize * outHeight * outWidth * filterHeight * width);
  for (let line = 0; line < batchSize * outHeight; line++) {
    const image = Math.floor(line / outHeight);
    const top = (line % outHeight) * info.strideHeight - padInfo.top;
    for (let column = 0; column < outWidth; column++) {
      const left = column * info.strideWidth - padInfo.left;
      for (let tap = 0; tap < filterHeight; tap++, to += width) {
        const row = top + tap * dilationHeight;
        if (row < 0 || row >= inHeight) continue;
        copyPixels(heap, x / 4 + (image * inHeight + row) * inWidth * inChannels, left, to, info);
      }
    }
  }
}

/** Copies the pixels of one row that one row of the filter meets. */
function copyPixels(
  heap: Float32Array,
  row: number,
  left: number,
  to: number,
  { inWidth, inChannels, filterWidth, dilationWidth }: ConvInfo,
): void {
  if (dilationWidth === 1) {
    const [first, end] = [Math.max(left, 0), Math.min(left + filterWidth, inWidth)];
    if (end <= first) return;
    const target = to + (first - left) * inChannels;
    heap.copyWithin(target, row + first * inChannels, row + end * inChannels);
    return;
  }
  for (let tap = 0; tap < filterWidth; tap++) {
    const column = left + tap * dilationWidth;
    if (column < 0 || column >= inWidth) continue;
    const from = row + column * inChannels;
    heap.copyWithin(to + tap * inChannels, from, from + inChannels);
  }
}
