import { UnsupportedError } from '@km/core';
import * as attr from '../attr.ts';
import type { GraphTensor } from '../emitter.ts';
import type { KernelCall, KernelFamily } from '../kernel-call.ts';

/** Multiplies; two matrices need no batched op. */
function product(call: KernelCall): GraphTensor {
  const inputs = [call.tensor('a'), call.tensor('b')];
  const [first, second] = ['transposeA', 'transposeB'].map((name) => attr.bool(call.flag(name)));
  if (call.rank('a') === 2 && call.rank('b') === 2) {
    return call.emit.op('MatMul', inputs, {
      transpose_a: first ?? {},
      transpose_b: second ?? {},
    });
  }
  return call.emit.op('BatchMatMulV2', inputs, { adj_x: first ?? {}, adj_y: second ?? {} });
}

const ACTIVATIONS: Readonly<Record<string, string>> = {
  relu: 'Relu',
  relu6: 'Relu6',
  elu: 'Elu',
  sigmoid: 'Sigmoid',
};

/** Adds what a fused kernel adds: a bias and an activation. */
export function finished(call: KernelCall, made: GraphTensor): GraphTensor {
  const { emit } = call;
  const sum = call.has('bias') ? emit.op('AddV2', [made, call.tensor('bias')]) : made;
  const activation = call.attr('activation') ?? 'linear';
  if (activation === 'linear') return sum;
  if (activation === 'leakyrelu') {
    return emit.op('LeakyRelu', [sum], { alpha: attr.float(call.fixed('leakyreluAlpha', 0.2)) });
  }
  const op = ACTIVATIONS[String(activation)];
  if (op !== undefined) return emit.op(op, [sum]);
  throw new UnsupportedError(`A fused kernel with the activation '${activation}' is not known.`);
}

/** Kernels that multiply matrices. */
export const matrixWriters: KernelFamily = {
  BatchMatMul: product,
  _FusedMatMul: (call) => finished(call, product(call)),
  Einsum: (call) =>
    call.emit.op('Einsum', [call.list()], { equation: attr.text(String(call.attr('equation'))) }),
};
