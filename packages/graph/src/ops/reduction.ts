import * as tf from '@tensorflow/tfjs-core';
import { type GraphDType, isComplex, isFloat } from '../executor/dtype.ts';
import { type Element, HostTensor } from '../executor/host-tensor.ts';
import type { OpBuilder, OpFamily, OpNode } from '../executor/op-node.ts';
import {
  ComplexTensor,
  integersOf,
  isHost,
  isHostInteger,
  numberOf,
  onDevice,
  onHost,
  shapeOf,
  sizeOf,
  type Value,
} from '../executor/values.ts';
import { complexResult, pairOf } from './complex.ts';
import { axisOf, inputAt } from './define.ts';
import { type BinaryRule, hostBinary, larger, smaller } from './host/elementwise.ts';
import { hostTranspose } from './host/strided.ts';

type Device = (x: tf.Tensor, axes: number[], keepDims: boolean) => tf.Tensor;

interface Reduction {
  readonly device: Device;
  /** Combines two elements; integers are reduced in JavaScript with it. */
  readonly rule: BinaryRule;
  /** What a reduction of nothing gives. */
  readonly empty: number;
}

function reducedAxes(rank: number, value: Value | undefined): number[] {
  const axes = value === undefined ? [] : integersOf(value);
  return [...new Set(axes.map((axis) => axisOf(axis, rank)))].sort((a, b) => a - b);
}

function reducedShape(
  shape: readonly number[],
  axes: readonly number[],
  keepDims: boolean,
): number[] {
  return shape.flatMap((length, axis) => {
    if (!axes.includes(axis)) return [length];
    return keepDims ? [1] : [];
  });
}

function keeps({ attrs }: OpNode): boolean {
  return attrs.bool('keep_dims');
}

/** Reduces a tensor in JavaScript. */
function hostReduce(
  x: HostTensor,
  axes: readonly number[],
  { rule, empty }: Reduction,
  dtype: GraphDType,
): Element[] {
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const sorted = hostTranspose(x, [...kept, ...axes]);
  const width = sizeOf(axes.map((axis) => x.shape[axis] ?? 1));
  const rows = sizeOf(kept.map((axis) => x.shape[axis] ?? 1));
  let state = new HostTensor(dtype, [rows], new Array<Element>(rows).fill(empty));
  for (let k = 0; k < width; k++) {
    const column = Array.from({ length: rows }, (_, row) => sorted.data[row * width + k] ?? 0);
    const next = new HostTensor(dtype, [rows], column);
    state = k === 0 ? next : hostBinary(rule, state, next, dtype);
  }
  return Array.from(state.data);
}

function reduction(rules: Reduction): OpBuilder {
  return (node) => {
    const keepDims = keeps(node);
    const [dtype = 'float32'] = node.outputTypes;
    return (inputs) => {
      const x = inputAt(inputs, 0);
      const shape = shapeOf(x);
      const axes = reducedAxes(shape.length, inputs[1]);
      const result = reducedShape(shape, axes, keepDims);
      if (isHostInteger(dtype) || (isHost(x) && !isFloat(dtype))) {
        return new HostTensor(dtype, result, hostReduce(onHost(x, dtype), axes, rules, dtype));
      }
      if (x instanceof ComplexTensor) return complexReduce(x, axes, keepDims, rules.device);
      const tensor = onDevice(x);
      if (axes.length === 0) return tf.clone(tensor);
      // Kernels of backends reduce nothing to whatever lies in memory.
      if (tensor.size === 0) return tf.fill(result, rules.empty, tensor.dtype as 'float32');
      return rules.device(tensor, axes, keepDims);
    };
  };
}

function complexReduce(x: ComplexTensor, axes: number[], keepDims: boolean, device: Device): Value {
  return complexResult(() => {
    const [real, imag] = pairOf(x);
    return [device(real, axes, keepDims), device(imag, axes, keepDims)];
  });
}

const maximum: BinaryRule = { numbers: Math.max, integers: larger };
const minimum: BinaryRule = { numbers: Math.min, integers: smaller };
const addition: BinaryRule = { numbers: (a, b) => a + b, integers: (a, b) => a + b };
const product: BinaryRule = { numbers: (a, b) => a * b, integers: (a, b) => a * b };

const sum: Reduction = { device: tf.sum, rule: addition, empty: 0 };
const prod: Reduction = { device: tf.prod, rule: product, empty: 1 };

const floatMean = reduction({
  device: (x, axes, keepDims) => tf.mean(x, axes, keepDims),
  rule: addition,
  empty: Number.NaN,
});

/** Mean; of integers it is truncated. */
const mean: OpBuilder = (node) => {
  const [dtype = 'float32'] = node.outputTypes;
  if (isFloat(dtype) || isComplex(dtype)) return floatMean(node);
  const keepDims = keeps(node);
  return (inputs) => {
    const x = onHost(inputAt(inputs, 0), dtype);
    const axes = reducedAxes(x.rank, inputs[1]);
    const count = sizeOf(axes.map((axis) => x.shape[axis] ?? 1));
    const sums = hostReduce(x, axes, sum, 'int64');
    const data = sums.map((total) => Math.trunc(Number(total) / count));
    return new HostTensor(dtype, reducedShape(x.shape, axes, keepDims), data);
  };
};

