import { MalformedError } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';

import { type Element, HostTensor } from '../executor/host-tensor.ts';
import type { Kernel, OpBuilder, OpFamily } from '../executor/op-node.ts';
import {
  ComplexTensor,
  hostVector,
  integersOf,
  isHost,
  onDevice,
  onHost,
  sizeOf,
  type Value,
} from '../executor/values.ts';
import { onBothParts } from './complex.ts';
import { axisOf, checkedShape, inputAt } from './define.ts';
import { stridedCopy, stridesOf } from './host/strided.ts';
import { moving } from './shape.ts';

/** Makes a kernel that gives the elements of a tensor from the places that a function computes per axis. */
function byPlaces(
  places: (
    shape: readonly number[],
    rest: readonly Value[],
  ) => readonly (readonly number[] | null)[],
): Kernel {
  return moving(
    (x, rest) =>
      tf.tidy(() => {
        let result = x;
        for (const [axis, ids] of places(x.shape, rest).entries()) {
          if (ids !== null) result = tf.gather(result, tf.tensor1d([...ids], 'int32'), axis);
        }
        return result === x ? tf.clone(x) : result;
      }),
    (x, rest) => hostByPlaces(x, places(x.shape, rest)),
  );
}

function hostByPlaces(x: HostTensor, places: readonly (readonly number[] | null)[]): HostTensor {
  const own = stridesOf(x.shape);
  const shape = x.shape.map((length, axis) => places[axis]?.length ?? length);
  const data: Element[] = [];
  const visit = (axis: number, at: number): void => {
    if (axis === shape.length) {
      data.push(x.data[at] ?? 0);
      return;
    }
    for (let i = 0; i < (shape[axis] ?? 0); i++) {
      visit(axis + 1, at + (places[axis]?.[i] ?? i) * (own[axis] ?? 0));
    }
  };
  visit(0, 0);
  return new HostTensor(x.dtype, shape, data);
}

function countDown(length: number): number[] {
  return Array.from({ length }, (_, i) => length - 1 - i);
}

const reverse: OpBuilder = () => {
  const axes = (rank: number, value: Value | undefined): number[] =>
    (value === undefined ? [] : integersOf(value)).map((axis) => axisOf(axis, rank));
  return moving(
    (x, [axis]) => tf.reverse(x, axes(x.rank, axis)),
    (x, [axis]) => {
      const flipped = new Set(axes(x.rank, axis));
      return hostByPlaces(
        x,
        x.shape.map((length, i) => (flipped.has(i) ? countDown(length) : null)),
      );
    },
  );
};

/** Reverses along the axes of a vector of truth values, as the first version of the op does. */
const reverseByFlags: OpBuilder = () =>
  byPlaces((shape, [flags]) => {
    const flipped = flags === undefined ? [] : integersOf(flags);
    return shape.map((length, axis) => (flipped[axis] === 1 ? countDown(length) : null));
  });

const roll: OpBuilder = () =>
  byPlaces((shape, [shifts, axes]) => {
    const total = shape.map(() => 0);
    const amounts = shifts === undefined ? [] : integersOf(shifts);
    for (const [i, axis] of (axes === undefined ? [] : integersOf(axes)).entries()) {
      const at = axisOf(axis, shape.length);
      total[at] = (total[at] ?? 0) + (amounts[i] ?? 0);
    }
    return shape.map((length, axis) => {
      const shift = total[axis] ?? 0;
      if (shift === 0 || length === 0) return null;
      return Array.from({ length }, (_, i) => (((i - shift) % length) + length) % length);
    });
  });

/** Reverses the first elements of an axis, as many as the batch entry has. */
function hostReverseSequence(
  x: HostTensor,
  lengths: readonly number[],
  sequence: number,
  batch: number,
): HostTensor {
  const strides = stridesOf(x.shape);
  const [step = 1, entry = 1] = [strides[sequence], strides[batch]];
  const data = Array.from({ length: x.size }, (_, i) => {
    const t = Math.floor(i / step) % (x.shape[sequence] ?? 1);
    const length = lengths[Math.floor(i / entry) % (x.shape[batch] ?? 1)] ?? 0;
    const from = t < length ? length - 1 - t : t;
    return x.data[i + (from - t) * step] ?? 0;
  });
  return new HostTensor(x.dtype, x.shape, data);
}

