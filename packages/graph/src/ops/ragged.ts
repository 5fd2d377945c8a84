import { MalformedError } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';
import { isFloat } from '../executor/dtype.ts';
import { type Element, HostTensor } from '../executor/host-tensor.ts';
import type { OpBuilder, OpFamily } from '../executor/op-node.ts';
import {
  hostVector,
  integersOf,
  onDevice,
  onHost,
  shapeOf,
  sizeOf,
  type Value,
} from '../executor/values.ts';
import { checkedShape, inputAt } from './define.ts';
import { gatherValues } from './gather.ts';
import { sparseTensors } from './host/sparse.ts';

const range: OpBuilder = (node) => {
  const [splitType, dtype = 'int32'] = node.outputTypes;
  return (inputs) => {
    const columns = inputs.map((value) => onHost(value, dtype));
    const rows = Math.max(1, ...columns.map((column) => (column.rank === 0 ? 1 : column.size)));
    const at = (column: number, row: number): number => {
      const part = columns[column];
      return Number(part?.data[part.rank === 0 ? 0 : row] ?? 0);
    };
    const count = columns.some((column) => column.rank > 0 && column.size === 0) ? 0 : rows;
    const values: number[] = [];
    const splits = [0];
    for (let row = 0; row < count; row++) {
      const [start, limit, delta] = [at(0, row), at(1, row), at(2, row)];
      if (delta === 0) throw new MalformedError('Requires delta != 0');
      const [length = 0] = checkedShape([Math.max(0, Math.ceil((limit - start) / delta))]);
      for (let i = 0; i < length; i++) values.push(start + i * delta);
      splits.push(values.length);
    }
    return [hostVector(splits, splitType), hostVector(values, dtype)];
  };
};

/** Takes rows of a ragged tensor. */
const gather: OpBuilder = (node) => {
  const rank = node.attrs.int('PARAMS_RAGGED_RANK');
  const outputRank = node.attrs.int('OUTPUT_RAGGED_RANK');
  return (inputs) => {
    const splits = inputs.slice(0, rank).map(integersOf);
    const values = inputAt(inputs, rank);
    const indexValue = inputAt(inputs, rank + 1);
    const outer = indexSplits(shapeOf(indexValue), outputRank - rank);
    let rows = integersOf(indexValue);
    const inner = splits.map((level) => {
      const next: number[] = [];
      const made = [0];
      for (const row of rows) {
        const [start, end] = [level[row], level[row + 1]];
        if (row < 0 || start === undefined || end === undefined) {
          throw new MalformedError(`row ${row} is not in [0, ${level.length - 1})`);
        }
        for (let i = start; i < end; i++) next.push(i);
        made.push(next.length);
      }
      rows = next;
      return made;
    });
    const taken = gatherValues(values, hostVector(rows), 0, 0);
    return [
      ...[...outer, ...inner].map((level, i) => hostVector(level, node.outputTypes[i])),
      taken,
    ];
  };
};

/** Splits of the axes that indices have themselves, which are all equally long. */
function indexSplits(shape: readonly number[], levels: number): number[][] {
  return Array.from({ length: levels }, (_, axis) => {
    const rows = sizeOf(shape.slice(0, axis + 1));
    const length = shape[axis + 1] ?? 1;
    return Array.from({ length: rows + 1 }, (_unused, i) => i * length);
  });
}

/** For each element, the row that it is in; -1 for elements in no row. */
function rowOfElements(partition: readonly number[], kind: string, count: number): number[] {
  if (kind === 'ROW_SPLITS') {
    return partition
      .slice(1)
      .flatMap((end, row) => Array.from({ length: end - (partition[row] ?? 0) }, () => row));
  }
  if (kind === 'VALUE_ROWIDS') return [...partition];
  throw new MalformedError(`Row partitions of kind ${kind}, of ${count} elements, are not read.`);
}

