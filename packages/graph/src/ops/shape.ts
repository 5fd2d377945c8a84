import { MalformedError } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';
import type { HostTensor } from '../executor/host-tensor.ts';
import type { Kernel, OpBuilder, OpFamily } from '../executor/op-node.ts';
import {
  ComplexTensor,
  hostScalar,
  hostVector,
  integersOf,
  isHost,
  numberOf,
  onDevice,
  shapeOf,
  share,
  sizeOf,
  type Value,
} from '../executor/values.ts';
import { onBothParts } from './complex.ts';
import { axisOf, checkedShape, inputAt } from './define.ts';
import { hostBroadcast, hostReshape, hostTile, hostTranspose } from './host/strided.ts';

/** Makes a kernel that gives the elements of its first input in another order or shape. */
export function moving(
  onTensor: (x: tf.Tensor, rest: readonly Value[]) => tf.Tensor,
  onHostTensor: (x: HostTensor, rest: readonly Value[]) => HostTensor,
): Kernel {
  return (inputs) => {
    const x = inputAt(inputs, 0);
    const rest = inputs.slice(1);
    if (isHost(x)) return onHostTensor(x, rest);
    if (x instanceof ComplexTensor) return onBothParts(x, (part) => onTensor(part, rest));
    return onTensor(onDevice(x), rest);
  };
}

/** Makes a kernel that only gives its first input another shape. */
function reshaping(
  shapeFor: (shape: readonly number[], rest: readonly Value[]) => number[],
): Kernel {
  return moving(
    (x, rest) => tf.reshape(x, shapeFor(x.shape, rest)),
    (x, rest) => hostReshape(x, shapeFor(x.shape, rest)),
  );
}

/** Resolves the one length of a shape that may be -1. @throws MalformedError when the sizes differ. */
export function resolveShape(from: readonly number[], wanted: readonly number[]): number[] {
  const size = sizeOf(from);
  const open = wanted.indexOf(-1);
  const known = sizeOf(wanted.filter((_, axis) => axis !== open));
  const shape = wanted.map((length, axis) => {
    if (axis !== open) return length;
    return known === 0 ? 0 : size / known;
  });
  if (sizeOf(shape) === size && shape.every((length) => length >= 0 && Number.isInteger(length))) {
    return shape;
  }
  throw new MalformedError(
    `A tensor of shape [${from.join(', ')}] cannot take the shape [${wanted.join(', ')}].`,
  );
}

/** Axes to drop; all of length one by default. */
function squeezed(shape: readonly number[], axes: readonly number[]): number[] {
  const dropped = new Set(axes.map((axis) => axisOf(axis, shape.length)));
  return shape.filter((length, axis) => {
    const drop = dropped.size === 0 ? length === 1 : dropped.has(axis);
    if (drop && length !== 1) {
      throw new MalformedError(
        `Axis ${axis} of the shape [${shape.join(', ')}] is not of length 1.`,
      );
    }
    return !drop;
  });
}

function shapeKernel(dtype: HostTensor['dtype']): (value: Value) => HostTensor {
  return (value) => hostVector(shapeOf(value), dtype);
}

const shapeOp: OpBuilder = (node) => {
  const toShape = shapeKernel(node.outputTypes[0] ?? 'int32');
  return (inputs) => toShape(inputAt(inputs, 0));
};

const transpose: OpBuilder = () =>
  moving(
    (x, [perm]) => tf.transpose(x, permOf(x.rank, perm)),
    (x, [perm]) => hostTranspose(x, permOf(x.rank, perm)),
  );

function permOf(rank: number, perm: Value | undefined): number[] {
  const axes = perm === undefined ? [] : integersOf(perm).map((axis) => axisOf(axis, rank));
  if (new Set(axes).size === rank) return axes;
  throw new MalformedError(`[${axes.join(', ')}] is no permutation of ${rank} axes.`);
}

/** Shape that two shapes broadcast to. */
export function broadcastShapes(shapes: readonly (readonly number[])[]): number[] {
  return shapes.reduce<number[]>(
    (shape, other) => tf.broadcast_util.assertAndGetBroadcastShape(shape, [...other]),
    [],
  );
}

/** Axes along which gradients are summed up when a shape was broadcast to another. */
function gradientAxes(own: readonly number[], shape: readonly number[]): number[] {
  const lead = shape.length - own.length;
  // TensorFlow lists axes of length one that were not broadcast as well.
  return shape.flatMap((_, axis) => (axis < lead || own[axis - lead] === 1 ? [axis] : []));
}

