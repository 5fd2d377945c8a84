import * as tf from '@tensorflow/tfjs-core';
import { replaceKernel } from './replace-kernel.ts';
import { withActivation } from './wasm-activation.ts';
import type { WasmBackend } from './wasm-backend.ts';
import { multiplyByPanels } from './wasm-panel-product.ts';
import { guardPackedShape, matricesOf, multiply, multiplyFused } from './wasm-product.ts';

/**
 * Replaces the product kernels of the wasm backend, which are slow when they transpose or when both operands are
 * batches, accept no integers, and compute nonsense when a right operand comes back under another shape.
 */
export function registerWasmMatMul(): void {
  replaceKernel(tf.BatchMatMul, 'wasm', () => ({ inputs, attrs, backend }) => {
    const { a, b } = operandsOf(inputs);
    const { transposeA, transposeB } = attrs as unknown as tf.BatchMatMulAttrs;
    return tf.tidy(() => matMul(a, b, transposeA, transposeB, asWasm(backend)));
  });
  replaceKernel(tf._FusedMatMul, 'wasm', (replaced) => (call) => {
    const { a, b } = operandsOf(call.inputs);
    const { transposeA, transposeB, activation } = call.attrs as unknown as tf._FusedMatMulAttrs;
    return tf.tidy(() => {
      const left = transposeA ? transposeLast(a) : a;
      const options = { transposeB, bias: call.inputs.bias, activation };
      const own = multiplyByPanels(left, b, options, asWasm(call.backend));
      if (own !== null) return own;
      const right = transposeB ? transposeLast(b) : b;
      return fusedProduct(left, right, call, replaced);
    });
  });
}

function fusedProduct(
  a: tf.Tensor,
  b: tf.Tensor,
  { inputs, attrs, backend }: Parameters<tf.KernelFunc>[0],
  replaced: tf.KernelConfig | null,
): tf.Tensor {
  const wasm = asWasm(backend);
  const own = multiplyFused(a, b, { bias: inputs.bias, activation: attrs?.activation }, wasm);
  if (own !== null) return own;
  guardPackedShape(wasm, b);
  const plain = { ...attrs, transposeA: false, transposeB: false };
  const info = withActivation(wasm, plain, (given) =>
    replaced?.kernelFunc({ inputs: { ...inputs, a, b }, attrs: given, backend }),
  );
  if (info === undefined) throw new TypeError('a product is one tensor');
  return tf.engine().makeTensorFromTensorInfo(info);
}

function operandsOf(inputs: tf.NamedTensorInfoMap): {
  readonly a: tf.Tensor;
  readonly b: tf.Tensor;
} {
  const { a, b } = inputs as unknown as Record<string, tf.Tensor | undefined>;
  if (a === undefined || b === undefined) throw new TypeError('a and b are needed');
  return { a, b };
}

function asWasm(backend: object): WasmBackend {
  return backend as WasmBackend;
}

function matMul(
  a: tf.Tensor,
  b: tf.Tensor,
  transposeA: boolean,
  transposeB: boolean,
  backend: WasmBackend,
): tf.Tensor {
  if (a.dtype !== 'float32' || b.dtype !== 'float32') {
    const product = tf.matMul(tf.cast(a, 'float32'), tf.cast(b, 'float32'), transposeA, transposeB);
    return tf.cast(product, 'int32');
  }
  if (transposeA && transposeB) return transposeLast(tf.matMul(b, a));
  if (transposeA) return transposedLeft(a, b);
  const own = multiplyByPanels(a, b, { transposeB }, backend);
  if (own !== null) return own;
  if (transposeB) return transposedRight(a, b);
  return multiply(a, b, backend);
}

/** Transposes the operand, or the product of the swapped operands, whichever moves fewer elements. */
function transposedLeft(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const [, inner, rows] = matricesOf(a);
  const productSize = (a.size / inner) * matricesOf(b)[2];
  if (rows === 1 || a.size <= b.size + productSize) return tf.matMul(transposeLast(a), b);
  return transposeLast(tf.matMul(transposeLast(b), a));
}

function transposedRight(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const [, columns, inner] = matricesOf(b);
  const productSize = (a.size / inner) * columns;
  if (columns === 1 || b.size <= a.size + productSize) return tf.matMul(a, transposeLast(b));
  return transposeLast(tf.matMul(b, transposeLast(a)));
}

function transposeLast(x: tf.Tensor): tf.Tensor {
  const [batch, rows, columns] = matricesOf(x);
  const shape = [...batch, columns, rows];
  if (rows === 1 || columns === 1) return tf.reshape(x, shape);
  return tf.transpose(x, [...batch.map((_, i) => i), x.rank - 1, x.rank - 2]);
}
