import { MalformedError } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';
import { isFloat } from '../executor/dtype.ts';
import { type Element, HostTensor } from '../executor/host-tensor.ts';
import type { OpBuilder, OpFamily } from '../executor/op-node.ts';
import {
  ComplexTensor,
  hostVector,
  integersOf,
  isHost,
  numberOf,
  onDevice,
  onHost,
  shapeOf,
  sizeOf,
  type Value,
} from '../executor/values.ts';
import { complexResult, pairOf } from './complex.ts';
import { axisOf, inputAt } from './define.ts';
import { keyOf } from './host/elementwise.ts';
import {
  hostBroadcast,
  hostGather,
  hostReshape,
  hostTranspose,
  stridesOf,
} from './host/strided.ts';
import { broadcastShapes } from './shape.ts';

/** Takes elements of one tensor where a condition holds and of another where not. */
function select(condition: Value, yes: Value, no: Value): Value {
  const onHostOnly = isHost(condition) && isHost(yes) && isHost(no) && !isFloat(yes.dtype);
  const dtype = isHost(yes) ? yes.dtype : isHost(no) ? no.dtype : 'float32';
  if (onHostOnly || dtype === 'string' || dtype === 'int64' || dtype === 'uint64') {
    return hostSelect(onHost(condition, 'bool'), onHost(yes, dtype), onHost(no, dtype));
  }
  const mask = tf.cast(onDevice(condition), 'bool');
  if (yes instanceof ComplexTensor || no instanceof ComplexTensor) {
    return complexResult(() => {
      const [a, b] = pairOf(yes);
      const [c, d] = pairOf(no);
      return [tf.where(mask, a, c), tf.where(mask, b, d)];
    });
  }
  return tf.where(mask, onDevice(yes), onDevice(no));
}

function hostSelect(condition: HostTensor, yes: HostTensor, no: HostTensor): HostTensor {
  const shape = broadcastShapes([condition.shape, yes.shape, no.shape]);
  const [mask, a, b] = [condition, yes, no].map((part) => hostBroadcast(part, shape).data);
  const data = Array.from({ length: sizeOf(shape) }, (_, i) => (mask?.[i] === 1 ? a : b)?.[i] ?? 0);
  return new HostTensor(yes.dtype, shape, data);
}

/** A condition of the first version of `Select`, a vector, chooses whole rows. */
function rowCondition(condition: Value, rank: number): Value {
  const shape = shapeOf(condition);
  if (shape.length !== 1 || rank <= 1) return condition;
  const wide = [...shape, ...new Array<number>(rank - 1).fill(1)];
  return isHost(condition) ? hostReshape(condition, wide) : tf.reshape(onDevice(condition), wide);
}

/** Index vectors of the elements that are not zero. */
const where: OpBuilder = (node) => {
  const [dtype = 'bool'] = node.inputTypes;
  return (inputs) => {
    const x = onHost(inputAt(inputs, 0), dtype);
    const strides = stridesOf(x.shape);
    const data: number[] = [];
    let count = 0;
    for (let i = 0; i < x.size; i++) {
      if (Number(x.data[i]) === 0) continue;
      count++;
      for (const [axis, stride] of strides.entries()) {
        data.push(Math.floor(i / stride) % (x.shape[axis] ?? 1));
      }
    }
    return new HostTensor('int64', [count, x.rank], data);
  };
};

/** One key per slice of a tensor along an axis; slices with equal elements have equal keys. */
function sliceKeys(x: HostTensor, axis: number): (string | number | bigint)[] {
  if (x.rank <= 1) return Array.from(x.data, keyOf);
  const others = x.shape.flatMap((_, each) => (each === axis ? [] : [each]));
  const { data } = hostTranspose(x, [axis, ...others]);
  const count = x.shape[axis] ?? 0;
  const width = data.length / count;
  return Array.from({ length: count }, (_, i) =>
    Array.from({ length: width }, (_each, k) => {
      const key = keyOf(data[i * width + k] ?? 0);
      return typeof key === 'string' ? JSON.stringify(key) : String(key);
    }).join(),
  );
}

/** Distinct slices in the order in which they come, the place of each slice among them, and how often they come. */
function unique(withCounts: boolean): OpBuilder {
  return (node) => {
    const [dtype = 'float32', indexType] = node.outputTypes;
    return (inputs) => {
      const x = onHost(inputAt(inputs, 0), dtype);
      const [along] = inputs[1] === undefined ? [] : integersOf(inputs[1]);
      if (along === undefined && x.rank > 1) {
        throw new MalformedError('Distinct elements are taken of a matrix, but along no axis.');
      }
      const axis = axisOf(along ?? 0, x.rank);
      const places = new Map<string | number | bigint, number>();
      const firsts: number[] = [];
      const counts: number[] = [];
      const index = sliceKeys(x, axis).map((key, i) => {
        const place = places.get(key) ?? places.size;
        if (place === places.size) {
          places.set(key, place);
          firsts.push(i);
          counts.push(0);
        }
        counts[place] = (counts[place] ?? 0) + 1;
        return place;
      });
      const values = hostGather(x, hostVector(firsts), axis);
      const result = [values, hostVector(index, indexType)];
      return withCounts ? [...result, hostVector(counts, indexType)] : result;
    };
  };
}

