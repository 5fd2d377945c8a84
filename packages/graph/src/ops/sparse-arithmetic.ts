import { HostTensor } from '../executor/host-tensor.ts';
import type { OpBuilder, OpFamily } from '../executor/op-node.ts';
import { integersOf, numberOf, onHost, shapeOf, sizeOf } from '../executor/values.ts';
import { axisOf, checkedShape, inputAt } from './define.ts';
import {
  comparePlaces,
  flatPlace,
  type SparseEntry,
  sparseOf,
  sparseTensors,
} from './host/sparse.ts';

/** Applies an operation to the elements that are stored and those of a dense tensor at their places. */
function withDense(combine: (a: number, b: number) => number): OpBuilder {
  return (node) => {
    const [dtype = 'float32'] = node.outputTypes;
    return (inputs) => {
      const sparse = sparseOf(inputAt(inputs, 0), inputAt(inputs, 1), inputAt(inputs, 2), dtype);
      const dense = onHost(inputAt(inputs, 3), dtype);
      const lead = sparse.shape.length - dense.rank;
      const data = sparse.entries.map(({ at, value }) => {
        const place = at.slice(lead).map((index, axis) => (dense.shape[axis] === 1 ? 0 : index));
        return combine(Number(value), Number(dense.data[flatPlace(place, dense.shape)]));
      });
      return new HostTensor(dtype, [data.length], data);
    };
  };
}

const add: OpBuilder = (node) => {
  const [, dtype = 'float32'] = node.outputTypes;
  return (inputs) => {
    const a = sparseOf(inputAt(inputs, 0), inputAt(inputs, 1), inputAt(inputs, 2), dtype);
    const b = sparseOf(inputAt(inputs, 3), inputAt(inputs, 4), inputAt(inputs, 5), dtype);
    const least = numberOf(inputAt(inputs, 6));
    const sums = new Map<number, SparseEntry>();
    for (const { at, value } of [...a.entries, ...b.entries]) {
      const key = flatPlace(at, a.shape);
      const sum = Number(sums.get(key)?.value ?? 0) + Number(value);
      sums.set(key, { at, value: sum });
    }
    const entries = [...sums.values()].filter(
      ({ value }) => (Math.abs(Number(value)) >= least && value !== 0) || least <= 0,
    );
    entries.sort((x, y) => comparePlaces(x.at, y.at));
    return sparseTensors({ ...a, entries });
  };
};

function reduce(combine: (a: number, b: number) => number): OpBuilder {
  return (node) => {
    const keepDims = node.attrs.bool('keep_dims');
    const [dtype = 'float32'] = node.outputTypes;
    return (inputs) => {
      const sparse = sparseOf(inputAt(inputs, 0), inputAt(inputs, 1), inputAt(inputs, 2), dtype);
      const given = integersOf(inputAt(inputs, 3)).map((axis) => axisOf(axis, sparse.shape.length));
      const axes = new Set(
        shapeOf(inputAt(inputs, 3)).length === 0 || given.length > 0 ? given : sparse.shape.keys(),
      );
      const shape = sparse.shape.flatMap((size, axis) =>
        axes.has(axis) ? (keepDims ? [1] : []) : [size],
      );
      const kept = checkedShape(sparse.shape.filter((_, axis) => !axes.has(axis)));
      const data = new Array<number | undefined>(sizeOf(kept)).fill(undefined);
      for (const { at, value } of sparse.entries) {
        const place = flatPlace(
          at.filter((_, axis) => !axes.has(axis)),
          kept,
        );
        const old = data[place];
        data[place] = old === undefined ? Number(value) : combine(old, Number(value));
      }
      return new HostTensor(
        dtype,
        shape,
        data.map((value) => value ?? 0),
      );
    };
  };
}

/** Arithmetic of sparse tensors. */
export const sparseArithmeticOps: OpFamily = {
  SparseDenseCwiseMul: withDense((a, b) => a * b),
  SparseDenseCwiseDiv: withDense((a, b) => a / b),
  SparseDenseCwiseAdd: withDense((a, b) => a + b),
  SparseAdd: add,
  SparseReduceSum: reduce((a, b) => a + b),
  SparseReduceMax: reduce(Math.max),
};
