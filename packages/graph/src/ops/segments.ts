import { MalformedError } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';
import { type GraphDType, isFloat } from '../executor/dtype.ts';
import { type Element, HostTensor } from '../executor/host-tensor.ts';
import type { OpBuilder, OpFamily } from '../executor/op-node.ts';
import {
  hostVector,
  integersOf,
  numberOf,
  onDevice,
  onHost,
  shapeOf,
  sizeOf,
  type Value,
} from '../executor/values.ts';
import { checkedShape, inputAt } from './define.ts';
import { gatherValues } from './gather.ts';
import { type BinaryRule, hostBinary, larger, smaller } from './host/elementwise.ts';

type Kind = 'sum' | 'mean' | 'sqrtn' | 'max' | 'min' | 'prod';

const RULES: Readonly<Record<'sum' | 'max' | 'min' | 'prod', BinaryRule>> = {
  sum: { numbers: (a, b) => a + b, integers: (a, b) => a + b },
  max: { numbers: Math.max, integers: larger },
  min: { numbers: Math.min, integers: smaller },
  prod: { numbers: (a, b) => a * b, integers: (a, b) => a * b },
};

/** Smallest and largest number of a type, which segments without elements get from TensorFlow. */
function extremes(dtype: GraphDType): readonly [low: number, high: number] {
  if (isFloat(dtype)) return [-3.4028234663852886e38, 3.4028234663852886e38];
  return dtype === 'int64'
    ? [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]
    : [-(2 ** 31), 2 ** 31 - 1];
}

interface Segments {
  readonly ids: readonly number[];
  readonly count: number;
  /** What a segment without elements gets. */
  readonly empty: number;
}

/** Reduces rows by their segments in JavaScript. */
function hostSegments(
  data: HostTensor,
  { ids, count, empty }: Segments,
  kind: 'sum' | 'max' | 'min' | 'prod',
  idRank: number,
): HostTensor {
  const inner = data.shape.slice(idRank);
  const width = sizeOf(inner);
  const result = new Array<Element>(count * width).fill(empty);
  const seen = new Set<number>();
  const one = (element: Element): HostTensor => new HostTensor(data.dtype, [], [element]);
  for (const [row, id] of ids.entries()) {
    if (id < 0) continue;
    if (id >= count) throw new MalformedError(`segment id ${id} is not in [0, ${count})`);
    for (let k = 0; k < width; k++) {
      const element = data.data[row * width + k] ?? 0;
      const at = id * width + k;
      result[at] = seen.has(id)
        ? (hostBinary(RULES[kind], one(result[at] ?? 0), one(element), data.dtype).data[0] ?? 0)
        : element;
    }
    seen.add(id);
  }
  return new HostTensor(data.dtype, [count, ...inner], result);
}

/** Sums, means and the like of rows on a backend; gradients flow through them. */
function deviceSegments(
  data: tf.Tensor,
  { ids, count }: Segments,
  kind: 'sum' | 'mean' | 'sqrtn',
  idRank: number,
): tf.Tensor {
  const inner = data.shape.slice(idRank);
  if (ids.some((id) => id >= count))
    throw new MalformedError(`a segment id is not in [0, ${count})`);
  if (data.size === 0 || count === 0) return tf.zeros([count, ...inner], data.dtype);
  const rows = tf.reshape(data, [ids.length, ...inner]);
  const sums = tf.unsortedSegmentSum(rows, tf.tensor1d([...ids], 'int32'), count);
  if (kind === 'sum') return tf.cast(sums, data.dtype);
  const sizes = new Float32Array(count);
  for (const id of ids) if (id >= 0) sizes[id] = (sizes[id] ?? 0) + 1;
  const divisors = sizes.map((size) => Math.max(1, kind === 'mean' ? size : Math.sqrt(size)));
  return tf.div(sums, tf.tensor(divisors, [count, ...inner.map(() => 1)]));
}