/** Places at which sorted values would take others in. */
function searchSorted(isBefore: (sorted: Element, value: Element) => boolean): OpBuilder {
  return (node) => {
    const [dtype = 'float32'] = node.inputTypes;
    const [indexType = 'int32'] = node.outputTypes;
    return (inputs) => {
      const sorted = onHost(inputAt(inputs, 0), dtype);
      const values = onHost(inputAt(inputs, 1), dtype);
      const [rows = 1, width = 0] = sorted.shape;
      const perRow = values.size / rows;
      const data = Array.from(values.data, (value, i) => {
        const start = Math.floor(i / perRow) * width;
        let low = 0;
        let high = width;
        while (low < high) {
          const middle = (low + high) >> 1;
          if (isBefore(sorted.data[start + middle] ?? 0, value)) low = middle + 1;
          else high = middle;
        }
        return low;
      });
      return new HostTensor(indexType, values.shape, data);
    };
  };
}

const bucketize: OpBuilder = (node) => {
  const boundaries = node.attrs.floats('boundaries');
  const [dtype = 'float32'] = node.inputTypes;
  return (inputs) => {
    const x = onHost(inputAt(inputs, 0), dtype);
    const data = Array.from(x.data, (value) => {
      const place = boundaries.findIndex((boundary) => Number(value) < boundary);
      return place < 0 ? boundaries.length : place;
    });
    return new HostTensor('int32', x.shape, data);
  };
};

/** The largest numbers of each row, of equal ones the first. */
const topK: OpBuilder = (node) => {
  const [dtype = 'float32', indexType = 'int32'] = node.outputTypes;
  return (inputs) => {
    const value = inputAt(inputs, 0);
    const x = onHost(value, dtype);
    const k = inputs[1] === undefined ? node.attrs.int('k') : numberOf(inputs[1]);
    const width = x.shape.at(-1) ?? 0;
    if (k < 0 || k > width)
      throw new MalformedError(`The ${k} largest of ${width} elements are asked for.`);
    const rows = width === 0 ? 0 : x.size / width;
    const places: number[] = [];
    for (let row = 0; row < rows; row++) {
      const at = row * width;
      const order = Array.from({ length: width }, (_, i) => i);
      order.sort((a, b) => descending(x.data[at + a] ?? 0, x.data[at + b] ?? 0) || a - b);
      places.push(...order.slice(0, k));
    }
    const indices = new HostTensor(indexType, [...x.shape.slice(0, -1), k], places);
    const flat = places.map((place, i) => Math.floor(i / k) * width + place);
    if (!(value instanceof tf.Tensor) || !isFloat(dtype) || flat.length === 0) {
      const picked = hostGather(hostReshape(x, [x.size]), hostVector(flat), 0);
      return [hostReshape(picked, indices.shape), indices];
    }
    // By gathering, gradients reach the numbers.
    const top = tf.tidy(() =>
      tf.reshape(tf.gather(tf.reshape(value, [-1]), tf.tensor1d(flat, 'int32')), [
        ...indices.shape,
      ]),
    );
    return [top, indices];
  };
};

function descending(a: Element, b: Element): number {
  return a > b ? -1 : a < b ? 1 : 0;
}

/** True where the number of a target is among the k largest of its row. */
const inTopK: OpBuilder = (node) => (inputs) => {
  const predictions = onHost(inputAt(inputs, 0), 'float32');
  const targets = onHost(inputAt(inputs, 1), 'int32');
  const k = inputs[2] === undefined ? node.attrs.int('k') : numberOf(inputs[2]);
  const width = predictions.shape[1] ?? 0;
  const data = Array.from(targets.data, (target, row) => {
    const numbers = Array.from({ length: width }, (_, i) =>
      Number(predictions.data[row * width + i]),
    );
    const own = numbers[Number(target)];
    if (own === undefined || !numbers.every(Number.isFinite)) return 0;
    return numbers.filter((number) => number > own).length < k ? 1 : 0;
  });
  return new HostTensor('bool', targets.shape, data);
};

/** Elements of one vector that are not in another, and their places. */
const listDiff: OpBuilder = (node) => {
  const [dtype = 'int32', indexType] = node.outputTypes;
  return (inputs) => {
    const x = onHost(inputAt(inputs, 0), dtype);
    const others = new Set(Array.from(onHost(inputAt(inputs, 1), dtype).data, keyOf));
    const places = Array.from(x.data, (_, i) => i).filter(
      (i) => !others.has(keyOf(x.data[i] ?? 0)),
    );
    return [hostGather(x, hostVector(places), 0), hostVector(places, indexType)];
  };
};

/** Ops that choose elements by their values. */
export const selectionOps: OpFamily = {
  SelectV2: () => (inputs) => select(inputAt(inputs, 0), inputAt(inputs, 1), inputAt(inputs, 2)),
  Select: () => (inputs) => {
    const yes = inputAt(inputs, 1);
    const condition = rowCondition(inputAt(inputs, 0), shapeOf(yes).length);
    return select(condition, yes, inputAt(inputs, 2));
  },
  Where: where,
  Unique: unique(false),
  UniqueV2: unique(false),
  UniqueWithCounts: unique(true),
  UniqueWithCountsV2: unique(true),
  LowerBound: searchSorted((sorted, value) => sorted < value),
  UpperBound: searchSorted((sorted, value) => sorted <= value),
  Bucketize: bucketize,
  TopK: topK,
  TopKV2: topK,
  InTopK: inTopK,
  InTopKV2: inTopK,
  ListDiff: listDiff,
};