/** Ops that ask for shapes. */
const questions: OpFamily = {
  Shape: shapeOp,
  ShapeN: (node) => {
    const toShape = shapeKernel(node.outputTypes[0] ?? 'int32');
    return (inputs) => inputs.map(toShape);
  },
  Size: (node) => {
    const [dtype] = node.outputTypes;
    return (inputs) => hostScalar(sizeOf(shapeOf(inputAt(inputs, 0))), dtype);
  },
  Rank: () => (inputs) => hostScalar(shapeOf(inputAt(inputs, 0)).length),
  BroadcastArgs: (node) => {
    const [dtype] = node.outputTypes;
    return (inputs) => hostVector(broadcastShapes(inputs.map(integersOf)), dtype);
  },
  BroadcastGradientArgs: (node) => {
    const [dtype] = node.outputTypes;
    return (inputs) => {
      const shapes = inputs.map(integersOf);
      const shape = broadcastShapes(shapes);
      return shapes.map((own) => hostVector(gradientAxes(own, shape), dtype));
    };
  },
  ConcatOffset: (node) => {
    const [dtype] = node.outputTypes;
    return ([axis, ...shapes]) => {
      let offset = 0;
      const at = axisOf(
        numberOf(axis ?? hostScalar(0)),
        shapes[0] ? integersOf(shapes[0]).length : 1,
      );
      return shapes.map((value) => {
        const shape = integersOf(value);
        const start = shape.map((_, i) => (i === at ? offset : 0));
        offset += shape[at] ?? 0;
        return hostVector(start, dtype);
      });
    };
  },
};

/** Ops that change shapes. */
const changes: OpFamily = {
  Reshape: () =>
    reshaping((shape, [wanted]) =>
      resolveShape(shape, wanted === undefined ? [] : integersOf(wanted)),
    ),
  ExpandDims: () =>
    reshaping((shape, [dim]) => {
      const axis = axisOf(numberOf(dim ?? hostScalar(0)), shape.length + 1);
      return [...shape.slice(0, axis), 1, ...shape.slice(axis)];
    }),
  Squeeze: (node) => {
    const axes = node.attrs.ints('squeeze_dims');
    return reshaping((shape) => squeezed(shape, axes));
  },
  Transpose: transpose,
  ConjugateTranspose: (node) => {
    const move = transpose(node) as Kernel;
    return (inputs, run) => {
      const moved = move(inputs, run);
      return moved instanceof ComplexTensor
        ? new ComplexTensor(moved.real, tf.neg(moved.imag))
        : moved;
    };
  },
  BroadcastTo: () =>
    moving(
      (x, [shape]) => tf.broadcastTo(x, targetShape(x.shape, shape)),
      (x, [shape]) => hostBroadcast(x, targetShape(x.shape, shape)),
    ),
  Tile: () =>
    moving(
      (x, [multiples]) => tf.tile(x, multiplesOf(x.shape, multiples)),
      (x, [multiples]) => hostTile(x, multiplesOf(x.shape, multiples)),
    ),
  EnsureShape: (node) => {
    const wanted = node.attrs.shape('shape');
    return (inputs) => {
      const x = inputAt(inputs, 0);
      const shape = shapeOf(x);
      const fits =
        wanted === null ||
        (wanted.length === shape.length &&
          wanted.every((size, i) => size === null || size === shape[i]));
      if (fits) return share(x);
      throw new MalformedError(
        `The shape [${shape.join(', ')}] is not the one that is required, [${wanted.join(', ')}].`,
      );
    };
  },
};

function targetShape(shape: readonly number[], wanted: Value | undefined): number[] {
  const target = checkedShape(wanted === undefined ? [] : integersOf(wanted));
  const result = broadcastShapes([shape, target]);
  if (result.every((size, i) => size === target[i]) && result.length === target.length)
    return target;
  throw new MalformedError(
    `The shape [${shape.join(', ')}] does not broadcast to [${target.join(', ')}].`,
  );
}

function multiplesOf(shape: readonly number[], value: Value | undefined): number[] {
  const multiples = value === undefined ? [] : integersOf(value);
  if (multiples.length !== shape.length) {
    throw new MalformedError(`Tile repeats ${shape.length} axes ${multiples.length} times.`);
  }
  checkedShape(shape.map((size, axis) => size * (multiples[axis] ?? 0)));
  return multiples;
}

/** Ops about the shapes of tensors. */
export const shapeOps: OpFamily = { ...questions, ...changes };
