import * as tf from '@tensorflow/tfjs-core';
import { type SimdFunctions, simdFunctions } from './simd/functions.ts';
import { endsOf } from './wasm-activation.ts';
import type { WasmBackend } from './wasm-backend.ts';
import { writeBias } from './wasm-conv.ts';
import { noteUse, wasUsed } from './wasm-derived.ts';
import {
  canPack,
  type Panels,
  packedBytes,
  packTo,
  panelsInPlace,
  panelsKey,
  type RightOperand,
  rowsOfPass,
  wholePanels,
  withPanels,
} from './wasm-panels.ts';
import { broadcastPositions, matricesOf } from './wasm-product.ts';
import { withScratch } from './wasm-scratch.ts';

/** Below so many rows the product that reads the right operand as it lies in memory is as fast. */
const FEWEST_ROWS = 4;
/** Below so many rows packing a right operand that is used once takes longer than it spares. */
const FEWEST_ROWS_ONCE = 64;
/** Up to so many rows a right operand is read as it lies in memory as fast as from panels. */
const MOST_INNER_IN_PLACE = 128;

/** What a product does besides multiplying. */
export interface ProductOptions {
  readonly transposeB: boolean;
  readonly bias?: tf.TensorInfo | undefined;
  readonly activation?: unknown;
}

/** A product of two matrices, or of many. */
interface Product {
  readonly rows: number;
  readonly right: RightOperand;
  readonly low: number;
  readonly high: number;
}

/**
 * Multiplies matrices of float32, adds a bias and cuts; leading axes broadcast.
 *
 * @returns null where the vector kernels cannot, or where another way is faster.
 */
export function multiplyByPanels(
  a: tf.Tensor,
  b: tf.Tensor,
  { transposeB, bias, activation }: ProductOptions,
  backend: WasmBackend,
): tf.Tensor | null {
  const simd = simdFunctions(backend);
  const ends = endsOf(activation);
  const [batchA, rowsA, inner] = matricesOf(a);
  const [batchB, ...sides] = matricesOf(b);
  const columns = sides[transposeB ? 0 : 1];
  const right = { rows: inner, columns, isTransposed: transposeB };
  const isSingle = tf.util.sizeFromShape([...batchB]) === 1;
  const rows = isSingle ? tf.util.sizeFromShape([...batchA]) * rowsA : rowsA;
  if (simd === null || ends === null || !canPack(right)) return null;
  if (isSingle ? !isWorthPacking(b, right, rows) : !(rows >= FEWEST_ROWS_ONCE)) return null;
  const batch = tf.broadcast_util.assertAndGetBroadcastShape([...batchA], [...batchB]);
  const shape = [...batch, rowsA, columns];
  if (tf.util.sizeFromShape(shape) * inner === 0) return null;
  if (bias !== undefined && tf.util.sizeFromShape(bias.shape) !== columns) return null;
  // Data that still lies on another backend moves here on its first lookup, which may grow the heap.
  for (const operand of [a, b, bias]) operand && backend.dataIdMap.get(operand.dataId);
  const out = backend.makeOutput(shape, 'float32');
  const product: Product = { rows, right, low: ends[0], high: ends[1] };
  const run: Run = { backend, simd, product, bias };
  if (isSingle) {
    withPanels(backend, simd, b, right, rows, (panels) => {
      runProducts(run, 0, (multiply) => multiply(addressOf(run, a), panels, addressOf(run, out)));
    });
  } else multiplyPairs(run, a, b, out, batch);
  return tf.engine().makeTensorFromTensorInfo(out);
}

function isWorthPacking(b: tf.Tensor, right: RightOperand, leftRows: number): boolean {
  const key = panelsKey(right);
  if (leftRows >= (wasUsed(b, key) ? FEWEST_ROWS : FEWEST_ROWS_ONCE)) return true;
  if (leftRows >= FEWEST_ROWS) noteUse(b, key);
  return false;
}

interface Run {
  readonly backend: WasmBackend;
  readonly simd: SimdFunctions;
  readonly product: Product;
  readonly bias: tf.TensorInfo | undefined;
}

function addressOf({ backend }: Run, { dataId }: tf.TensorInfo): number {
  return backend.dataIdMap.get(dataId).memoryOffset;
}

/** Multiplies each pair of matrices of two batches. */
function multiplyPairs(
  run: Run,
  a: tf.Tensor,
  b: tf.Tensor,
  out: tf.TensorInfo,
  batch: readonly number[],
): void {
  const { rows, right } = run.product;
  const { rows: inner, columns, isTransposed } = right;
  const fromB = broadcastPositions(matricesOf(b)[0], batch);
  const [atA, atB, atOut] = [a, b, out].map((operand) => addressOf(run, operand));
  const isInPlace = isTransposed !== true && columns % 8 === 0 && inner <= MOST_INNER_IN_PLACE;
  runProducts(run, isInPlace ? 0 : packedBytes(right), (multiply, scratch) => {
    broadcastPositions(matricesOf(a)[0], batch).forEach((positionA, position) => {
      const from = (atB ?? 0) + 4 * (fromB[position] ?? 0) * inner * columns;
      const panels = isInPlace
        ? panelsInPlace(from, columns)
        : packTo(run.backend, run.simd, right, from, scratch);
      const y = (atOut ?? 0) + 4 * position * rows * columns;
      multiply((atA ?? 0) + 4 * positionA * rows * inner, panels, y);
    });
  });
}

/** Prepares what all products of a run read, then lets `use` multiply matrices by their addresses. */
function runProducts(
  { backend, simd, product, bias }: Run,
  scratchBytes: number,
  use: (multiply: (a: number, panels: Panels, y: number) => void, scratch: number) => void,
): void {
  const { rows, low, high, right } = product;
  const { rows: inner, columns } = right;
  const sizes = {
    table: 4 * rows,
    offset: 4,
    shift: 4 * wholePanels(columns),
    scratch: scratchBytes,
  };
  withScratch(backend, sizes, ({ table, offset, shift, scratch }) => {
    writeBias(backend, bias, shift, columns);
    const heap = new Int32Array(backend.wasm.HEAPU8.buffer);
    for (let row = 0; row < rows; row++) heap[table / 4 + row] = 4 * row * inner;
    const most = rowsOfPass(4 * (inner + columns));
    use((a, { address, rowStep, panelStep }, y) => {
      heap[offset / 4] = a;
      simd.panelProduct(
        ...[table, offset, 1, inner, address, rowStep, panelStep, shift],
        ...[y, 4 * columns, rows, most, columns, low, high],
      );
    }, scratch);
  });
}
