import type * as tf from '@tensorflow/tfjs-core';
import type { SimdFunctions } from './simd/functions.ts';
import type { WasmBackend } from './wasm-backend.ts';
import { noteUse, wasUsed, withDerived } from './wasm-derived.ts';

/** Columns of a panel. */
const WIDTH = 8;

/** Up to so many rows a matrix that is used once is multiplied as it lies in memory: packing it takes longer. */
const MOST_ROWS_IN_PLACE = 8;

/** What one pass over the right operand reads and writes of the others, so that it stays in the second cache. */
const BYTES_OF_PASS = 256 * 1024;
const FEWEST_ROWS_OF_PASS = 32;

/** How many rows a pass over the right operand takes, given the bytes of a row of the left operand and the result. */
export function rowsOfPass(rowBytes: number): number {
  return Math.max(FEWEST_ROWS_OF_PASS, 4 * Math.floor(BYTES_OF_PASS / rowBytes / 4));
}

/** Where the right operand of a panel product lies: bytes between its rows within a panel, and between its panels. */
export interface Panels {
  readonly address: number;
  readonly rowStep: number;
  readonly panelStep: number;
}

/** Rounds a number of columns up to whole panels. */
export function wholePanels(columns: number): number {
  return Math.ceil(columns / WIDTH) * WIDTH;
}

/** A right operand [rows, columns]; `isTransposed`: it lies in memory as [columns, rows]. */
export interface RightOperand {
  readonly rows: number;
  readonly columns: number;
  readonly isTransposed?: boolean;
}

/** Names the packed form of an operand. */
export function panelsKey({ rows, columns, isTransposed = false }: RightOperand): string {
  return `panels ${String(rows)}x${String(columns)} ${isTransposed ? 'transposed' : ''}`;
}

/** True for the sizes that `packTo` serves. */
export function canPack({ rows, columns, isTransposed }: RightOperand): boolean {
  return isTransposed !== true || (rows % 4 === 0 && columns % WIDTH === 0);
}

/** Bytes that a packed operand takes. */
export function packedBytes({ rows, columns }: RightOperand): number {
  return 4 * rows * wholePanels(columns);
}

/** Packs an operand at `from` into panels at `to`. */
export function packTo(
  backend: WasmBackend,
  simd: SimdFunctions,
  { rows, columns, isTransposed }: RightOperand,
  from: number,
  to: number,
): Panels {
  const panels = Math.floor(columns / WIDTH);
  if (isTransposed === true) simd.packTransposed(from, to, rows, panels);
  else simd.packPanels(from, to, rows, panels, 4 * columns);
  if (columns % WIDTH > 0) {
    packRest(new Float32Array(backend.wasm.HEAPU8.buffer), from, to, rows, columns);
  }
  return panelsAt(to, rows);
}

function panelsAt(address: number, rows: number): Panels {
  return { address, rowStep: 4 * WIDTH, panelStep: 4 * WIDTH * rows };
}

/** An operand of whole panels as it lies in memory. */
export function panelsInPlace(address: number, columns: number): Panels {
  return { address, rowStep: 4 * columns, panelStep: 4 * WIDTH };
}

/**
 * Runs `use` on the panels of a matrix, which is a whole tensor.
 *
 * @param leftRows How many rows the left operand has.
 */
export function withPanels<T>(
  backend: WasmBackend,
  simd: SimdFunctions,
  matrix: tf.TensorInfo,
  right: RightOperand,
  leftRows: number,
  use: (panels: Panels) => T,
): T {
  const { rows, columns, isTransposed = false } = right;
  const from = backend.dataIdMap.get(matrix.dataId).memoryOffset;
  const key = panelsKey(right);
  const isWhole = columns % WIDTH === 0 && !isTransposed;
  if (!wasUsed(matrix, key) && isWhole && leftRows <= MOST_ROWS_IN_PLACE) {
    noteUse(matrix, key);
    return use(panelsInPlace(from, columns));
  }
  return withDerived(
    backend,
    matrix,
    { key, bytes: packedBytes(right) },
    (to) => packTo(backend, simd, right, from, to),
    (address) => use(panelsAt(address, rows)),
  );
}

/** Packs the last panel, which the matrix does not fill. */
function packRest(
  heap: Float32Array,
  from: number,
  to: number,
  rows: number,
  columns: number,
): void {
  const first = columns - (columns % WIDTH);
  let target = to / 4 + rows * first;
  for (let row = 0; row < rows; row++, target += WIDTH) {
    const source = from / 4 + row * columns;
    heap.fill(0, target, target + WIDTH);
    heap.copyWithin(target, source + first, source + columns);
  }
}
