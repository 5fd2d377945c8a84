import * as tf from '@tensorflow/tfjs-core';
import {
  broadcast,
  input,
  inputList,
  type MetaKernel,
  type MetaSpec,
  metaKernel,
} from './kernel.ts';

interface ProductAttrs {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

function product(a: MetaSpec, b: MetaSpec, attrs: ProductAttrs): MetaSpec {
  const [rows = 1, innerA = 1] = ordered(a.shape.slice(-2), attrs.transposeA);
  const [innerB = 1, columns = 1] = ordered(b.shape.slice(-2), attrs.transposeB);
  if (innerA !== innerB) {
    throw new RangeError(`matrices of shape [${a.shape}] and [${b.shape}] cannot be multiplied`);
  }
  const batch = broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2));
  return { shape: [...batch, rows, columns], dtype: a.dtype };
}

function ordered(pair: readonly number[], transposed: boolean): number[] {
  return transposed ? [...pair].reverse() : [...pair];
}

/** Reads off the lengths of the output's labels; an ellipsis broadcasts. */
function einsum(operands: readonly MetaSpec[], equation: string): MetaSpec {
  const [left = '', right] = equation.replaceAll(/\s/g, '').split('->');
  const lengths = new Map<string, number>();
  const ellipses: number[][] = [];
  left.split(',').forEach((term, i) => {
    const shape = operands[i]?.shape ?? [];
    const [before = '', after] = term.split('...');
    [...before].forEach((label, axis) => {
      lengths.set(label, Math.max(lengths.get(label) ?? 1, shape[axis] ?? 1));
    });
    if (after === undefined) return;
    const end = shape.length - after.length;
    ellipses.push(shape.slice(before.length, end));
    [...after].forEach((label, axis) => {
      lengths.set(label, Math.max(lengths.get(label) ?? 1, shape[end + axis] ?? 1));
    });
  });
  const hidden = ellipses.reduce<number[]>(broadcast, []);
  const output = right ?? implicitOutput(left);
  const [before = '', after] = output.split('...');
  const lengthOf = (label: string): number => lengths.get(label) ?? 1;
  const shape =
    after === undefined
      ? [...before].map(lengthOf)
      : [...[...before].map(lengthOf), ...hidden, ...[...after].map(lengthOf)];
  return { shape, dtype: operands[0]?.dtype ?? 'float32' };
}

function implicitOutput(left: string): string {
  const labels = [...left.replaceAll(/[.,]/g, '')];
  const single = labels.filter((label) => labels.indexOf(label) === labels.lastIndexOf(label));
  return `${left.includes('...') ? '...' : ''}${single.sort().join('')}`;
}

/** Kernels that multiply matrices. */
export const matrixKernels: readonly MetaKernel[] = [
  ...[tf.BatchMatMul, tf._FusedMatMul].map((name) =>
    metaKernel<ProductAttrs>(name, (inputs, attrs) =>
      product(input(inputs, 'a'), input(inputs, 'b'), attrs),
    ),
  ),
  metaKernel<tf.EinsumAttrs>(tf.Einsum, (inputs, { equation }) =>
    einsum(inputList(inputs), equation),
  ),
];
