import type * as tf from '@tensorflow/tfjs-core';
import type { SimdFunctions } from './simd/functions.ts';
import type { WasmBackend } from './wasm-backend.ts';
import { type Finish, writeBias } from './wasm-conv.ts';
import { withDerived } from './wasm-derived.ts';
import { rowsOfPass, wholePanels } from './wasm-panels.ts';
import { withScratch } from './wasm-scratch.ts';

type ConvInfo = tf.backend_util.Conv2DInfo;

/** Numbers that a tile of 4 × 4 pixels is transformed to. */
const PLANES = 16;
/** Side of a tile. */
const SIDE = 4;
/** Bytes between planes, whose lengths would often be powers of two and share the same few lines of the cache. */
const GAP = 64;
/** Below this mean of channels and filters, c · f / (c + f), the transforms cost more than the products spare. */
const LEAST_MEAN = 7;
/** Below so many tiles it takes longer to make or to read the transformed filters than to multiply. */
const FEWEST_TILES = 8;
/** Transformed tiles and their products, which stay in the second cache. */
const BYTES_OF_PASS = 512 * 1024;
const FEWEST_TILES_OF_PASS = 64;

/** Sizes of a convolution by tiles. */
interface Plan {
  readonly info: ConvInfo;
  readonly tilesAcross: number;
  /** Rows of tiles of all images, and of one pass. */
  readonly lines: number;
  readonly linesOfPass: number;
  /** Bytes from one plane of tiles, or of products, to the next. */
  readonly tileBytes: number;
  readonly productBytes: number;
  /** Width of an image with its padding. */
  readonly width: number;
  /** False: the tiles lie within the image as it is. */
  readonly isPadded: boolean;
}

/** True when a convolution has a filter of 3 × 3 pixels and sizes at which `convolveByTiles` is the faster way. */
export function isForTiles(info: ConvInfo): boolean {
  const { filterHeight, filterWidth, strideHeight, strideWidth, inChannels, outChannels } = info;
  if (filterHeight !== 3 || filterWidth !== 3 || strideHeight !== 1 || strideWidth !== 1) {
    return false;
  }
  if (info.dilationHeight !== 1 || info.dilationWidth !== 1) return false;
  if (inChannels % 4 !== 0 || outChannels % 4 !== 0) return false;
  const tiles = info.batchSize * Math.ceil(info.outHeight / 2) * Math.ceil(info.outWidth / 2);
  const mean = (inChannels * outChannels) / (inChannels + outChannels);
  return mean >= LEAST_MEAN && tiles >= FEWEST_TILES;
}

/**
 * Convolves as `convolve` does, with fewer multiplications. Sums of pixels and of products round differently from the
 * definition, by about the precision of the largest of the pixels of a tile.
 *
 * @returns null when the result is not finite: an infinite pixel would spoil all pixels of its tile.
 */
export function convolveByTiles(
  backend: WasmBackend,
  simd: SimdFunctions,
  operands: { readonly x: tf.TensorInfo; readonly filter: tf.TensorInfo },
  info: ConvInfo,
  finish: Finish,
): tf.TensorInfo | null {
  const { x, filter } = operands;
  // Data that still lies on another backend moves here on its first lookup, which may grow the heap.
  for (const operand of [x, filter, finish.bias]) operand && backend.dataIdMap.get(operand.dataId);
  const { inChannels, outChannels } = info;
  const out = backend.makeOutput([...info.outShape], 'float32');
  const planeBytes = bytesOfFilters(info);
  const succeeded = withDerived(
    backend,
    filter,
    { key: `planes of ${String(inChannels)}x${String(outChannels)}`, bytes: PLANES * planeBytes },
    (to) => {
      const from = backend.dataIdMap.get(filter.dataId).memoryOffset;
      if (outChannels % 8 !== 0) backend.wasm.HEAPU8.fill(0, to, to + PLANES * planeBytes);
      simd.winogradFilter(from, to, planeBytes, inChannels, outChannels);
    },
    (filters) => convolveLines(backend, simd, planOf(info), { x, out, filters, finish }),
  );
  if (succeeded) return out;
  backend.disposeData(out.dataId);
  return null;
}

