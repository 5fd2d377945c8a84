import type { Tensor } from '@km/core';
import {
  concatLast,
  type FloatRecord,
  isFloatRecord,
  mapRecord,
  reshapeRecord,
  splitLast,
  transposeRecord,
} from './record-ops.ts';

/** What of a layer decides how old weights are rearranged for it. */
export interface WeightTarget {
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Shapes of the layer's weights, in order. */
  readonly shapes: readonly (readonly number[])[];
}

const KERNELS_BY_GATE: Readonly<Record<string, readonly (readonly number[])[]>> = {
  GRU: [
    [0, 3, 6],
    [1, 4, 7],
    [2, 5, 8],
  ],
  LSTM: [
    [0, 6, 3, 9],
    [1, 7, 4, 10],
    [2, 8, 5, 11],
  ],
  ConvLSTM2D: [
    [0, 6, 3, 9],
    [1, 7, 4, 10],
    [2, 8, 5, 11],
  ],
};

const CONVOLUTIONS = new Set(['Conv1D', 'Conv2D', 'Conv3D', 'Conv2DTranspose', 'ConvLSTM2D']);

/**
 * Rearranges the stored weights of one layer into the form of Keras 2, as `preprocess_weights_for_loading` of Keras 2.15:
 * separate gate arrays of Keras 1, kernels of Keras 1 and of Theano's order, CuDNN recurrent layers and back.
 * Weights that fit already are returned as they are.
 */
export function upgradeWeights(target: WeightTarget, stored: readonly Tensor[]): readonly Tensor[] {
  if (fits(target.shapes, stored)) return stored;
  if (!stored.every(isFloatRecord)) return stored;
  const joined = joinGates(target.class_name, stored);
  const turned = turnKernels(target, joined);
  return convertRecurrent(target, turned);
}

function fits(shapes: WeightTarget['shapes'], stored: readonly Tensor[]): boolean {
  return (
    shapes.length === stored.length &&
    shapes.every((shape, i) => sameShape(shape, stored[i]?.shape))
  );
}

function sameShape(a: readonly number[] | undefined, b: readonly number[] | undefined): boolean {
  return (
    a !== undefined && b !== undefined && a.length === b.length && a.every((n, i) => n === b[i])
  );
}

/** Keras 1 kept one array per gate. */
function joinGates(class_name: string, stored: readonly FloatRecord[]): readonly FloatRecord[] {
  const groups = KERNELS_BY_GATE[class_name];
  if (groups === undefined || stored.length !== groups.flat().length) return stored;
  return groups.map((group) =>
    concatLast(group.flatMap((index) => stored.slice(index, index + 1))),
  );
}

function turnKernels(target: WeightTarget, stored: readonly FloatRecord[]): readonly FloatRecord[] {
  if (!CONVOLUTIONS.has(target.class_name)) return stored;
  return stored.map((record, i) => turnKernel(target.shapes[i], record));
}

/** Tries the axis orders of older files until the shape is the wanted one. */
function turnKernel(wanted: readonly number[] | undefined, record: FloatRecord): FloatRecord {
  if (wanted === undefined || sameShape(wanted, record.shape)) return record;
  if (wanted.length === 3 && record.shape.length === 4) return turnConv1D(wanted, record);
  const orders =
    record.shape.length === 5
      ? [[2, 3, 4, 1, 0]]
      : [
          [2, 3, 1, 0],
          [3, 2, 0, 1],
          [0, 1, 3, 2],
          [2, 3, 0, 1],
        ];
  for (const order of record.shape.length === wanted.length ? orders : []) {
    if (
      sameShape(
        wanted,
        order.map((axis) => record.shape[axis] ?? -1),
      )
    ) {
      return transposeRecord(record, order);
    }
  }
  return record;
}

/** Keras 1 kept Conv1D kernels with a second space axis of size 1. */
function turnConv1D(wanted: readonly number[], record: FloatRecord): FloatRecord {
  const [steps, channels, filters] = wanted;
  if (sameShape([steps ?? -1, 1, channels ?? -1, filters ?? -1], record.shape)) {
    return reshapeRecord(record, wanted);
  }
  if (sameShape([filters ?? -1, channels ?? -1, steps ?? -1, 1], record.shape)) {
    return reshapeRecord(transposeRecord(record, [2, 3, 1, 0]), wanted);
  }
  return record;
}

/** CuDNN recurrent layers keep their gates in another order and have two biases. */
function convertRecurrent(
  target: WeightTarget,
  stored: readonly FloatRecord[],
): readonly FloatRecord[] {
  const [kernel, recurrent, bias] = stored;
  const gates = { LSTM: 4, CuDNNLSTM: 4, GRU: 3, CuDNNGRU: 3 }[target.class_name];
  if (
    gates === undefined ||
    kernel === undefined ||
    recurrent === undefined ||
    bias === undefined
  ) {
    return stored;
  }
  const units = recurrent.shape[0] ?? 0;
  const wanted = target.shapes[2];
  const size = bias.data.length;
  if (gates === 4 && size === 8 * units && sameShape(wanted, [4 * units])) {
    return [fromCuDnn(kernel, 4), turnGates(recurrent, 4), addHalves(bias)];
  }
  if (gates === 4 && size === 4 * units && sameShape(wanted, [8 * units])) {
    return [toCuDnn(kernel, 4), turnGates(recurrent, 4), halve(bias)];
  }
  if (gates === 3 && sameShape(bias.shape, [6 * units]) && sameShape(wanted, [2, 3 * units])) {
    return [fromCuDnn(kernel, 3), turnGates(recurrent, 3), reshapeRecord(bias, [2, 3 * units])];
  }
  if (gates === 3 && sameShape(bias.shape, [2, 3 * units]) && sameShape(wanted, [6 * units])) {
    return [toCuDnn(kernel, 3), turnGates(recurrent, 3), reshapeRecord(bias, [6 * units])];
  }
  return stored;
}

/** Reads each gate matrix in the other order of its elements: Fortran's for C's. */
function fromCuDnn(kernel: FloatRecord, gates: number): FloatRecord {
  return concatLast(
    splitLast(kernel, gates).map((gate) => {
      const [rows = 1, columns = 1] = gate.shape;
      return mapRecord(gate, [rows, columns], (index, data) => {
        const row = Math.floor(index / columns);
        return data[(index % columns) * rows + row] ?? Number.NaN;
      });
    }),
  );
}

function toCuDnn(kernel: FloatRecord, gates: number): FloatRecord {
  return concatLast(
    splitLast(kernel, gates).map((gate) => {
      const [rows = 1, columns = 1] = gate.shape;
      return mapRecord(gate, [rows, columns], (index, data) => {
        return data[(index % rows) * columns + Math.floor(index / rows)] ?? Number.NaN;
      });
    }),
  );
}

function turnGates(recurrent: FloatRecord, gates: number): FloatRecord {
  return concatLast(splitLast(recurrent, gates).map((gate) => transposeRecord(gate, [1, 0])));
}

function addHalves(bias: FloatRecord): FloatRecord {
  const half = bias.data.length / 2;
  return mapRecord(bias, [half], (i, data) => (data[i] ?? 0) + (data[half + i] ?? 0));
}

function halve(bias: FloatRecord): FloatRecord {
  const half = bias.data.length;
  return mapRecord(bias, [2 * half], (i, data) => (data[i % half] ?? 0) / 2);
}
