import { MalformedError, UnsupportedError } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';
import { einsum } from '../composed/einsum.ts';
import { matMul } from '../composed/mat-mul.ts';
import { isFloat, isInteger } from '../executor/dtype.ts';
import { type Element, HostTensor } from '../executor/host-tensor.ts';
import type { OpBuilder, OpFamily, OpNode } from '../executor/op-node.ts';
import { ComplexTensor, onDevice, onHost, type Value } from '../executor/values.ts';
import { complexResult, pairOf } from './complex.ts';
import { composed, inputAt } from './define.ts';
import { hostBinary } from './host/elementwise.ts';

interface Transposed {
  readonly a: boolean;
  readonly b: boolean;
  /** True when a transposed complex matrix is conjugated, too. */
  readonly adjoint: boolean;
}

function product(options: (node: OpNode) => Transposed): OpBuilder {
  return (node) => {
    const transposed = options(node);
    const [dtype = 'float32'] = node.outputTypes;
    if (isInteger(dtype)) return (inputs) => integerProduct(inputs, transposed, dtype);
    return (inputs) => {
      const a = inputAt(inputs, 0);
      const b = inputAt(inputs, 1);
      if (a instanceof ComplexTensor || b instanceof ComplexTensor) {
        return complexProduct(a, b, transposed);
      }
      return tf.tidy(() => matrices(onDevice(a), onDevice(b), transposed));
    };
  };
}

function matrices(x: tf.Tensor, y: tf.Tensor, { a, b }: Transposed): tf.Tensor {
  const rows = x.shape.at(a ? -1 : -2) ?? 0;
  const columns = y.shape.at(b ? -2 : -1) ?? 0;
  const inner = x.shape.at(a ? -2 : -1) ?? 0;
  if (inner !== (y.shape.at(b ? -1 : -2) ?? 0)) {
    throw new MalformedError(
      `Matrices of shapes [${x.shape.join(', ')}] and [${y.shape.join(', ')}] are multiplied.`,
    );
  }
  if (x.size > 0 && y.size > 0) return matMul(x, y, a, b);
  const batch = tf.broadcast_util.assertAndGetBroadcastShape(
    x.shape.slice(0, -2),
    y.shape.slice(0, -2),
  );
  return tf.zeros([...batch, rows, columns]);
}

function complexProduct(x: Value, y: Value, transposed: Transposed): ComplexTensor {
  return complexResult(() => {
    const [a, b] = pairOf(x);
    const [c, d] = pairOf(y);
    const minusA = transposed.a && transposed.adjoint ? tf.neg(b) : b;
    const minusB = transposed.b && transposed.adjoint ? tf.neg(d) : d;
    const multiply = (left: tf.Tensor, right: tf.Tensor): tf.Tensor =>
      matrices(left, right, transposed);
    return [
      tf.sub(multiply(a, c), multiply(minusA, minusB)),
      tf.add(multiply(a, minusB), multiply(minusA, c)),
    ];
  });
}

/** Multiplies two matrices of integers, which backends would compute as floats. */
function integerProduct(
  inputs: readonly Value[],
  { a, b }: Transposed,
  dtype: HostTensor['dtype'],
): HostTensor {
  const x = onHost(inputAt(inputs, 0), dtype);
  const y = onHost(inputAt(inputs, 1), dtype);
  if (x.rank !== 2 || y.rank !== 2) throw new UnsupportedError('Batches of integer matrices.');
  const [rows = 0, inner = 0] = a ? [...x.shape].reverse() : x.shape;
  const columns = (b ? y.shape[0] : y.shape[1]) ?? 0;
  const product = (i: number, j: number, k: number): HostTensor => {
    const left = x.data[a ? k * rows + i : i * inner + k] ?? 0;
    const right = y.data[b ? j * inner + k : k * columns + j] ?? 0;
    return hostBinary(MULTIPLY, scalar(left), scalar(right), dtype);
  };
  const scalar = (element: Element): HostTensor => new HostTensor(dtype, [], [element]);
  const data = Array.from({ length: rows * columns }, (_, at) => {
    let sum = scalar(0);
    for (let k = 0; k < inner; k++) {
      sum = hostBinary(ADD, sum, product(Math.floor(at / columns), at % columns, k), dtype);
    }
    return sum.data[0] ?? 0;
  });
  return new HostTensor(dtype, [rows, columns], data);
}

const ADD = { numbers: (a: number, b: number) => a + b, integers: (a: bigint, b: bigint) => a + b };
const MULTIPLY = {
  numbers: (a: number, b: number) => a * b,
  integers: (a: bigint, b: bigint) => a * b,
};

const batchProduct = product(({ attrs }) => ({
  a: attrs.bool('adj_x'),
  b: attrs.bool('adj_y'),
  adjoint: true,
}));

/** Ops of matrices. */
export const matrixOps: OpFamily = {
  MatMul: product(({ attrs }) => ({
    a: attrs.bool('transpose_a'),
    b: attrs.bool('transpose_b'),
    adjoint: false,
  })),
  BatchMatMul: batchProduct,
  BatchMatMulV2: batchProduct,
  BatchMatMulV3: batchProduct,
  Einsum: (node) => {
    const equation = node.attrs.string('equation').replaceAll(' ', '');
    const [dtype = 'float32'] = node.outputTypes;
    if (!isFloat(dtype)) throw new UnsupportedError(`${node.where}: Einsum of ${dtype}.`);
    return (inputs) => tf.tidy(() => einsum(equation, ...inputs.map(onDevice)));
  },
  Cross: composed(() => (...[a, b]) => {
    const left = tf.unstack(a as tf.Tensor, -1);
    const right = tf.unstack(b as tf.Tensor, -1);
    const term = (i: number, j: number): tf.Tensor =>
      tf.sub(
        tf.mul(left[i] as tf.Tensor, right[j] as tf.Tensor),
        tf.mul(left[j] as tf.Tensor, right[i] as tf.Tensor),
      );
    return tf.stack([term(1, 2), term(2, 0), term(0, 1)], -1);
  }),
};
