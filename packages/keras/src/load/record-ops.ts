import type { Tensor } from '@km/core';

/** Float arrays in which stored weights come. */
export type FloatRecord = Tensor<'float32'> | Tensor<'float64'>;

/** True for a record whose values can be rearranged as floats. */
export function isFloatRecord(record: Tensor): record is FloatRecord {
  return record.dtype === 'float32' || record.dtype === 'float64';
}

function like(
  record: FloatRecord,
  shape: readonly number[],
  at: (index: number) => number,
): FloatRecord {
  const length = shape.reduce((product, size) => product * size, 1);
  const data = new (record.dtype === 'float32' ? Float32Array : Float64Array)(length);
  for (let i = 0; i < length; i++) data[i] = at(i);
  return { dtype: record.dtype, shape, data } as FloatRecord;
}

/** Permutes the axes of an array. */
export function transposeRecord(record: FloatRecord, axes: readonly number[]): FloatRecord {
  const from = record.shape;
  const shape = axes.map((axis) => from[axis] ?? 1);
  const strides = from.map((_, axis) => from.slice(axis + 1).reduce((a, b) => a * b, 1));
  const steps = axes.map((axis) => strides[axis] ?? 0);
  return like(record, shape, (index) => {
    let rest = index;
    let offset = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const size = shape[axis] ?? 1;
      offset += (rest % size) * (steps[axis] ?? 0);
      rest = Math.floor(rest / size);
    }
    return record.data[offset] ?? Number.NaN;
  });
}

/** Gives the same values another shape of as many elements. */
export function reshapeRecord(record: FloatRecord, shape: readonly number[]): FloatRecord {
  return { ...record, shape } as FloatRecord;
}

/** Joins arrays along their last axis. */
export function concatLast(records: readonly FloatRecord[]): FloatRecord {
  const [first] = records;
  if (first === undefined) throw new TypeError('Nothing to join.');
  const widths = records.map((record) => record.shape.at(-1) ?? 1);
  const width = widths.reduce((a, b) => a + b, 0);
  const starts = widths.map((_, i) => widths.slice(0, i).reduce((a, b) => a + b, 0));
  return like(first, [...first.shape.slice(0, -1), width], (index) => {
    const column = index % width;
    const part = starts.filter((start) => start <= column).length - 1;
    const within = column - (starts[part] ?? 0);
    return (
      records[part]?.data[Math.floor(index / width) * (widths[part] ?? 1) + within] ?? Number.NaN
    );
  });
}

/** Splits an array along its last axis into `count` equal parts. */
export function splitLast(record: FloatRecord, count: number): FloatRecord[] {
  const width = record.shape.at(-1) ?? 1;
  const part = width / count;
  return Array.from({ length: count }, (_, k) =>
    like(record, [...record.shape.slice(0, -1), part], (index) => {
      const row = Math.floor(index / part);
      return record.data[row * width + k * part + (index % part)] ?? Number.NaN;
    }),
  );
}

/** Computes a new value from each element and its index. */
export function mapRecord(
  record: FloatRecord,
  shape: readonly number[],
  value: (index: number, data: Float32Array | Float64Array) => number,
): FloatRecord {
  return like(record, shape, (index) => value(index, record.data));
}
