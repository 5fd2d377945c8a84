import { MalformedError } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';
import { isFloat } from '../executor/dtype.ts';
import { type Element, HostTensor } from '../executor/host-tensor.ts';
import type { OpBuilder, OpFamily } from '../executor/op-node.ts';
import {
  ComplexTensor,
  integersOf,
  isHost,
  numberOf,
  onDevice,
  onHost,
  shapeOf,
  sizeOf,
  type Value,
} from '../executor/values.ts';
import { onBothParts } from './complex.ts';
import { axisOf, checkedShape, inputAt } from './define.ts';
import { hostGather, hostReshape, stridesOf } from './host/strided.ts';

/** Takes the slices of a tensor that indices name. */
export function gatherValues(x: Value, indices: Value, axis: number, batchDims: number): Value {
  if (x instanceof ComplexTensor) {
    const ids = tf.cast(onDevice(indices), 'int32');
    return onBothParts(x, (part) => tf.gather(part, ids, axis, batchDims));
  }
  if (isHost(x) && (!isFloat(x.dtype) || isHost(indices))) {
    return hostGather(x, onHost(indices, 'int32'), axis, batchDims);
  }
  const tensor = onDevice(x);
  const ids = onDevice(indices);
  if (tensor.size > 0 && ids.size > 0) return tf.gather(tensor, ids, axis, batchDims);
  const shape = [
    ...tensor.shape.slice(0, axis),
    ...ids.shape.slice(batchDims),
    ...tensor.shape.slice(axis + 1),
  ];
  if (ids.size > 0 && tensor.shape[axis] === 0) throw new RangeError('indices into an empty axis');
  return tf.zeros(shape, tensor.dtype);
}

function gatherOp(hasAxis: boolean): OpBuilder {
  return ({ attrs }) => {
    const batch = hasAxis ? attrs.int('batch_dims') : 0;
    return (inputs) => {
      const x = inputAt(inputs, 0);
      const indices = inputAt(inputs, 1);
      const batchDims = batch < 0 ? batch + shapeOf(indices).length : batch;
      const axis = hasAxis ? axisOf(numberOf(inputAt(inputs, 2)), shapeOf(x).length) : 0;
      return gatherValues(x, indices, axis, batchDims);
    };
  };
}

/** Rows of a tensor, seen as a matrix, that index vectors name. */
function gatherRows(
  shape: readonly number[],
  indices: HostTensor,
): { rows: number[]; width: number; shape: number[] } {
  const depth = indices.shape.at(-1) ?? 0;
  if (depth > shape.length) {
    throw new MalformedError(
      `Index vectors of length ${depth} for a tensor of ${shape.length} axes.`,
    );
  }
  const strides = stridesOf(shape.slice(0, depth));
  const count = sizeOf(indices.shape.slice(0, -1));
  const rows: number[] = [];
  for (let i = 0; i < count; i++) {
    let row = 0;
    for (let d = 0; d < depth; d++) {
      const index = Number(indices.data[i * depth + d]);
      if (!(index >= 0 && index < (shape[d] ?? 0))) {
        throw new RangeError(`index ${index} is outside of axis ${d} of [${shape.join(', ')}]`);
      }
      row += index * (strides[d] ?? 0);
    }
    rows.push(row);
  }
  const inner = shape.slice(depth);
  return { rows, width: sizeOf(inner), shape: [...indices.shape.slice(0, -1), ...inner] };
}

function asMatrix(shape: readonly number[], width: number): number[] {
  return [width === 0 ? 0 : sizeOf(shape) / width, width];
}

