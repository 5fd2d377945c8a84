import { MalformedError } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';
import type { Attrs } from '../executor/attrs.ts';
import { HostTensor } from '../executor/host-tensor.ts';
import type { OpBuilder, OpFamily } from '../executor/op-node.ts';
import {
  ComplexTensor,
  integersOf,
  isHost,
  numberOf,
  onDevice,
  type Value,
  Variant,
  VariantVector,
} from '../executor/values.ts';
import { axisOf, inputAt } from './define.ts';
import { hostConcat, hostReshape, stridedCopy, stridesOf } from './host/strided.ts';
import { moving } from './shape.ts';
import { type ResolvedSlice, resolveSlice, type SliceMasks } from './strided-slice.ts';

/** The masks of a node. */
export function masksOf(attrs: Attrs): SliceMasks {
  return {
    begin: attrs.int('begin_mask'),
    end: attrs.int('end_mask'),
    ellipsis: attrs.int('ellipsis_mask'),
    newAxis: attrs.int('new_axis_mask'),
    shrink: attrs.int('shrink_axis_mask'),
  };
}

/** Takes a slice of a tensor in JavaScript. */
function hostSlice(x: HostTensor, { axes, shape }: ResolvedSlice): HostTensor {
  const own = stridesOf(x.shape);
  const offset = axes.reduce((sum, { start }, axis) => sum + start * (own[axis] ?? 0), 0);
  const counts = axes.map(({ count }) => count);
  const strides = axes.map(({ stride }, axis) => stride * (own[axis] ?? 0));
  return new HostTensor(x.dtype, shape, stridedCopy(x.data, counts, strides, offset));
}

/** Takes a slice of a tensor on a backend. */
export function deviceSlice(x: tf.Tensor, { axes, shape }: ResolvedSlice): tf.Tensor {
  return tf.tidy(() => {
    const starts = axes.map(({ start }) => start);
    const counts = axes.map(({ count }) => count);
    const dense = axes.every(({ stride }) => stride === 1);
    if (dense) return tf.reshape(tf.slice(x, starts, counts), [...shape]);
    const ends = axes.map(({ start, stride, count }) => start + stride * count);
    const strides = axes.map(({ stride }) => stride);
    // An end below zero would count from the back, so the mask says "up to the start".
    const endMask = ends.reduce((mask, end, axis) => (end < 0 ? mask | (1 << axis) : mask), 0);
    return tf.reshape(tf.stridedSlice(x, starts, ends, strides, 0, endMask), [...shape]);
  });
}

const stridedSlice: OpBuilder = ({ attrs }) => {
  const masks = masksOf(attrs);
  const resolve = (shape: readonly number[], rest: readonly Value[]): ResolvedSlice => {
    const [begin = [], end = [], strides = []] = rest.map(integersOf);
    return resolveSlice(shape, begin, end, strides, masks);
  };
  return moving(
    (x, rest) => deviceSlice(x, resolve(x.shape, rest)),
    (x, rest) => hostSlice(x, resolve(x.shape, rest)),
  );
};

/** Resolves `Slice`, in which a size of -1 means all that is left. @throws MalformedError outside of the tensor. */
function plainSlice(shape: readonly number[], rest: readonly Value[]): ResolvedSlice {
  const [begin = [], size = []] = rest.map(integersOf);
  const axes = shape.map((length, axis) => {
    const start = begin[axis] ?? 0;
    const count = size[axis] === -1 ? length - start : (size[axis] ?? 0);
    if (start >= 0 && count >= 0 && start + count <= length) return { start, stride: 1, count };
    throw new MalformedError(
      `A slice takes ${count} elements from ${start} on, of an axis of length ${length}.`,
    );
  });
  return { axes, shape: axes.map(({ count }) => count) };
}

/** Parts of a tensor along an axis, of the given lengths. */
function split(x: Value, axis: number, sizes: readonly number[]): readonly Value[] {
  if (isHost(x)) {
    let start = 0;
    return sizes.map((count) => {
      const axes = x.shape.map((length, i) =>
        i === axis ? { start, stride: 1, count } : { start: 0, stride: 1, count: length },
      );
      start += count;
      return hostSlice(x, { axes, shape: axes.map((slice) => slice.count) });
    });
  }
  if (x instanceof ComplexTensor) {
    const real = tf.split(x.real, [...sizes], axis);
    const imag = tf.split(x.imag, [...sizes], axis);
    return real.map((part, i) => new ComplexTensor(part, imag[i] ?? part));
  }
  return tf.split(onDevice(x), [...sizes], axis);
}

function rankOf(x: Value): number {
  return x instanceof tf.Tensor || isHost(x) || x instanceof ComplexTensor ? x.shape.length : 0;
}

function lengthAt(x: Value, axis: number): number {
  return x instanceof tf.Tensor || isHost(x) || x instanceof ComplexTensor
    ? (x.shape[axis] ?? 0)
    : 0;
}

function sizesFor(length: number, sizes: readonly number[]): number[] {
  const known = sizes.reduce((sum, size) => sum + Math.max(size, 0), 0);
  const resolved = sizes.map((size) => (size === -1 ? length - known : size));
  const total = resolved.reduce((sum, size) => sum + size, 0);
  if (total === length && resolved.every((size) => size >= 0)) return resolved;
  throw new MalformedError(`An axis of length ${length} is split into [${sizes.join(', ')}].`);
}

