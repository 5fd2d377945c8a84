import type { GraphTensor } from '../emitter.ts';
import type { KernelCall } from '../kernel-call.ts';
import { type RunNumber, Varying } from '../numbers.ts';

/** Padding of a spatial axis: one of the two schemes, or elements before and after. */
export type AxisPadding = 'same' | 'valid' | readonly [before: number, after: number];

/** One spatial axis of a dilated convolution. */
export interface DilatedAxis {
  readonly length: RunNumber;
  readonly taps: number;
  readonly rate: number;
  readonly padding: AxisPadding;
}

/**
 * Convolves with a dilated filter by splitting the space into as many images as the dilation skips, which is how
 * TensorFlow's own functions do it: on CPU its kernels know no dilation, or no gradient of it.
 *
 * @param convolve Convolves without padding and dilation.
 */
export function convolveDilated(
  call: KernelCall,
  x: GraphTensor,
  axes: readonly DilatedAxis[],
  convolve: (x: GraphTensor) => GraphTensor,
): GraphTensor {
  const { emit } = call;
  const block = emit.vector(axes.map(({ rate }) => rate));
  const margins = axes.map((axis) => marginOf(call, axis));
  const paddings = matrix(
    call,
    margins.flatMap(({ before, after }) => [before, after]),
  );
  const crops = matrix(
    call,
    margins.flatMap(({ extra }) => [0, extra]),
  );
  const split = emit.op('SpaceToBatchND', [x, block, paddings]);
  return emit.op('BatchToSpaceND', [convolve(split), block, crops]);
}

function matrix({ emit }: KernelCall, numbers: readonly (number | GraphTensor)[]): GraphTensor {
  const rows = numbers.length / 2;
  const fixed = numbers.filter((number) => typeof number === 'number');
  if (fixed.length === numbers.length) return emit.constant('int32', [rows, 2], fixed);
  const list = numbers.map((number) => (typeof number === 'number' ? emit.scalar(number) : number));
  return emit.op('Reshape', [emit.op('Pack', [list]), emit.vector([rows, 2])]);
}

interface Margin {
  readonly before: number;
  readonly after: number | GraphTensor;
  /** Elements behind the padding that make the length divisible; they are cut off again. */
  readonly extra: number | GraphTensor;
}

function marginOf(call: KernelCall, { length, taps, rate, padding }: DilatedAxis): Margin {
  const { emit } = call;
  const [before, after] = paddingOf(taps, rate, padding);
  if (!(length instanceof Varying)) {
    const total = length + before + after;
    const extra = (rate - (total % rate)) % rate;
    return { before, after: after + extra, extra };
  }
  const total = emit.op('AddV2', [call.scalar(length), emit.scalar(before + after)]);
  const extra = emit.op('FloorMod', [emit.op('Neg', [total]), emit.scalar(rate)]);
  return { before, after: emit.op('AddV2', [extra, emit.scalar(after)]), extra };
}

function paddingOf(taps: number, rate: number, padding: AxisPadding): readonly [number, number] {
  if (padding === 'valid') return [0, 0];
  if (padding !== 'same') return padding;
  const total = (taps - 1) * rate;
  const before = Math.floor(total / 2);
  return [before, total - before];
}