/** Bytes from one plane of transformed filters to the next. */
function bytesOfFilters({ inChannels, outChannels }: ConvInfo): number {
  return 4 * inChannels * wholePanels(outChannels) + GAP;
}

function planOf(info: ConvInfo): Plan {
  const tilesAcross = Math.ceil(info.outWidth / 2);
  const tilesDown = Math.ceil(info.outHeight / 2);
  const lineBytes = 4 * PLANES * tilesAcross * (info.inChannels + info.outChannels);
  const lines = info.batchSize * tilesDown;
  const most = Math.max(BYTES_OF_PASS / lineBytes, FEWEST_TILES_OF_PASS / tilesAcross);
  const linesOfPass = Math.min(Math.ceil(most), lines);
  const tiles = linesOfPass * tilesAcross;
  const { top, bottom, left, right } = info.padInfo;
  return {
    info,
    tilesAcross,
    lines,
    linesOfPass,
    tileBytes: 4 * tiles * info.inChannels + GAP,
    productBytes: 4 * tiles * info.outChannels + GAP,
    width: 2 * tilesAcross + 2,
    isPadded: top + bottom + left + right + (info.outHeight % 2) + (info.outWidth % 2) > 0,
  };
}

interface Operands {
  readonly x: tf.TensorInfo;
  readonly out: tf.TensorInfo;
  /** Address of the transformed filters. */
  readonly filters: number;
  readonly finish: Finish;
}

/** Convolves one stretch of rows of tiles after the other; false when a pixel of the result is not finite. */
function convolveLines(
  backend: WasmBackend,
  simd: SimdFunctions,
  plan: Plan,
  operands: Operands,
): boolean {
  const { tilesAcross, lines, linesOfPass, width, info } = plan;
  const { inChannels, outChannels } = info;
  const tiles = tilesAcross * linesOfPass;
  const sizes = {
    tiles: PLANES * plan.tileBytes,
    products: PLANES * plan.productBytes,
    table: 4 * tiles,
    offsets: 4 * PLANES,
    zeros: 4 * wholePanels(outChannels),
    bias: 4 * wholePanels(outChannels),
    finite: 16,
    line: plan.isPadded ? 4 * SIDE * width * inChannels : 0,
    spare: 4 * (info.outWidth + 1) * outChannels,
  };
  return withScratch(backend, sizes, (places) => {
    const floats = prepare(backend, plan, operands, places);
    floats.fill(0, places.line / 4, (places.line + sizes.line) / 4);
    const x = backend.dataIdMap.get(operands.x.dataId).memoryOffset;
    const y = backend.dataIdMap.get(operands.out.dataId).memoryOffset;
    const pass: Pass = { simd, plan, operands, places, floats, x, y };
    for (let first = 0; first < lines; first += linesOfPass) {
      const count = Math.min(linesOfPass, lines - first);
      for (let line = 0; line < count; line++) transformTiles(pass, first + line, line);
      multiplyPlanes(pass, count);
      for (let line = 0; line < count; line++) transformProducts(pass, first + line, line);
    }
    const check = floats.slice(places.finite / 4, places.finite / 4 + 4);
    return check.every((value) => value === 0);
  });
}

type Places = Readonly<
  Record<
    'tiles' | 'products' | 'table' | 'offsets' | 'zeros' | 'bias' | 'finite' | 'line' | 'spare',
    number
  >
>;

