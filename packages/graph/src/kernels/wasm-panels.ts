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

/**
 * Runs `use` on the panels of a matrix [rows, columns], which a tensor holds in row-major order.
 *
 * @param leftRows How many rows the left operand has.
 */
export function withPanels<T>(
  backend: WasmBackend,
  simd: SimdFunctions,
  matrix: tf.TensorInfo,
  [leftRows, rows, columns]: readonly [number, number, number],
  use: (panels: Panels) => T,
): T {
  const width = wholePanels(columns);
  if (!wasUsed(matrix) && width === columns && leftRows <= MOST_ROWS_IN_PLACE) {
    noteUse(matrix);
    const address = backend.dataIdMap.get(matrix.dataId).memoryOffset;
    return use({ address, rowStep: 4 * columns, panelStep: 4 * WIDTH });
  }
  return withDerived(
    backend,
    matrix,
    { key: `panels ${String(rows)}x${String(columns)}`, bytes: 4 * rows * width },
    (to) => {
      const from = backend.dataIdMap.get(matrix.dataId).memoryOffset;
      simd.packPanels(from, to, rows, Math.floor(columns / WIDTH), 4 * columns);
      if (width > columns)
        packRest(new Float32Array(backend.wasm.HEAPU8.buffer), from, to, rows, columns);
    },
    (address) => use({ address, rowStep: 4 * WIDTH, panelStep: 4 * WIDTH * rows }),
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