const reverseSequence: OpBuilder = (node) => {
  const sequence = node.attrs.int('seq_dim');
  const batch = node.attrs.int('batch_dim');
  return (inputs) => {
    const x = inputAt(inputs, 0);
    const lengths = integersOf(inputAt(inputs, 1));
    if (isHost(x)) return hostReverseSequence(x, lengths, sequence, batch);
    return tf.tidy(() => {
      const tensor = onDevice(x);
      const steps = tensor.shape[sequence] ?? 0;
      const rest = tensor.shape
        .map((_, i) => i)
        .filter((axis) => axis !== batch && axis !== sequence);
      const order = [batch, sequence, ...rest];
      const ids = lengths.flatMap((length) =>
        Array.from({ length: steps }, (_, t) => (t < length ? length - 1 - t : t)),
      );
      const places = tf.tensor2d(ids, [lengths.length, steps], 'int32');
      const moved = tf.gather(tf.transpose(tensor, order), places, 1, 1);
      return tf.transpose(
        moved,
        order.map((_, axis) => order.indexOf(axis)),
      );
    });
  };
};

/** Elements before and after each axis. @throws MalformedError. */
export function paddingsOf(value: Value | undefined, rank: number): [number, number][] {
  const flat = value === undefined ? [] : integersOf(value);
  const pairs = Array.from({ length: rank }, (_, axis): [number, number] => [
    flat[2 * axis] ?? 0,
    flat[2 * axis + 1] ?? 0,
  ]);
  if (flat.length === 2 * rank && flat.every((count) => count >= 0)) return pairs;
  throw new MalformedError(`A tensor of ${rank} axes is padded by [${flat.join(', ')}].`);
}

function paddedShape(
  shape: readonly number[],
  pairs: readonly (readonly [number, number])[],
): number[] {
  return checkedShape(
    shape.map((length, axis) => length + (pairs[axis]?.[0] ?? 0) + (pairs[axis]?.[1] ?? 0)),
  );
}

function hostPad(x: HostTensor, pairs: readonly [number, number][], fill: Element): HostTensor {
  const shape = paddedShape(x.shape, pairs);
  const strides = stridesOf(shape);
  const data = new Array<Element>(sizeOf(shape)).fill(fill);
  const start = pairs.reduce((sum, [before], axis) => sum + before * (strides[axis] ?? 0), 0);
  const order = stridedCopy(
    data.map((_, i) => i),
    x.shape,
    strides,
    start,
  );
  for (const [i, at] of order.entries()) data[Number(at)] = x.data[i] ?? 0;
  return new HostTensor(x.dtype, shape, data);
}

const pad: OpBuilder = (node) => {
  const [dtype = 'float32'] = node.outputTypes;
  return (inputs) => {
    const x = inputAt(inputs, 0);
    const value = inputs[2];
    const empty = dtype === 'string' ? new Uint8Array() : 0;
    const fill = value === undefined ? empty : (onHost(value, dtype).data[0] ?? empty);
    const rank = 'shape' in x ? x.shape.length : 0;
    const pairs = paddingsOf(inputs[1], rank);
    if (isHost(x)) return hostPad(x, pairs, fill);
    if (x instanceof ComplexTensor) return onBothParts(x, (part) => tf.pad(part, pairs));
    const tensor = onDevice(x);
    paddedShape(tensor.shape, pairs);
    return rank === 0 ? tf.clone(tensor) : tf.pad(tensor, pairs, Number(fill));
  };
};

/** Places of the elements of a mirrored axis. */
function mirrored(
  length: number,
  [before, after]: readonly [number, number],
  offset: number,
): number[] {
  if (before > length - offset || after > length - offset) {
    throw new MalformedError(`An axis of length ${length} is mirrored by ${before} and ${after}.`);
  }
  return Array.from({ length: length + before + after }, (_, i) => {
    const at = i - before;
    if (at < 0) return offset - 1 - at;
    return at < length ? at : 2 * length - 1 - offset - at;
  });
}

const mirrorPad: OpBuilder = (node) => {
  const offset = node.attrs.string('mode') === 'REFLECT' ? 1 : 0;
  return byPlaces((shape, [paddings]) => {
    const pairs = paddingsOf(paddings, shape.length);
    paddedShape(shape, pairs);
    return shape.map((length, axis) => {
      const pair = pairs[axis] ?? [0, 0];
      return pair[0] === 0 && pair[1] === 0 ? null : mirrored(length, pair, offset);
    });
  });
};

/** Ops that move elements around. */
export const arrangeOps: OpFamily = {
  ReverseV2: reverse,
  Reverse: reverseByFlags,
  ReverseSequence: reverseSequence,
  Roll: roll,
  Pad: pad,
  PadV2: pad,
  MirrorPad: mirrorPad,
  InvertPermutation: (node) => {
    const [dtype] = node.outputTypes;
    return (inputs) => {
      const perm = integersOf(inputAt(inputs, 0));
      return hostVector(
        perm.map((_, axis) => perm.indexOf(axis)),
        dtype,
      );
    };
  },
};
