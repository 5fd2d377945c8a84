import type * as tf from '@tensorflow/tfjs-core';
import type { SimdFunctions } from './simd/functions.ts';
import type { WasmBackend } from './wasm-backend.ts';
import { type Panels, rowsOfPass, wholePanels, withPanels } from './wasm-panels.ts';
import { withScratch } from './wasm-scratch.ts';

type ConvInfo = tf.backend_util.Conv2DInfo;

/** Images are convolved in groups of about so many output pixels. */
const PIXELS_OF_GROUP = 1024;
/** What follows a convolution: a bias, then a cut at both ends. */
export interface Finish {
  readonly bias: tf.TensorInfo | undefined;
  readonly low: number;
  readonly high: number;
}

/** A convolution as a product of matrices: each output pixel is a row, whose elements lie in segments of the input. */
interface Plan {
  readonly info: ConvInfo;
  /** Height and width of an image with its padding. */
  readonly height: number;
  readonly width: number;
  /** Images of a group. */
  readonly group: number;
  /** Where the rows of a group begin, and their segments, in bytes. */
  readonly rows: Int32Array;
  readonly segments: Int32Array;
  readonly segmentLength: number;
}

/** Convolves images [batch, height, width, channels] of float32. */
export function convolve(
  backend: WasmBackend,
  simd: SimdFunctions,
  { x, filter }: { readonly x: tf.TensorInfo; readonly filter: tf.TensorInfo },
  info: ConvInfo,
  finish: Finish,
): tf.TensorInfo {
  // Data that still lies on another backend moves here on its first lookup, which may grow the heap.
  for (const operand of [x, filter, finish.bias]) operand && backend.dataIdMap.get(operand.dataId);
  const plan = planOf(info);
  const { filterHeight, filterWidth, inChannels, outChannels } = info;
  const out = backend.makeOutput([...info.outShape], 'float32');
  const inner = filterHeight * filterWidth * inChannels;
  const pixels = info.batchSize * info.outHeight * info.outWidth;
  withPanels(backend, simd, filter, { rows: inner, columns: outChannels }, pixels, (panels) => {
    convolveGroups(backend, simd, plan, { x, out, panels, finish });
  });
  return out;
}

function planOf(info: ConvInfo): Plan {
  const { inHeight, inWidth, inChannels, outHeight, outWidth, padInfo } = info;
  const height = inHeight + padInfo.top + padInfo.bottom;
  const width = inWidth + padInfo.left + padInfo.right;
  const pixels = outHeight * outWidth;
  const group = Math.min(info.batchSize, Math.ceil(PIXELS_OF_GROUP / pixels));
  const rows = new Int32Array(group * pixels);
  let at = 0;
  for (let line = 0; line < group * outHeight; line++) {
    const image = Math.floor(line / outHeight);
    const row = image * height + (line % outHeight) * info.strideHeight;
    for (let column = 0; column < outWidth; column++, at++) {
      rows[at] = 4 * inChannels * (row * width + column * info.strideWidth);
    }
  }
  return { info, height, width, group, rows, ...segmentsOf(info, width) };
}

function segmentsOf(
  { filterHeight, filterWidth, dilationHeight, dilationWidth, inChannels }: ConvInfo,
  width: number,
): Pick<Plan, 'segments' | 'segmentLength'> {
  const taps = dilationWidth === 1 ? 1 : filterWidth;
  const segments = Int32Array.from({ length: filterHeight * taps }, (_, i) => {
    const row = Math.floor(i / taps) * dilationHeight;
    return 4 * inChannels * (row * width + (i % taps) * dilationWidth);
  });
  return { segments, segmentLength: (filterWidth / taps) * inChannels };
}

interface Operands {
  readonly x: tf.TensorInfo;
  readonly out: tf.TensorInfo;
  readonly panels: Panels;
  readonly finish: Finish;
}

