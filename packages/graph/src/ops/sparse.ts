import { MalformedError } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';
import { isFloat } from '../executor/dtype.ts';
import { type Element, HostTensor } from '../executor/host-tensor.ts';
import type { OpBuilder, OpFamily } from '../executor/op-node.ts';
import {
  hostVector,
  integersOf,
  numberOf,
  onDevice,
  onHost,
  sizeOf,
  type Value,
} from '../executor/values.ts';
import { axisOf, checkedShape, inputAt } from './define.ts';
import { gatherValues } from './gather.ts';
import {
  comparePlaces,
  flatPlace,
  placeOf,
  type Sparse,
  type SparseEntry,
  sparseOf,
  sparseTensors,
} from './host/sparse.ts';
import { resolveShape } from './shape.ts';

const toDense: OpBuilder = (node) => {
  const [dtype = 'float32'] = node.outputTypes;
  return (inputs) => {
    const shape = checkedShape(integersOf(inputAt(inputs, 1)));
    const indices = onHost(inputAt(inputs, 0), 'int64');
    const values = inputAt(inputs, 2);
    const rank = Math.max(shape.length, 1);
    const places = Array.from({ length: indices.size / rank }, (_, i) => {
      const at = Array.from({ length: rank }, (_unused, axis) =>
        Number(indices.data[i * rank + axis]),
      );
      if (at.every((index, axis) => index >= 0 && index < (shape[axis] ?? 0)))
        return flatPlace(at, shape);
      throw new MalformedError(`The index [${at.join(', ')}] is outside of [${shape.join(', ')}].`);
    });
    if (values instanceof tf.Tensor && isFloat(dtype)) {
      return deviceDense(places, values, inputAt(inputs, 3), shape);
    }
    const host = onHost(values, dtype);
    const fill = onHost(inputAt(inputs, 3), dtype).data[0] ?? 0;
    const data = new Array<Element>(sizeOf(shape)).fill(fill);
    for (const [i, place] of places.entries())
      data[place] = host.data[host.size === 1 ? 0 : i] ?? 0;
    return new HostTensor(dtype, shape, data);
  };
};

/** Lays values into a tensor by gathering, so that gradients reach them. */
function deviceDense(
  places: readonly number[],
  values: tf.Tensor,
  fill: Value,
  shape: number[],
): tf.Tensor {
  return tf.tidy(() => {
    const all = tf.concat([tf.reshape(onDevice(fill), [1]), tf.reshape(values, [-1])]);
    const source = new Int32Array(sizeOf(shape));
    for (const [i, place] of places.entries()) source[place] = values.size === 1 ? 1 : i + 1;
    return tf.reshape(tf.gather(all, tf.tensor1d(source, 'int32')), shape);
  });
}

const reshape: OpBuilder = () => (inputs) => {
  const indices = onHost(inputAt(inputs, 0), 'int64');
  const from = integersOf(inputAt(inputs, 1));
  const to = resolveShape(from, integersOf(inputAt(inputs, 2)));
  const rank = Math.max(from.length, 1);
  const data = Array.from({ length: indices.size / rank }, (_, i) => {
    const at = Array.from({ length: rank }, (_unused, axis) =>
      Number(indices.data[i * rank + axis]),
    );
    return placeOf(flatPlace(at, from), to);
  });
  return [new HostTensor('int64', [data.length, to.length], data.flat()), hostVector(to, 'int64')];
};

/** Gives every row at least one element. */
const fillEmptyRows: OpBuilder = (node) => {
  const [, dtype = 'float32'] = node.outputTypes;
  return (inputs) => {
    const sparse = sparseOf(inputAt(inputs, 0), inputAt(inputs, 1), inputAt(inputs, 2), dtype);
    const fill = onHost(inputAt(inputs, 3), dtype).data[0] ?? 0;
    const [rows = 0] = checkedShape(sparse.shape.slice(0, 1));
    const groups = Array.from({ length: rows }, (): { entry: SparseEntry; from: number }[] => []);
    for (const [from, entry] of sparse.entries.entries())
      groups[entry.at[0] ?? 0]?.push({ entry, from });
    const empty = groups.map((group) => (group.length === 0 ? 1 : 0));
    const entries: SparseEntry[] = [];
    const reverse = new Array<number>(sparse.entries.length).fill(0);
    for (const [row, group] of groups.entries()) {
      if (group.length === 0)
        entries.push({ at: [row, ...sparse.shape.slice(1).map(() => 0)], value: fill });
      for (const { entry, from } of group) reverse[from] = entries.push(entry) - 1;
    }
    const [indices, values] = sparseTensors({ ...sparse, entries });
    return [indices, values, new HostTensor('bool', [rows], empty), hostVector(reverse, 'int64')];
  };
};

const reorder: OpBuilder = (node) => {
  const [, dtype = 'float32'] = node.outputTypes;
  return (inputs) => {
    const sparse = sparseOf(inputAt(inputs, 0), inputAt(inputs, 1), inputAt(inputs, 2), dtype);
    const entries = [...sparse.entries].sort((a, b) => comparePlaces(a.at, b.at));
    return sparseTensors({ ...sparse, entries }).slice(0, 2);
  };
};

