import { MalformedError } from '@km/core';

/** Masks of TensorFlow's `StridedSlice`: bit i is about entry i of the specification. */
export interface SliceMasks {
  readonly begin: number;
  readonly end: number;
  readonly ellipsis: number;
  readonly newAxis: number;
  readonly shrink: number;
}

/** One axis of the input and what is taken of it. */
export interface AxisSlice {
  readonly start: number;
  readonly stride: number;
  readonly count: number;
}

/** What a slice takes of each axis, and the shape of the result, which has axes more or less. */
export interface ResolvedSlice {
  readonly axes: readonly AxisSlice[];
  readonly shape: readonly number[];
}

function hasBit(mask: number, bit: number): boolean {
  return ((mask >> bit) & 1) === 1;
}

/**
 * Resolves a slice as TensorFlow's `StridedSlice` does (core/util/strided_slice_op.cc).
 * @throws MalformedError for indices outside of an axis that is dropped, and strides of zero.
 */
export function resolveSlice(
  input: readonly number[],
  begin: readonly number[],
  end: readonly number[],
  strides: readonly number[],
  masks: SliceMasks,
): ResolvedSlice {
  const result = new SliceBuilder(input);
  const taken = begin.filter(
    (_, i) => !hasBit(masks.newAxis, i) && !hasBit(masks.ellipsis, i),
  ).length;
  for (let i = 0; i < begin.length; i++) {
    if (hasBit(masks.ellipsis, i)) result.takeWhole(input.length - taken);
    else if (hasBit(masks.newAxis, i)) result.shape.push(1);
    else {
      const from = hasBit(masks.begin, i) ? undefined : begin[i];
      const to = hasBit(masks.end, i) ? undefined : end[i];
      result.take(from, to, strides[i] ?? 1, hasBit(masks.shrink, i));
    }
  }
  result.takeWhole(input.length - result.axes.length);
  return result;
}

class SliceBuilder implements ResolvedSlice {
  readonly axes: AxisSlice[] = [];
  readonly shape: number[] = [];
  readonly #input: readonly number[];

  constructor(input: readonly number[]) {
    this.#input = input;
  }

  takeWhole(count: number): void {
    for (let i = 0; i < count; i++) this.take(undefined, undefined, 1, false);
  }

  take(begin: number | undefined, end: number | undefined, stride: number, shrinks: boolean): void {
    const length = this.#input[this.axes.length];
    if (length === undefined) {
      throw new MalformedError(
        `A slice has more indices than the ${this.#input.length} axes of the tensor.`,
      );
    }
    const slice = sliceOf(length, begin, end, stride, shrinks);
    this.axes.push(slice);
    if (!shrinks) this.shape.push(slice.count);
  }
}

function sliceOf(
  length: number,
  begin: number | undefined,
  end: number | undefined,
  stride: number,
  shrinks: boolean,
): AxisSlice {
  if (stride === 0) throw new MalformedError('A slice has a stride of zero.');
  if (shrinks) return oneOf(length, begin ?? 0);
  const [low, high] = stride > 0 ? [0, length] : [-1, length - 1];
  const clamp = (index: number): number =>
    Math.min(Math.max(index < 0 ? index + length : index, low), high);
  const start = begin === undefined ? (stride > 0 ? low : high) : clamp(begin);
  const stop = end === undefined ? (stride > 0 ? high : low) : clamp(end);
  return { start, stride, count: Math.max(0, Math.ceil((stop - start) / stride)) };
}

function oneOf(length: number, index: number): AxisSlice {
  const start = index < 0 ? index + length : index;
  if (start >= 0 && start < length) return { start, stride: 1, count: 1 };
  throw new MalformedError(`The index ${index} is outside of an axis of length ${length}.`);
}