/** Convolves one group of images after the other, in memory that is reserved once. */
function convolveGroups(
  backend: WasmBackend,
  simd: SimdFunctions,
  plan: Plan,
  operands: Operands,
): void {
  const { info, height, width, group, rows, segments } = plan;
  const { inHeight, inWidth, inChannels, outChannels, batchSize } = info;
  const isPadded = height > inHeight || width > inWidth;
  const imageBytes = 4 * height * width * inChannels;
  const sizes = {
    table: 4 * rows.length,
    offsets: 4 * segments.length,
    bias: 4 * wholePanels(outChannels),
    padded: isPadded ? group * imageBytes : 0,
  };
  withScratch(backend, sizes, ({ table, offsets, bias, padded }) => {
    new Int32Array(backend.wasm.HEAPU8.buffer).set(rows, table / 4);
    writeBias(backend, operands.finish.bias, bias, outChannels);
    const heap = new Float32Array(backend.wasm.HEAPU8.buffer);
    if (isPadded) heap.fill(0, padded / 4, (padded + group * imageBytes) / 4);
    const from = backend.dataIdMap.get(operands.x.dataId).memoryOffset;
    for (let image = 0; image < batchSize; image += group) {
      const count = Math.min(group, batchSize - image);
      const first = from + 4 * image * inHeight * inWidth * inChannels;
      if (isPadded) copyImages(heap, first, padded, count, plan);
      writeOffsets(backend, offsets, segments, isPadded ? padded : first);
      multiplyGroup(backend, simd, plan, operands, { table, offsets, bias, image, count });
    }
  });
}

/** Writes a bias, or zeros, that fills the last panel, too. */
export function writeBias(
  backend: WasmBackend,
  bias: tf.TensorInfo | undefined,
  to: number,
  filters: number,
): void {
  const values = bias === undefined ? [] : backend.typedArrayFromHeap(bias);
  const heap = new Float32Array(backend.wasm.HEAPU8.buffer, to, wholePanels(filters));
  heap.fill(0);
  heap.set(values);
}

function writeOffsets(
  backend: WasmBackend,
  to: number,
  segments: Int32Array,
  images: number,
): void {
  const heap = new Int32Array(backend.wasm.HEAPU8.buffer, to, segments.length);
  segments.forEach((offset, i) => {
    heap[i] = images + offset;
  });
}

/** Copies images into the middle of their padding. */
function copyImages(heap: Float32Array, from: number, to: number, count: number, plan: Plan): void {
  const { info, height, width } = plan;
  const { inHeight, inWidth, inChannels, padInfo } = info;
  const length = inWidth * inChannels;
  for (let line = 0; line < count * inHeight; line++) {
    const image = Math.floor(line / inHeight);
    const row = image * height + padInfo.top + (line % inHeight);
    const source = from / 4 + line * length;
    const target = to / 4 + (row * width + padInfo.left) * inChannels;
    heap.copyWithin(target, source, source + length);
  }
}

/** Where the parts of a group's product lie, and which images it has. */
interface Group {
  readonly table: number;
  readonly offsets: number;
  readonly bias: number;
  readonly image: number;
  readonly count: number;
}

function multiplyGroup(
  backend: WasmBackend,
  simd: SimdFunctions,
  { info, height, width, segments, segmentLength }: Plan,
  { out, panels, finish }: Operands,
  { table, offsets, bias, image, count }: Group,
): void {
  const pixels = info.outHeight * info.outWidth;
  const { inChannels, outChannels } = info;
  const rowBytes = 4 * ((height * width * inChannels) / pixels + outChannels);
  const y = backend.dataIdMap.get(out.dataId).memoryOffset + 4 * image * pixels * outChannels;
  simd.panelProduct(
    ...[table, offsets, segments.length, segmentLength],
    ...[panels.address, panels.rowStep, panels.panelStep, bias, y, 4 * outChannels],
    ...[count * pixels, rowsOfPass(rowBytes), outChannels, finish.low, finish.high],
  );
}