function reduce(
  value: Value,
  segments: Segments,
  kind: Kind,
  dtype: GraphDType,
  idRank: number,
): Value {
  if (isFloat(dtype) && (kind === 'sum' || kind === 'mean' || kind === 'sqrtn')) {
    return tf.tidy(() => deviceSegments(onDevice(value), segments, kind, idRank));
  }
  if (isFloat(dtype) && value instanceof tf.Tensor) return chosen(value, segments, kind, idRank);
  const sum = kind === 'mean' || kind === 'sqrtn' ? 'sum' : kind;
  const total = hostSegments(onHost(value, dtype), segments, sum, idRank);
  return kind === 'mean' ? divided(total, segments) : total;
}

function divided(sums: HostTensor, { ids, count }: Segments): HostTensor {
  const width = sums.size / Math.max(count, 1);
  const data = Array.from(sums.data, (sum, i) => {
    const size = ids.filter((id) => id === Math.floor(i / width)).length;
    return Math.trunc(Number(sum) / Math.max(size, 1));
  });
  return new HostTensor(sums.dtype, sums.shape, data);
}

/** Extremes and products of floats: computed row by row of each segment, so that gradients flow. */
function chosen(
  data: tf.Tensor,
  { ids, count, empty }: Segments,
  kind: Kind,
  idRank: number,
): tf.Tensor {
  return tf.tidy(() => {
    const inner = data.shape.slice(idRank);
    const rows = tf.reshape(data, [ids.length, ...inner]);
    const combine = kind === 'max' ? tf.max : kind === 'min' ? tf.min : tf.prod;
    const parts = Array.from({ length: count }, (_, id) => {
      const own = ids.flatMap((other, row) => (other === id ? [row] : []));
      if (own.length === 0) return tf.fill(inner, empty);
      return combine(tf.gather(rows, tf.tensor1d(own, 'int32')), 0) as tf.Tensor;
    });
    return parts.length > 0 ? tf.stack(parts) : tf.zeros([0, ...inner]);
  });
}

function emptyValue(kind: Kind, dtype: GraphDType, sorted: boolean): number {
  if (kind === 'prod') return 1;
  if (sorted || (kind !== 'max' && kind !== 'min')) return 0;
  return extremes(dtype)[kind === 'max' ? 0 : 1];
}

/** Reduces rows of equal ids, which are sorted; there are as many segments as the last id says. */
function sorted(kind: Kind): OpBuilder {
  return (node) => {
    const [dtype = 'float32'] = node.outputTypes;
    return (inputs) => {
      const ids = integersOf(inputAt(inputs, 1));
      const given = inputs[2];
      const count = given === undefined ? (ids.at(-1) ?? -1) + 1 : numberOf(given);
      if (ids.some((id, i) => id < (ids[i - 1] ?? 0))) {
        throw new MalformedError('segment ids are not increasing');
      }
      checkedShape([count, ...shapeOf(inputAt(inputs, 0)).slice(1)]);
      const segments = { ids, count, empty: emptyValue(kind, dtype, given === undefined) };
      return reduce(inputAt(inputs, 0), segments, kind, dtype, 1);
    };
  };
}

/** Reduces rows of equal ids in any order; rows of negative ids are left out. */
function unsorted(kind: Kind): OpBuilder {
  return (node) => {
    const [dtype = 'float32'] = node.outputTypes;
    return (inputs) => {
      const idValue = inputAt(inputs, 1);
      const idRank = shapeOf(idValue).length;
      const count = numberOf(inputAt(inputs, 2));
      checkedShape([count, ...shapeOf(inputAt(inputs, 0)).slice(idRank)]);
      const segments = { ids: integersOf(idValue), count, empty: emptyValue(kind, dtype, false) };
      return reduce(inputAt(inputs, 0), segments, kind, dtype, idRank);
    };
  };
}

