import type { WasmBackend } from '../wasm-backend.ts';
import { MODULE } from './module.ts';

/** The vector kernels. Arguments are addresses of float32 elements, then counts, then numbers. */
export interface SimdFunctions {
  /** Cuts `x` at both ends. */
  readonly clip: (x: number, y: number, count: number, low: number, high: number) => void;
  /** Multiplies by one where `y` is positive, and by zero elsewhere. */
  readonly reluGrad: (dy: number, y: number, dx: number, count: number) => void;
  /** Multiplies by one where `y` is above 0 and below 6, and by zero elsewhere. */
  readonly relu6Grad: (dy: number, y: number, dx: number, count: number) => void;
  readonly tanh: (x: number, y: number, count: number) => void;
  /** Addresses of x, m, v, gradient and of the new x, m, v; count; 1 − β₁, 1 − β₂, α, ε. */
  readonly adam: (...args: readonly number[]) => void;
  /** Addresses of x, v, gradient and of the new x, v; count; rate, ρ, 1 − ρ, ε. */
  readonly rmsprop: (...args: readonly number[]) => void;
  /** Addresses of x, m, gradient and of the new x, m; count; rate, momentum. */
  readonly sgd: (...args: readonly number[]) => void;
  /** As `sgd`, with Nesterov's momentum. */
  readonly nesterov: (...args: readonly number[]) => void;
  /** `(x − mean) · factor + offset` by column: x, mean, factor, offset, y, rows, columns. */
  readonly normalize: (...args: readonly number[]) => void;
  /** `dy · factor + (x − mean) · slope + offset` by column: dy, x, mean, factor, slope, offset, dx, rows, columns. */
  readonly normalizeGrad: (...args: readonly number[]) => void;
  /** Shifts each column, then cuts at both ends: x, shift, y, rows, columns, low, high. */
  readonly shiftClip: (...args: readonly number[]) => void;
  /** Adds the product of matrices to y: a, b, y, rows, inner, columns. */
  readonly product: (...args: readonly number[]) => void;
  /**
   * Multiplies segments of rows by panels, adds a bias, cuts at both ends: addresses of the table of rows and of the
   * offsets of segments; number and length of segments; address of b, bytes between its rows and between its panels;
   * addresses of bias and y; bytes between the rows of y; rows, rows of a pass, columns; low, high.
   */
  readonly panelProduct: (...args: readonly number[]) => void;
  /** Copies panels of eight columns side by side: matrix, panels, rows, number of panels, bytes between rows. */
  readonly packPanels: (...args: readonly number[]) => void;
  /** Copies panels of a transposed matrix: matrix, panels, rows of a panel (a multiple of 4), number of panels. */
  readonly packTransposed: (from: number, to: number, rows: number, panels: number) => void;
  /** Transforms filters of 3 × 3 pixels: filters, planes, bytes of a plane, channels, filters. */
  readonly winogradFilter: (...args: readonly number[]) => void;
  /** Transforms a row of tiles: image, bytes of its rows, planes, bytes of a plane, tiles, channels. */
  readonly winogradInput: (...args: readonly number[]) => void;
  /**
   * Makes two rows of pixels: planes, bytes of a plane, both rows, bias, a vector that becomes NaN, spare memory,
   * pixels, filters, low, high.
   */
  readonly winogradOutput: (...args: readonly number[]) => void;
  /** Adds `a · b` of each column to a vector: a, b, sums, rows, columns, bytes between the rows of a, of b. */
  readonly rowProducts: (...args: readonly number[]) => void;
  /** Adds each column to a float64 vector. */
  readonly columnSums: (x: number, sums: number, rows: number, columns: number) => void;
  /** Adds `a · (b − mean)` of each column to a float64 vector; so is `mean`. */
  readonly columnProducts: (
    ...[a, b, mean, sums, rows, columns]: readonly [number, number, number, number, number, number]
  ) => void;
}

const known = new WeakMap<object, SimdFunctions | null>();

/** The vector kernels on a backend's memory; null where they cannot run. */
export function simdFunctions(backend: WasmBackend): SimdFunctions | null {
  const found = known.get(backend);
  if (found !== undefined) return found;
  const made = instantiate(backend.wasm.asm?.memory);
  known.set(backend, made);
  return made;
}

function instantiate(memory: WebAssembly.Memory | undefined): SimdFunctions | null {
  if (memory === undefined) return null;
  try {
    const module = new WebAssembly.Module(Uint8Array.from(atob(MODULE), (c) => c.charCodeAt(0)));
    const { exports } = new WebAssembly.Instance(module, { e: { m: memory } });
    return exports as unknown as SimdFunctions;
  } catch {
    // No vectors, memory that threads share, or a page that forbids compilation: the loops of JavaScript remain.
    return null;
  }
}
