import { UnsupportedError } from '@km/core';
import * as attr from './attr.ts';
import type { Emitter, GraphTensor } from './emitter.ts';
import type { MergedValue } from './merge.ts';
import { keyOf, perRun, type RunNumber, Varying } from './numbers.ts';
import type { ValueIndex } from './records.ts';

/** Length of an axis of a tensor. */
interface Axis {
  readonly value: ValueIndex;
  readonly axis: number;
  readonly lengths: readonly number[];
}

/** How a number that varies comes from lengths of axes. */
type Expression =
  | { readonly kind: 'axis'; readonly axis: Axis }
  | { readonly kind: 'number'; readonly number: number }
  | {
      readonly kind: 'AddV2' | 'Mul' | 'FloorDiv';
      readonly a: Expression;
      readonly b: Expression;
    };

/** Most factors of a product of lengths. */
const MAX_FACTORS = 4;

/** Writes numbers that depend on unknown lengths as arithmetic on the shapes of tensors. */
export class Dimensions {
  readonly #emit: Emitter;
  readonly #values: readonly MergedValue[];
  readonly #runs: number;
  /** The first tensor that has an axis of certain lengths. */
  readonly #axes: Map<string, Axis> = new Map();
  readonly #tensors: Map<ValueIndex, GraphTensor> = new Map();

  constructor(emit: Emitter, values: readonly MergedValue[], runs: number) {
    this.#emit = emit;
    this.#values = values;
    this.#runs = runs;
  }

  /** Makes the axes of a tensor known; the first one that has a length is asked for it. */
  know(value: ValueIndex, tensor: GraphTensor): void {
    this.#tensors.set(value, tensor);
    for (const axis of this.#axesOf(value)) {
      const key = axis.lengths.join(' ');
      if (!this.#axes.has(key)) this.#axes.set(key, axis);
    }
  }

  #axesOf(value: ValueIndex): Axis[] {
    if (!this.#tensors.has(value)) return [];
    const shape = this.#values[value]?.shape ?? [];
    return shape.flatMap((length, axis) =>
      length instanceof Varying ? [{ value, axis, lengths: length.values }] : [],
    );
  }

  /**
   * Writes a number as an int32 scalar.
   *
   * @param near Tensors whose axes are looked at first.
   * @throws UnsupportedError for a number that no sum or product of lengths gives.
   */
  scalar(number: RunNumber, near: readonly ValueIndex[]): GraphTensor {
    if (!(number instanceof Varying)) return this.#emit.scalar(number);
    return this.#write(this.#express(number, near));
  }

  /** Writes a list of numbers as an int32 vector; a single unknown may stay open as −1 where that is allowed. */
  vector(
    numbers: readonly RunNumber[],
    near: readonly ValueIndex[],
    mayBeOpen = false,
  ): GraphTensor {
    const varying = numbers.filter((number) => number instanceof Varying);
    const fixed = numbers.filter((number): number is number => !(number instanceof Varying));
    if (varying.length === 0) return this.#emit.vector(fixed);
    const isOpen = mayBeOpen && varying.length === 1 && fixed.every((number) => number > 0);
    if (isOpen) return this.#emit.vector(numbers.map((n) => (n instanceof Varying ? -1 : n)));
    const whole = near.find((value) => this.#hasShape(value, numbers));
    if (whole !== undefined) return this.#shapeOf(whole);
    return this.#emit.op('Pack', [numbers.map((number) => this.scalar(number, near))]);
  }

  #hasShape(value: ValueIndex, numbers: readonly RunNumber[]): boolean {
    const shape = this.#values[value]?.shape ?? [];
    return (
      this.#tensors.has(value) &&
      shape.length === numbers.length &&
      numbers.every((number, axis) => keyOf(number) === keyOf(shape[axis] ?? -1))
    );
  }

  #shapeOf(value: ValueIndex): GraphTensor {
    const tensor = this.#tensors.get(value);
    if (tensor !== undefined) return this.#emit.op('Shape', [tensor]);
    throw new TypeError('A shape is asked of a tensor that is not written.');
  }