/** Gathers rows, then reduces those of equal ids. */
function gathered(kind: 'sum' | 'mean' | 'sqrtn'): OpBuilder {
  return (node) => {
    const [dtype = 'float32'] = node.outputTypes;
    return (inputs) => {
      const ids = integersOf(inputAt(inputs, 2));
      const count = inputs[3] === undefined ? (ids.at(-1) ?? -1) + 1 : numberOf(inputs[3]);
      checkedShape([count, ...shapeOf(inputAt(inputs, 0)).slice(1)]);
      const rows = gatherValues(inputAt(inputs, 0), inputAt(inputs, 1), 0, 0);
      return reduce(rows, { ids, count, empty: 0 }, kind, dtype, 1);
    };
  };
}

/** Counts or sums weights of equal numbers. */
function countInto(
  numbers: readonly number[],
  weights: readonly number[],
  size: number,
  binary: boolean,
): number[] {
  const bins = new Array<number>(size).fill(0);
  for (const [i, number] of numbers.entries()) {
    if (number < 0) throw new MalformedError('Input must be non-negative');
    if (number >= size) continue;
    bins[number] = binary ? 1 : (bins[number] ?? 0) + (weights[i] ?? 1);
  }
  return bins;
}

const bincount: OpBuilder = (node) => {
  const [dtype = 'float32'] = node.outputTypes;
  const binary = node.op === 'DenseBincount' && node.attrs.bool('binary_output');
  return (inputs) => {
    const x = inputAt(inputs, 0);
    const [size = 0] = checkedShape([numberOf(inputAt(inputs, 1))]);
    const weights = Array.from(onHost(inputAt(inputs, 2), dtype).data, Number);
    const numbers = integersOf(x);
    const shape = shapeOf(x);
    if (node.op === 'Bincount' || shape.length < 2) {
      return new HostTensor(dtype, [size], countInto(numbers, weights, size, binary));
    }
    const [rows = 0, width = 0] = shape;
    const data = Array.from({ length: rows }, (_, row) => {
      const own = [row * width, (row + 1) * width] as const;
      return countInto(numbers.slice(...own), weights.slice(...own), size, binary);
    });
    return new HostTensor(dtype, [rows, size], data.flat());
  };
};

/** Ops that reduce segments. */
export const segmentOps: OpFamily = {
  SegmentSum: sorted('sum'),
  SegmentMean: sorted('mean'),
  SegmentMax: sorted('max'),
  SegmentMin: sorted('min'),
  SegmentProd: sorted('prod'),
  SegmentSumV2: sorted('sum'),
  SegmentMaxV2: sorted('max'),
  SegmentMinV2: sorted('min'),
  SegmentProdV2: sorted('prod'),
  UnsortedSegmentSum: unsorted('sum'),
  UnsortedSegmentMax: unsorted('max'),
  UnsortedSegmentMin: unsorted('min'),
  UnsortedSegmentProd: unsorted('prod'),
  SparseSegmentSum: gathered('sum'),
  SparseSegmentMean: gathered('mean'),
  SparseSegmentSqrtN: gathered('sqrtn'),
  SparseSegmentSumWithNumSegments: gathered('sum'),
  SparseSegmentMeanWithNumSegments: gathered('mean'),
  SparseSegmentSqrtNWithNumSegments: gathered('sqrtn'),
  Bincount: bincount,
  DenseBincount: bincount,
  HistogramFixedWidth: (node) => {
    const [dtype = 'int32'] = node.outputTypes;
    return (inputs) => {
      const values = Array.from(onHost(inputAt(inputs, 0), 'float32').data, Number);
      const [low = 0, high = 1] = Array.from(onHost(inputAt(inputs, 1), 'float32').data, Number);
      const [bins = 1] = checkedShape([numberOf(inputAt(inputs, 2))]);
      const places = values.map((value) => {
        const place = Math.floor(((value - low) / (high - low)) * bins);
        return Math.min(Math.max(place, 0), bins - 1);
      });
      return hostVector(countInto(places, [], bins, false), dtype);
    };
  },
};