/** Joins tensors along an axis. */
export function concatValues(parts: readonly Value[], axis: number): Value {
  if (parts.every(isHost)) return hostConcat(parts as readonly HostTensor[], axis);
  if (parts.some((part) => part instanceof ComplexTensor)) {
    const complex = parts.filter((part) => part instanceof ComplexTensor);
    return new ComplexTensor(
      tf.concat(
        complex.map(({ real }) => real),
        axis,
      ),
      tf.concat(
        complex.map(({ imag }) => imag),
        axis,
      ),
    );
  }
  const tensors = parts.map(onDevice);
  const [only] = tensors;
  return only !== undefined && tensors.length === 1 ? tf.clone(only) : tf.concat(tensors, axis);
}

function concat(axisFirst: boolean): OpBuilder {
  return () => (inputs) => {
    const parts = axisFirst ? inputs.slice(1) : inputs.slice(0, -1);
    const at = inputAt(inputs, axisFirst ? 0 : inputs.length - 1);
    return concatValues(parts, axisOf(numberOf(at), rankOf(inputAt(parts, 0))));
  };
}

/** Stacks tensors along a new axis. */
export function packValues(parts: readonly Value[], axis: number): Value {
  const variants = parts.filter((part) => part instanceof Variant);
  if (variants.length > 0 && variants.length === parts.length) return new VariantVector(variants);
  if (parts.every(isHost)) {
    const raised = (parts as readonly HostTensor[]).map((part) =>
      hostReshape(part, [...part.shape.slice(0, axis), 1, ...part.shape.slice(axis)]),
    );
    return hostConcat(raised, axis);
  }
  if (parts.some((part) => part instanceof ComplexTensor)) {
    const complex = parts.filter((part) => part instanceof ComplexTensor);
    return new ComplexTensor(
      tf.stack(
        complex.map(({ real }) => real),
        axis,
      ),
      tf.stack(
        complex.map(({ imag }) => imag),
        axis,
      ),
    );
  }
  return tf.stack(parts.map(onDevice), axis);
}

/** Cuts a tensor into slices without the axis. */
export function unpackValue(x: Value, axis: number): readonly Value[] {
  if (x instanceof VariantVector) return x.elements;
  if (isHost(x)) {
    const sizes = Array.from({ length: lengthAt(x, axis) }, () => 1);
    return split(x, axis, sizes).map((part) => {
      const host = part as HostTensor;
      return hostReshape(
        host,
        host.shape.filter((_, i) => i !== axis),
      );
    });
  }
  if (x instanceof ComplexTensor) {
    const imag = tf.unstack(x.imag, axis);
    return tf.unstack(x.real, axis).map((real, i) => new ComplexTensor(real, imag[i] ?? real));
  }
  return tf.unstack(onDevice(x), axis);
}

/** Ops that take tensors apart and put them together. */
export const slicingOps: OpFamily = {
  StridedSlice: stridedSlice,
  Slice: () =>
    moving(
      (x, rest) => deviceSlice(x, plainSlice(x.shape, rest)),
      (x, rest) => hostSlice(x, plainSlice(x.shape, rest)),
    ),
  Split: (node) => {
    const count = node.outputTypes.length;
    return (inputs) => {
      const x = inputAt(inputs, 1);
      const axis = axisOf(numberOf(inputAt(inputs, 0)), rankOf(x));
      const length = lengthAt(x, axis) / count;
      return split(
        x,
        axis,
        sizesFor(
          lengthAt(x, axis),
          Array.from({ length: count }, () => length),
        ),
      );
    };
  },
  SplitV: () => (inputs) => {
    const x = inputAt(inputs, 0);
    const axis = axisOf(numberOf(inputAt(inputs, 2)), rankOf(x));
    return split(x, axis, sizesFor(lengthAt(x, axis), integersOf(inputAt(inputs, 1))));
  },
  Concat: concat(true),
  ConcatV2: concat(false),
  ParallelConcat: () => (inputs) => concatValues(inputs, 0),
  Pack: (node) => {
    const axis = node.attrs.int('axis');
    return (inputs) => packValues(inputs, axisOf(axis, rankOf(inputAt(inputs, 0)) + 1));
  },
  Unpack: (node) => {
    const axis = node.attrs.int('axis');
    const count = node.outputTypes.length;
    return (inputs) => {
      const x = inputAt(inputs, 0);
      const at = axisOf(axis, rankOf(x));
      if (lengthAt(x, at) === count) return unpackValue(x, at);
      throw new MalformedError(`An axis of length ${lengthAt(x, at)} is unpacked into ${count}.`);
    };
  },
  StridedSliceGrad: ({ attrs }) => {
    const masks = masksOf(attrs);
    return (inputs) => {
      const [shape = [], begin = [], end = [], strides = []] = inputs.slice(0, 4).map(integersOf);
      const { axes } = resolveSlice(shape, begin, end, strides, masks);
      return tf.tidy(() => unslice(onDevice(inputAt(inputs, 4)), axes, shape));
    };
  },
};

/** Puts a slice back into a tensor of zeros. */
function unslice(dy: tf.Tensor, axes: ResolvedSlice['axes'], shape: readonly number[]): tf.Tensor {
  let result = tf.reshape(
    dy,
    axes.map(({ count }) => count),
  );
  for (const [axis, { start, stride, count }] of axes.entries()) {
    if (stride === 1) {
      const after = (shape[axis] ?? 0) - start - count;
      result = tf.pad(
        result,
        axes.map((_, i) => (i === axis ? [start, after] : [0, 0])),
      );
    } else {
      const ids = Int32Array.from({ length: count }, (_, i) => start + i * stride);
      const perm = axes.map((_, i) => (i === 0 ? axis : i === axis ? 0 : i));
      const summed = tf.unsortedSegmentSum(
        tf.transpose(result, perm),
        tf.tensor1d(ids, 'int32'),
        shape[axis] ?? 0,
      );
      result = tf.transpose(summed, perm);
    }
  }
  return result;
}