/** Takes the slices that index vectors name. */
export function gatherNd(x: Value, indexValue: Value): Value {
  const indices = onHost(indexValue, 'int32');
  const { rows, width, shape } = gatherRows(shapeOf(x), indices);
  if (isHost(x)) {
    const matrix = hostReshape(x, asMatrix(x.shape, width));
    const ids = new HostTensor('int32', [rows.length], rows);
    return hostReshape(hostGather(matrix, ids, 0), shape);
  }
  return tf.tidy(() => {
    const tensor = onDevice(x);
    if (rows.length === 0 || width === 0) return tf.zeros(shape, tensor.dtype);
    const matrix = tf.reshape(tensor, asMatrix(tensor.shape, width));
    return tf.reshape(tf.gather(matrix, tf.tensor1d(rows, 'int32')), shape);
  });
}

type Combine = (old: number, update: number) => number;

/** Writes or combines slices into the places of a tensor in JavaScript. */
function hostScatter(
  base: HostTensor,
  indices: HostTensor,
  updates: HostTensor,
  combine: Combine | null,
): HostTensor {
  const { rows, width } = gatherRows(base.shape, indices);
  const data: Element[] = Array.from(base.data);
  for (const [i, row] of rows.entries()) {
    for (let k = 0; k < width; k++) {
      const update = updates.data[i * width + k] ?? 0;
      const at = row * width + k;
      data[at] = combine === null ? update : combine(Number(data[at]), Number(update));
    }
  }
  return new HostTensor(base.dtype, base.shape, data);
}

/** Adds slices into the places that index vectors name, starting from zero. */
function scatterNd(
  indexValue: Value,
  updates: Value,
  shape: readonly number[],
  dtype: HostTensor['dtype'],
): Value {
  const dims = checkedShape(shape);
  const indices = onHost(indexValue, 'int32');
  if (isHost(updates) && !isFloat(dtype)) {
    const zero = new HostTensor(dtype, dims, new Array<Element>(sizeOf(dims)).fill(0));
    return hostScatter(zero, indices, updates, (a, b) => a + b);
  }
  const { rows, width } = gatherRows(dims, indices);
  return tf.tidy(() => {
    const values = onDevice(updates);
    if (rows.length === 0 || width === 0) return tf.zeros(dims, values.dtype);
    const [count = 0] = asMatrix(dims, width);
    const matrix = tf.reshape(values, [rows.length, width]);
    const summed = tf.unsortedSegmentSum(matrix, tf.tensor1d(rows, 'int32'), count);
    return tf.cast(tf.reshape(summed, dims), values.dtype);
  });
}

/** Combines slices into a tensor; gradients flow through adding, subtracting and replacing. */
function tensorScatter(kind: 'update' | 'add' | 'sub' | 'max' | 'min'): OpBuilder {
  return (node) => {
    const [dtype = 'float32'] = node.outputTypes;
    return (inputs) => {
      const x = inputAt(inputs, 0);
      const indices = inputAt(inputs, 1);
      const updates = inputAt(inputs, 2);
      if (!isFloat(dtype) || kind === 'max' || kind === 'min') {
        const combine = { update: null, add: plus, sub: minus, max: Math.max, min: Math.min }[kind];
        return hostScatter(
          onHost(x, dtype),
          onHost(indices, 'int32'),
          onHost(updates, dtype),
          combine,
        );
      }
      return tf.tidy(() => {
        const base = onDevice(x);
        const sum = (part: Value): tf.Tensor =>
          onDevice(scatterNd(indices, part, base.shape, 'float32'));
        if (kind === 'add') return tf.add(base, sum(updates));
        if (kind === 'sub') return tf.sub(base, sum(updates));
        return replaceSlices(base, onHost(indices, 'int32'), onDevice(updates));
      });
    };
  };
}

/** Replaces slices; of several for one place the last one stays. */
function replaceSlices(base: tf.Tensor, indices: HostTensor, updates: tf.Tensor): tf.Tensor {
  const { rows, width } = gatherRows(base.shape, indices);
  if (rows.length === 0 || width === 0) return tf.clone(base);
  const [count = 0] = asMatrix(base.shape, width);
  const matrix = tf.concat([
    tf.reshape(base, [count, width]),
    tf.reshape(updates, [rows.length, width]),
  ]);
  const source = Int32Array.from({ length: count }, (_, i) => i);
  for (const [i, row] of rows.entries()) source[row] = count + i;
  return tf.reshape(tf.gather(matrix, tf.tensor1d(source, 'int32')), base.shape);
}