const concat: OpBuilder = (node) => {
  const [, dtype = 'float32'] = node.outputTypes;
  const count = node.attrs.int('N');
  const axis = node.attrs.int('concat_dim');
  return (inputs) => {
    const parts = Array.from({ length: count }, (_, i) =>
      sparseOf(
        inputAt(inputs, i),
        inputAt(inputs, count + i),
        inputAt(inputs, 2 * count + i),
        dtype,
      ),
    );
    const rank = parts[0]?.shape.length ?? 0;
    const at = axisOf(axis, rank);
    let offset = 0;
    const entries = parts.flatMap((part) => {
      const moved = part.entries.map(({ at: place, value }) => ({
        at: place.map((index, i) => (i === at ? index + offset : index)),
        value,
      }));
      offset += part.shape[at] ?? 0;
      return moved;
    });
    const shape = (parts[0]?.shape ?? []).map((size, i) => (i === at ? offset : size));
    entries.sort((a, b) => comparePlaces(a.at, b.at));
    return sparseTensors({ dtype, shape, entries });
  };
};

const slice: OpBuilder = (node) => {
  const [, dtype = 'float32'] = node.outputTypes;
  return (inputs) => {
    const sparse = sparseOf(inputAt(inputs, 0), inputAt(inputs, 1), inputAt(inputs, 2), dtype);
    const start = integersOf(inputAt(inputs, 3));
    const size = integersOf(inputAt(inputs, 4));
    return sparseTensors(sliceOf(sparse, start, size));
  };
};

function sliceOf(sparse: Sparse, start: readonly number[], size: readonly number[]): Sparse {
  const shape = sparse.shape.map((length, axis) =>
    Math.max(0, Math.min(size[axis] ?? 0, length - (start[axis] ?? 0))),
  );
  const entries = sparse.entries.flatMap(({ at, value }) => {
    const moved = at.map((index, axis) => index - (start[axis] ?? 0));
    const isInside = moved.every((index, axis) => index >= 0 && index < (shape[axis] ?? 0));
    return isInside ? [{ at: moved, value }] : [];
  });
  return { ...sparse, shape, entries };
}

const split: OpBuilder = (node) => {
  const count = node.attrs.int('num_split');
  return (inputs) => {
    const dtype = node.inputTypes[2] ?? 'float32';
    const sparse = sparseOf(inputAt(inputs, 1), inputAt(inputs, 2), inputAt(inputs, 3), dtype);
    const axis = axisOf(numberOf(inputAt(inputs, 0)), sparse.shape.length);
    const length = sparse.shape[axis] ?? 0;
    let from = 0;
    const parts = Array.from({ length: count }, (_, i) => {
      const part = Math.floor(length / count) + (i < length % count ? 1 : 0);
      const start = sparse.shape.map((_unused, k) => (k === axis ? from : 0));
      from += part;
      return sparseTensors(
        sliceOf(
          sparse,
          start,
          sparse.shape.map((size, k) => (k === axis ? part : size)),
        ),
      );
    });
    return [0, 1, 2].flatMap((piece) => parts.flatMap((tensors) => tensors[piece] ?? []));
  };
};

/** Product with a dense matrix: rows are gathered, weighted and summed up, so that gradients flow. */
const denseProduct: OpBuilder = (node) => {
  const adjointA = node.attrs.bool('adjoint_a');
  const adjointB = node.attrs.bool('adjoint_b');
  return (inputs) => {
    const indices = onHost(inputAt(inputs, 0), 'int64');
    const [rows = 0, columns = 0] = integersOf(inputAt(inputs, 2));
    const count = adjointA ? columns : rows;
    const column = (offset: number): number[] =>
      Array.from({ length: indices.size / 2 }, (_, i) => Number(indices.data[2 * i + offset]));
    const targets = column(adjointA ? 1 : 0);
    const sources = column(adjointA ? 0 : 1);
    return tf.tidy(() => {
      const given = onDevice(inputAt(inputs, 3));
      const b = adjointB ? tf.transpose(given) : given;
      if (targets.length === 0) return tf.zeros([count, b.shape[1] ?? 0]);
      const values = tf.reshape(onDevice(inputAt(inputs, 1)), [-1, 1]);
      const weighted = tf.mul(onDevice(gatherValues(b, hostVector(sources), 0, 0)), values);
      return tf.unsortedSegmentSum(weighted, tf.tensor1d(targets, 'int32'), count);
    });
  };
};

/** Ops of sparse tensors. */
export const sparseOps: OpFamily = {
  SparseToDense: toDense,
  SparseReshape: reshape,
  SparseFillEmptyRows: fillEmptyRows,
  SparseReorder: reorder,
  SparseConcat: concat,
  SparseSlice: slice,
  SparseSplit: split,
  SparseTensorDenseMatMul: denseProduct,
};