function truth(device: Device, identity: 0 | 1): OpBuilder {
  return (node) => {
    const keepDims = keeps(node);
    return (inputs) => {
      const x = inputAt(inputs, 0);
      const shape = shapeOf(x);
      const axes = reducedAxes(shape.length, inputs[1]);
      const result = reducedShape(shape, axes, keepDims);
      if (isHost(x) || sizeOf(shape) === 0) {
        const rule = { numbers: identity === 1 ? Math.min : Math.max };
        const rules = { device, rule, empty: identity };
        return new HostTensor('bool', result, hostReduce(onHost(x, 'bool'), axes, rules, 'uint8'));
      }
      const tensor = onDevice(x);
      return axes.length === 0 ? tf.clone(tensor) : device(tensor, axes, keepDims);
    };
  };
}

/** Place of the largest or smallest element along an axis, of equal ones the first. */
function argument(isBetter: (a: Element, b: Element) => boolean): OpBuilder {
  return (node) => {
    const [dtype = 'float32'] = node.inputTypes;
    const [indexType = 'int64'] = node.outputTypes;
    return (inputs) => {
      const x = onHost(inputAt(inputs, 0), dtype);
      const axis = axisOf(inputs[1] === undefined ? 0 : numberOf(inputs[1]), x.rank);
      const length = x.shape[axis] ?? 1;
      const inner = sizeOf(x.shape.slice(axis + 1));
      const rows = length === 0 ? 0 : x.size / length;
      const data = Array.from({ length: rows }, (_, row) => {
        const start = Math.floor(row / inner) * length * inner + (row % inner);
        let best = 0;
        for (let i = 1; i < length; i++) {
          if (isBetter(x.data[start + i * inner] ?? 0, x.data[start + best * inner] ?? 0)) best = i;
        }
        return best;
      });
      return new HostTensor(
        indexType,
        x.shape.filter((_, i) => i !== axis),
        data,
      );
    };
  };
}

/** Sums or products of all elements up to each one. */
function cumulative(
  device: (x: tf.Tensor, axis: number, exclusive: boolean, reverse: boolean) => tf.Tensor,
  rule: BinaryRule,
  start: number,
): OpBuilder {
  return (node) => {
    const [dtype = 'float32'] = node.outputTypes;
    const exclusive = node.attrs.bool('exclusive');
    const reverse = node.attrs.bool('reverse');
    return (inputs) => {
      const x = inputAt(inputs, 0);
      const axis = axisOf(numberOf(inputAt(inputs, 1)), shapeOf(x).length);
      if (!isHostInteger(dtype) && !isHost(x)) return device(onDevice(x), axis, exclusive, reverse);
      return hostCumulative(onHost(x, dtype), axis, { exclusive, reverse, rule, start });
    };
  };
}

function hostCumulative(
  x: HostTensor,
  axis: number,
  options: { exclusive: boolean; reverse: boolean; rule: BinaryRule; start: number },
): HostTensor {
  const length = x.shape[axis] ?? 1;
  const inner = sizeOf(x.shape.slice(axis + 1));
  const data = Array.from(x.data);
  const one = (element: Element): HostTensor => new HostTensor(x.dtype, [], [element]);
  for (let row = 0; row < (length === 0 ? 0 : data.length / length); row++) {
    const start = Math.floor(row / inner) * length * inner + (row % inner);
    let state = one(options.start);
    for (let i = 0; i < length; i++) {
      const at = start + (options.reverse ? length - 1 - i : i) * inner;
      const before = state;
      state = hostBinary(options.rule, state, one(x.data[at] ?? 0), x.dtype);
      data[at] = (options.exclusive ? before : state).data[0] ?? 0;
    }
  }
  return new HostTensor(x.dtype, x.shape, data);
}

/** Ops that reduce axes. */
export const reductionOps: OpFamily = {
  Sum: reduction(sum),
  Prod: reduction(prod),
  Max: reduction({ device: tf.max, rule: maximum, empty: Number.NEGATIVE_INFINITY }),
  Min: reduction({ device: tf.min, rule: minimum, empty: Number.POSITIVE_INFINITY }),
  Mean: mean,
  EuclideanNorm: reduction({
    device: (x, axes, keepDims) => tf.tidy(() => tf.sqrt(tf.sum(tf.square(x), axes, keepDims))),
    rule: { numbers: Math.hypot },
    empty: 0,
  }),
  All: truth(tf.all, 1),
  Any: truth(tf.any, 0),
  ArgMax: argument((a, b) => a > b),
  ArgMin: argument((a, b) => a < b),
  Cumsum: cumulative(tf.cumsum, addition, 0),
  Cumprod: cumulative(productUpTo, product, 1),
  CumulativeLogsumexp: cumulative(
    (x, axis, exclusive, reverse) =>
      tf.tidy(() => {
        const top = tf.max(x, axis, true);
        return tf.add(tf.log(tf.cumsum(tf.exp(tf.sub(x, top)), axis, exclusive, reverse)), top);
      }),
    { numbers: (a, b) => Math.log(Math.exp(a) + Math.exp(b)) },
    Number.NEGATIVE_INFINITY,
  ),
  L2Loss: () => (inputs) =>
    tf.tidy(() => tf.div(tf.sum(tf.square(onDevice(inputAt(inputs, 0)))), 2)),
};

/** Products slice by slice, because tfjs has no gradient for its kernel. */
function productUpTo(x: tf.Tensor, axis: number, exclusive: boolean, reverse: boolean): tf.Tensor {
  return tf.tidy(() => {
    const slices = [...tf.unstack(x, axis)];
    if (reverse) slices.reverse();
    const [first] = slices;
    if (first === undefined) return tf.clone(x);
    let state: tf.Tensor = tf.onesLike(first);
    const products = slices.map((slice) => {
      const before = state;
      state = tf.mul(state, slice);
      return exclusive ? before : state;
    });
    return tf.stack(reverse ? products.reverse() : products, axis);
  });
}