  #express(number: Varying, near: readonly ValueIndex[]): Expression {
    const close = near.flatMap((value) => this.#axesOf(value));
    const all = [...this.#axes.values()];
    const { values } = number;
    const found =
      find(close, (axis) => exactly(axis, values)) ??
      find(all, (axis) => exactly(axis, values)) ??
      find(close, (axis) => linearly(axis, values)) ??
      product(close, values, MAX_FACTORS) ??
      find(all, (axis) => linearly(axis, values)) ??
      product(all, values, MAX_FACTORS) ??
      find([...close, ...all], (axis) => quotient(axis, values));
    if (found !== null) return found;
    throw new UnsupportedError(
      `A size that is ${values.join(', ')} for different lengths of the unknown axes is no sum or product of lengths, so a graph cannot compute it.`,
    );
  }

  #write(expression: Expression): GraphTensor {
    if (expression.kind === 'number') return this.#emit.scalar(expression.number);
    if (expression.kind !== 'axis') {
      return this.#emit.op(expression.kind, [this.#write(expression.a), this.#write(expression.b)]);
    }
    const { value, axis } = expression.axis;
    const [begin, end, strides] = [axis, axis + 1, 1].map((n) => this.#emit.vector([n]));
    return this.#emit.op(
      'StridedSlice',
      [this.#shapeOf(value), begin, end, strides].filter((x) => x !== undefined),
      { shrink_axis_mask: attr.int(1) },
    );
  }

  /**
   * Writes a number as a scalar of a floating type; any linear function of a length will do.
   * @throws UnsupportedError
   */
  real(number: RunNumber, near: readonly ValueIndex[]): GraphTensor {
    const values = perRun(number, this.#runs);
    if (!(number instanceof Varying)) return this.#emit.scalar(number, 'float32');
    if (values.every(Number.isInteger))
      return this.#emit.cast(this.scalar(number, near), 'float32');
    const close = near.flatMap((value) => this.#axesOf(value));
    for (const axis of [...close, ...this.#axes.values()]) {
      const line = realLine(axis.lengths, values);
      if (line === null) continue;
      const length = this.#emit.cast(this.#write({ kind: 'axis', axis }), 'float32');
      const scaled = this.#emit.op('Mul', [length, this.#emit.scalar(line.slope, 'float32')]);
      if (line.offset === 0) return scaled;
      return this.#emit.op('AddV2', [scaled, this.#emit.scalar(line.offset, 'float32')]);
    }
    throw new UnsupportedError(
      `A number that is ${values.join(', ')} for different lengths of the unknown axes does not vary linearly, so a graph cannot compute it. Compute it with tensor operations.`,
    );
  }
}

function find(
  axes: readonly Axis[],
  express: (axis: Axis) => Expression | null,
): Expression | null {
  for (const axis of axes) {
    const found = express(axis);
    if (found !== null) return found;
  }
  return null;
}

function exactly(axis: Axis, values: readonly number[]): Expression | null {
  return axis.lengths.every((length, run) => length === values[run])
    ? { kind: 'axis', axis }
    : null;
}

const number = (value: number): Expression => ({ kind: 'number', number: value });

/** `a · length + c` with whole numbers a and c. */
function linearly(axis: Axis, values: readonly number[]): Expression | null {
  const line = lineOf(axis.lengths, values);
  if (line === null || !Number.isInteger(line.slope) || !Number.isInteger(line.offset)) return null;
  const length: Expression = { kind: 'axis', axis };
  const scaled: Expression =
    line.slope === 1 ? length : { kind: 'Mul', a: length, b: number(line.slope) };
  if (line.offset === 0) return scaled;
  return { kind: 'AddV2', a: scaled, b: number(line.offset) };
}

interface Line {
  readonly slope: number;
  readonly offset: number;
}

/** The line through all points, or null. */
function lineOf(xs: readonly number[], ys: readonly number[], tolerance = 0): Line | null {
  const [x0 = 0, ...others] = xs;
  const [y0 = 0] = ys;
  const other = others.findIndex((x) => x !== x0) + 1;
  const slope = ((ys[other] ?? 0) - y0) / ((xs[other] ?? 0) - x0);
  const offset = y0 - slope * x0;
  if (other === 0 || slope === 0 || !Number.isFinite(slope)) return null;
  const fits = xs.every((x, run) => {
    const y = ys[run] ?? 0;
    return Math.abs(slope * x + offset - y) <= tolerance * Math.abs(y);
  });
  return fits ? { slope, offset } : null;
}

/** Constants come out of float32 arithmetic. */
const FLOAT32_TOLERANCE = 1e-6;

function realLine(xs: readonly number[], ys: readonly number[]): Line | null {
  const line = lineOf(xs, ys, FLOAT32_TOLERANCE);
  if (line === null) return null;
  const isRounding = Math.abs(line.offset) < FLOAT32_TOLERANCE * Math.abs(ys[0] ?? 0);
  return isRounding ? { slope: line.slope, offset: 0 } : line;
}

/** A product of lengths and perhaps one number. */
function product(
  axes: readonly Axis[],
  values: readonly number[],
  factors: number,
): Expression | null {
  if (factors === 0) return null;
  for (const axis of axes) {
    const rest = values.map((value, run) => value / (axis.lengths[run] ?? 1));
    if (!rest.every(Number.isInteger)) continue;
    const a: Expression = { kind: 'axis', axis };
    const [first = 0] = rest;
    if (rest.every((value) => value === first)) {
      return first === 1 ? a : { kind: 'Mul', a, b: number(first) };
    }
    const b = product(axes, rest, factors - 1);
    if (b !== null) return { kind: 'Mul', a, b };
  }
  return null;
}

/** A batch divided into equal parts; other axes might not be divisible, and nothing would tell how to round. */
function quotient(axis: Axis, values: readonly number[]): Expression | null {
  if (axis.axis !== 0) return null;
  const divisors = values.map((value, run) => (axis.lengths[run] ?? 1) / value);
  const [divisor = 0] = divisors;
  if (!divisors.every((each) => each === divisor) || !Number.isInteger(divisor)) return null;
  return { kind: 'FloorDiv', a: { kind: 'axis', axis }, b: number(divisor) };
}
