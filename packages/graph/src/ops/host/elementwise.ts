import * as tf from '@tensorflow/tfjs-core';
import { type GraphDType, integerBits, isFloat } from '../../executor/dtype.ts';
import { type Element, HostTensor } from '../../executor/host-tensor.ts';
import { elementOfBigInt, sizeOf } from '../../executor/values.ts';
import { stridedCopy, stridesOf } from './strided.ts';

/** Computes with two elements; the second form serves integers that no number holds exactly. */
export interface BinaryRule {
  readonly numbers: (a: number, b: number) => number;
  readonly integers?: (a: bigint, b: bigint) => bigint;
}

/** The larger of two integers, which `Math.max` does not take. */
export function larger(a: bigint, b: bigint): bigint {
  if (a > b) return a;
  return b;
}

/** The smaller of two integers, which `Math.min` does not take. */
export function smaller(a: bigint, b: bigint): bigint {
  return larger(a, b) === a ? b : a;
}

/** Brings an integer into the range of its type as TensorFlow does: it wraps around. */
export function wrapInteger(value: Element, bits: number): Element {
  if (typeof value === 'bigint' || !Number.isSafeInteger(value)) {
    const integer = BigInt(value as bigint | number);
    return elementOfBigInt(
      bits < 0 ? BigInt.asIntN(-bits, integer) : BigInt.asUintN(bits, integer),
    );
  }
  return wrapNumber(value as number, bits);
}

function wrapNumber(value: number, bits: number): Element {
  switch (bits) {
    case -32:
      return value | 0;
    case 32:
      return value >>> 0;
    case -64:
      return value;
    case 64:
      return value < 0 ? elementOfBigInt(BigInt.asUintN(64, BigInt(value))) : value;
    default:
      return bits < 0 ? (value << (32 + bits)) >> (32 + bits) : value & (2 ** bits - 1);
  }
}

/** Applies a rule to two elements of a type. */
function applyRule(rule: BinaryRule, a: Element, b: Element, bits: number | undefined): Element {
  if (bits === undefined) return Math.fround(rule.numbers(Number(a), Number(b)));
  if (typeof a === 'number' && typeof b === 'number') {
    const result = rule.numbers(a, b);
    if (Number.isSafeInteger(result)) return wrapNumber(result, bits);
  }
  const integers = rule.integers;
  if (integers === undefined)
    return wrapInteger(Math.trunc(rule.numbers(Number(a), Number(b))), bits);
  return wrapInteger(integers(BigInt(a as bigint), BigInt(b as bigint)), bits);
}

/** Elements of two tensors side by side, each repeated to the shape that both broadcast to. */
export function broadcastPair(
  a: HostTensor,
  b: HostTensor,
): {
  readonly shape: readonly number[];
  readonly left: ArrayLike<Element>;
  readonly right: ArrayLike<Element>;
} {
  if (sameShape(a.shape, b.shape)) return { shape: a.shape, left: a.data, right: b.data };
  const shape = tf.broadcast_util.assertAndGetBroadcastShape([...a.shape], [...b.shape]);
  return { shape, left: broadcastData(a, shape), right: broadcastData(b, shape) };
}

function broadcastData(x: HostTensor, shape: readonly number[]): ArrayLike<Element> {
  if (sameShape(x.shape, shape)) return x.data;
  const own = stridesOf(x.shape);
  const lead = shape.length - x.rank;
  const strides = shape.map((_, axis) =>
    x.shape[axis - lead] === 1 ? 0 : (own[axis - lead] ?? 0),
  );
  return stridedCopy(x.data, shape, strides);
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

/** Computes element by element; integers wrap as their type does, floats are rounded to 32 bits. */
export function hostBinary(
  rule: BinaryRule,
  a: HostTensor,
  b: HostTensor,
  dtype: GraphDType,
): HostTensor {
  const { shape, left, right } = broadcastPair(a, b);
  const bits = isFloat(dtype) ? undefined : (integerBits(dtype) ?? 8);
  const data = new Array<Element>(sizeOf(shape));
  for (let i = 0; i < data.length; i++) {
    data[i] = applyRule(rule, left[i] ?? 0, right[i] ?? 0, bits);
  }
  return new HostTensor(dtype, shape, data);
}

/** Compares element by element. */
export function hostCompare(
  compare: (a: Element, b: Element) => boolean,
  a: HostTensor,
  b: HostTensor,
): HostTensor {
  const { shape, left, right } = broadcastPair(a, b);
  const data = new Array<Element>(sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = compare(left[i] ?? 0, right[i] ?? 0) ? 1 : 0;
  return new HostTensor('bool', shape, data);
}

/** Computes each element from the one in its place. */
export function hostMap(
  x: HostTensor,
  dtype: GraphDType,
  compute: (element: Element) => Element,
): HostTensor {
  return new HostTensor(dtype, x.shape, Array.from(x.data, compute));
}

/** True when two strings have the same bytes. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** True when two elements are equal. */
export function sameElement(a: Element, b: Element): boolean {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return sameBytes(a, b);
  return a === b;
}

/** Something to look an element up by in a Map: equal elements have equal keys. */
export function keyOf(element: Element): string | number | bigint {
  return element instanceof Uint8Array ? String.fromCharCode(...element) : element;
}