const toTensor: OpBuilder = (node) => {
  const kinds = node.attrs.strings('row_partition_types');
  const [dtype = 'float32'] = node.outputTypes;
  return (inputs) => {
    const wanted = shapeOf(inputAt(inputs, 0)).length === 0 ? [] : integersOf(inputAt(inputs, 0));
    const given = inputAt(inputs, 1);
    const partitions = inputs.slice(3).map(integersOf);
    const hasFirst = kinds[0] === 'FIRST_DIM_SIZE';
    const levels = partitions.slice(hasFirst ? 1 : 0);
    const levelKinds = kinds.slice(hasFirst ? 1 : 0);
    const firstRows = hasFirst ? (partitions[0]?.[0] ?? 0) : (levels[0]?.length ?? 1) - 1;
    const places = placesOf(levels, levelKinds, firstRows);
    const inner = shapeOf(given).slice(1);
    const natural = [firstRows, ...places.lengths, ...inner];
    const shape = checkedShape(
      natural.map((length, axis) =>
        wanted[axis] === undefined || wanted[axis] < 0 ? length : wanted[axis],
      ),
    );
    if (given instanceof tf.Tensor && isFloat(dtype)) {
      return laidOnDevice(given, places.at, shape, inputAt(inputs, 2));
    }
    return laid(onHost(given, dtype), places.at, shape, onHost(inputAt(inputs, 2), dtype));
  };
};

/** Place of each element in the padded tensor, and how long each ragged axis gets. */
function placesOf(
  levels: readonly (readonly number[])[],
  kinds: readonly string[],
  firstRows: number,
): { at: number[][]; lengths: number[] } {
  let places: number[][] = Array.from({ length: firstRows }, (_, row) => [row]);
  const lengths = levels.map((level, i) => {
    const rows = rowOfElements(level, kinds[i] ?? '', places.length);
    const used = new Array<number>(places.length).fill(0);
    places = rows.map((row) => {
      const column = used[row] ?? 0;
      used[row] = column + 1;
      return [...(places[row] ?? []), column];
    });
    return used.reduce((most, count) => Math.max(most, count), 0);
  });
  return { at: places, lengths };
}

function laid(
  values: HostTensor,
  places: readonly (readonly number[])[],
  shape: readonly number[],
  fallback: HostTensor,
): HostTensor {
  const outer = shape.length - (values.rank - 1);
  const inner = shape.slice(outer);
  const width = sizeOf(inner);
  const size = sizeOf(shape);
  const data = Array.from(
    { length: size },
    (_, i): Element => fallback.data[i % Math.max(fallback.size, 1)] ?? 0,
  );
  for (const [i, at] of places.entries()) {
    if (at.some((index, axis) => index >= (shape[axis] ?? 0))) continue;
    const start = at.reduce((sum, index, axis) => sum * (shape[axis] ?? 1) + index, 0) * width;
    for (let k = 0; k < width; k++) data[start + k] = values.data[i * width + k] ?? 0;
  }
  return new HostTensor(values.dtype, shape, data);
}

/** The same by gathering rows, so that gradients reach them. */
function laidOnDevice(
  values: tf.Tensor,
  places: readonly (readonly number[])[],
  shape: readonly number[],
  fallback: Value,
): tf.Tensor {
  const inner = values.shape.slice(1);
  const outer = shape.slice(0, shape.length - inner.length);
  const numbers = new HostTensor(
    'int32',
    [places.length],
    places.map((_, i) => i + 1),
  );
  const rows = laid(numbers, places, outer, new HostTensor('int32', [], [0]));
  return tf.tidy(() => {
    const first = tf.broadcastTo(onDevice(fallback), [1, ...inner]);
    return tf.reshape(tf.gather(tf.concat([first, values]), tf.reshape(rows.upload(), [-1])), [
      ...shape,
    ]);
  });
}

const toSparse: OpBuilder = (node) => {
  const rank = node.attrs.int('RAGGED_RANK');
  const [, dtype = 'float32'] = node.outputTypes;
  return (inputs) => {
    const levels = inputs.slice(0, rank).map(integersOf);
    const values = onHost(inputAt(inputs, rank), dtype);
    const rows = (levels[0]?.length ?? 1) - 1;
    const places = placesOf(
      levels,
      levels.map(() => 'ROW_SPLITS'),
      rows,
    );
    const inner = values.shape.slice(1);
    const width = sizeOf(inner);
    const entries = places.at.flatMap((at, i) =>
      Array.from({ length: width }, (_, k) => ({
        at: [...at, ...innerPlace(k, inner)],
        value: values.data[i * width + k] ?? 0,
      })),
    );
    return sparseTensors({ dtype, shape: [rows, ...places.lengths, ...inner], entries });
  };
};

function innerPlace(flat: number, shape: readonly number[]): number[] {
  return shape.map((length, axis) => Math.floor(flat / sizeOf(shape.slice(axis + 1))) % length);
}

/** Ops of ragged tensors. */
export const raggedOps: OpFamily = {
  RaggedRange: range,
  RaggedGather: gather,
  RaggedTensorToTensor: toTensor,
  RaggedTensorToSparse: toSparse,
};