/** Writes what all steps read; gives the elements of the memory. */
function prepare(
  backend: WasmBackend,
  { info, tilesAcross, linesOfPass, tileBytes }: Plan,
  { finish }: Operands,
  places: Places,
): Float32Array {
  const { inChannels, outChannels } = info;
  const tiles = tilesAcross * linesOfPass;
  writeBias(backend, undefined, places.zeros, outChannels);
  writeBias(backend, finish.bias, places.bias, outChannels);
  const { buffer } = backend.wasm.HEAPU8;
  const integers = new Int32Array(buffer);
  for (let i = 0; i < tiles; i++) integers[places.table / 4 + i] = 4 * i * inChannels;
  for (let i = 0; i < PLANES; i++) {
    integers[places.offsets / 4 + i] = places.tiles + i * tileBytes;
  }
  const floats = new Float32Array(buffer);
  floats.fill(0, places.finite / 4, places.finite / 4 + 4);
  return floats;
}

/** What the steps of a convolution share. */
interface Pass {
  readonly simd: SimdFunctions;
  readonly plan: Plan;
  readonly operands: Operands;
  /** Addresses of the parts of the memory. */
  readonly places: Places;
  readonly floats: Float32Array;
  readonly x: number;
  readonly y: number;
}

function transformTiles({ simd, plan, places, floats, x }: Pass, line: number, at: number): void {
  const { info, tilesAcross, tileBytes, width, isPadded } = plan;
  const { inHeight, inWidth, inChannels, padInfo } = info;
  const tilesDown = Math.ceil(info.outHeight / 2);
  const image = x / 4 + Math.floor(line / tilesDown) * inHeight * inWidth * inChannels;
  const top = 2 * (line % tilesDown) - padInfo.top;
  const length = inWidth * inChannels;
  if (isPadded) {
    for (let row = 0; row < SIDE; row++) {
      const target = places.line / 4 + (row * width + padInfo.left) * inChannels;
      const source = image + (top + row) * length;
      const isInside = top + row >= 0 && top + row < inHeight;
      if (isInside) floats.copyWithin(target, source, source + length);
      else floats.fill(0, target, target + length);
    }
  }
  simd.winogradInput(
    ...[isPadded ? places.line : 4 * (image + top * length)],
    ...[4 * (isPadded ? width : inWidth) * inChannels],
    ...[places.tiles + 4 * at * tilesAcross * inChannels],
    ...[tileBytes, tilesAcross, inChannels],
  );
}

/** Multiplies the tiles of a stretch of rows by the filters, plane by plane. */
function multiplyPlanes({ simd, plan, operands, places }: Pass, lines: number): void {
  const { info, tilesAcross, productBytes } = plan;
  const { inChannels, outChannels } = info;
  const rows = tilesAcross * lines;
  for (let plane = 0; plane < PLANES; plane++) {
    simd.panelProduct(
      ...[places.table, places.offsets + 4 * plane, 1, inChannels],
      ...[operands.filters + plane * bytesOfFilters(info)],
      ...[32, 32 * inChannels, places.zeros],
      ...[places.products + plane * productBytes, 4 * outChannels],
      ...[rows, rowsOfPass(4 * (inChannels + outChannels)), outChannels],
      ...[Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
    );
  }
}

function transformProducts(
  { simd, plan, operands, places, y }: Pass,
  line: number,
  at: number,
): void {
  const { info, tilesAcross, productBytes } = plan;
  const { outHeight, outWidth, outChannels } = info;
  const tilesDown = Math.ceil(outHeight / 2);
  const row = 2 * (line % tilesDown);
  const rowBytes = 4 * outWidth * outChannels;
  const top = y + (Math.floor(line / tilesDown) * outHeight + row) * rowBytes;
  simd.winogradOutput(
    ...[places.products + 4 * at * tilesAcross * outChannels],
    ...[productBytes],
    ...[top, row + 1 < outHeight ? top + rowBytes : places.spare],
    ...[places.bias, places.finite, places.spare, outWidth, outChannels],
    ...[operands.finish.low, operands.finish.high],
  );
}