function plus(a: number, b: number): number {
  return a + b;
}

function minus(a: number, b: number): number {
  return a - b;
}

/** Puts slices of several tensors into the places of one; later ones replace earlier ones. */
const dynamicStitch: OpBuilder = (node) => {
  const count = node.inputTypes.length / 2;
  return (inputs) => {
    const indices = inputs.slice(0, count).map((value) => onHost(value, 'int32'));
    const data = inputs.slice(count);
    const [first] = indices;
    const inner = shapeOf(inputAt(data, 0)).slice(first?.rank ?? 0);
    const length = 1 + Math.max(-1, ...indices.flatMap((part) => Array.from(part.data, Number)));
    const source = new Array<number>(checkedShape([length])[0] ?? 0).fill(0);
    let at = 0;
    for (const part of indices) {
      for (const index of Array.from(part.data, Number)) source[index] = at++;
    }
    const rows = data.map((part, i) => flattenLead(part, indices[i]?.rank ?? 0, inner));
    const ids = new HostTensor('int32', [length], source);
    if (rows.every(isHost)) return gatherValues(joinRows(rows), ids, 0, 0);
    return tf.tidy(() => onDevice(gatherValues(tf.concat(rows.map(onDevice)), ids, 0, 0)));
  };
};

function joinRows(rows: readonly HostTensor[]): HostTensor {
  const [first] = rows;
  const data = rows.flatMap((part) => Array.from(part.data));
  const count = rows.reduce((sum, part) => sum + (part.shape[0] ?? 0), 0);
  return new HostTensor(first?.dtype ?? 'int32', [count, ...(first?.shape.slice(1) ?? [])], data);
}

function flattenLead(value: Value, lead: number, inner: readonly number[]): Value {
  const rows = sizeOf(shapeOf(value).slice(0, lead));
  const shape = [rows, ...inner];
  return isHost(value) ? hostReshape(value, shape) : tf.reshape(onDevice(value), shape);
}

const dynamicPartition: OpBuilder = (node) => {
  const count = node.outputTypes.length;
  return (inputs) => {
    const data = inputAt(inputs, 0);
    const partitions = onHost(inputAt(inputs, 1), 'int32');
    const rows = flattenLead(data, partitions.rank, shapeOf(data).slice(partitions.rank));
    const places = Array.from({ length: count }, (): number[] => []);
    for (let i = 0; i < partitions.size; i++) places[Number(partitions.data[i])]?.push(i);
    return places.map((ids) =>
      gatherValues(rows, new HostTensor('int32', [ids.length], ids), 0, 0),
    );
  };
};

/** Ops that take or put elements by index. */
export const gatherOps: OpFamily = {
  Gather: gatherOp(false),
  GatherV2: gatherOp(true),
  GatherNd: () => (inputs) => gatherNd(inputAt(inputs, 0), inputAt(inputs, 1)),
  ScatterNd: (node) => {
    const [dtype = 'float32'] = node.outputTypes;
    return (inputs) =>
      scatterNd(inputAt(inputs, 0), inputAt(inputs, 1), integersOf(inputAt(inputs, 2)), dtype);
  },
  TensorScatterUpdate: tensorScatter('update'),
  TensorScatterAdd: tensorScatter('add'),
  TensorScatterSub: tensorScatter('sub'),
  TensorScatterMax: tensorScatter('max'),
  TensorScatterMin: tensorScatter('min'),
  DynamicStitch: dynamicStitch,
  ParallelDynamicStitch: dynamicStitch,
  DynamicPartition: dynamicPartition,
};
